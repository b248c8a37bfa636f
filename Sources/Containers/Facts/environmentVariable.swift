import CLinux
import Linux

/// A variable of this process's environment.
public func environmentVariable(_ name: String) -> String? {
  ownEnvironment().first { $0.begins(with: "\(name)=") }?.cut(at: "=")?.1
}

/// What the caller gave this process, without what its seal added for Swift's runtime (CSeal).
func ownEnvironment() -> [String] {
  currentEnvironment().filter { !$0.begins(with: "SWIFT_BACKTRACE=") }
}

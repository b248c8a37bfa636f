import CLinux
import Linux

/// A variable of this process's environment.
public func environmentVariable(_ name: String) -> String? {
  ownEnvironment().first { $0.begins(with: "\(name)=") }?.cut(at: "=")?.1
}

/// What the caller gave this process, without what its seal added for Swift's runtime (CSeal).
func ownEnvironment() -> [String] {
  words(clinux_environment()).filter { !$0.begins(with: "SWIFT_BACKTRACE=") }
}

/// The words of this process's command line, behind the program's name.
public func ownArguments() -> [String] { Array(words(CommandLine.unsafeArgv).dropFirst()) }

private func words(_ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> [String] {
  guard let list else { return [] }
  var words: [String] = []
  while let word = list[words.count] {
    var length = 0
    while word[length] != 0 { length += 1 }
    words.append(String(ofAnyBytes: UnsafeRawBufferPointer(start: word, count: length)))
  }
  return words
}

import CLinux

/// A variable of this process's environment.
public func environmentVariable(_ name: String) -> String? {
  ownEnvironment().first { $0.begins(with: "\(name)=") }?.cut(at: "=")?.1
}

/// This process's environment, a line for each variable.
func ownEnvironment() -> [String] {
  var lines: [String] = []
  guard var entry = clinux_environment() else { return lines }
  while let text = entry.pointee {
    lines.append(String(cString: text))
    entry += 1
  }
  return lines
}

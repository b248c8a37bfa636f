import CLinux

/// A variable of this process's environment.
public func environmentVariable(_ name: String) -> String? {
  guard var entry = clinux_environment() else { return nil }
  while let text = entry.pointee {
    let variable = String(cString: text)
    if variable.begins(with: "\(name)=") {
      return String(decoding: variable.utf8.dropFirst(name.utf8.count + 1), as: UTF8.self)
    }
    entry += 1
  }
  return nil
}

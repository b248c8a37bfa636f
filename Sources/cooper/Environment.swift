import ArgumentParser
import Glibc
import Linux

/// Variables in the order in which they were set; a later one replaces an earlier one of the same name.
struct Environment {
  private var entries: [String?] = []
  private var places: [[UInt8]: Int] = [:]

  /// "NAME=VALUE" each.
  var variables: [String] { entries.compactMap { $0 } }

  mutating func set(_ variable: String) {
    let name = Array(variable.utf8.prefix { $0 != UInt8(ascii: "=") })
    if let place = places.updateValue(entries.count, forKey: name) { entries[place] = nil }
    entries.append(variable)
  }

  func has(_ name: String) -> Bool { places[Array(name.utf8)] != nil }

  /// "NAME=VALUE" as it is; "NAME" with the caller's value, unless the caller has none.
  ///
  /// - Parameter place: where the text is from, for an error.
  mutating func set(_ text: String, in place: String) throws {
    if text.isEmpty || text.begins(with: "=") { throw ValidationError("\(place) \(text): a name is missing") }
    if text.cut(at: "=") != nil {
      set(text)
    } else if let value = try callersVariable(text, in: place) {
      set("\(text)=\(value)")
    }
  }

  /// The lines of a file, which may be a pipe. Empty ones and those that begin with # mean nothing.
  mutating func read(_ path: String) throws {
    let option = "--env-file \(path)"
    let limit = 1 << 20
    var bytes: [UInt8] = []
    do {
      let file = try open(path)
      while bytes.count <= limit {
        let part = try file.read(upTo: 65536)
        if part.isEmpty { break }
        bytes += part
      }
    } catch { throw ValidationError("\(option): \(error.errno.sentence)") }
    if bytes.count > limit { throw ValidationError("\(option): it is longer than 1 MiB") }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if text.isEmpty || text.first == UInt8(ascii: "#") { continue }
      let place = "\(option), line \(index + 1):"
      if text.contains(0) { throw ValidationError("\(place) there is a NUL byte in it") }
      guard let variable = String(validating: text, as: UTF8.self) else {
        throw ValidationError("\(place) it is not UTF-8")
      }
      try set(variable, in: place)
    }
  }
}

/// The value of a variable of cooper's own.
func callersVariable(_ name: String, in place: String) throws -> String? {
  guard let value = getenv(name) else { return nil }
  guard let text = String(validatingCString: value) else {
    throw ValidationError("\(place) \(name): its value is not UTF-8")
  }
  return text
}

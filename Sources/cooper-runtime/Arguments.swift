import Containers

/// A command line's options, and the words that are none.
struct Arguments {
  private var values: [String: [String]] = [:]
  private(set) var rest: [String] = []

  /// - Parameter stopsAtWord: what follows the first word that is no option is somebody else's.
  init(_ words: [String], _ options: [Option], stopsAtWord: Bool) throws(UsageError) {
    var words = words[...]
    while let word = words.popFirst() {
      if word == "--" {
        rest += words
        return
      }
      guard word.utf8.first == UInt8(ascii: "-"), word != "-" else {
        rest.append(word)
        if stopsAtWord {
          rest += words
          return
        }
        continue
      }
      try take(word, options, &words)
    }
  }

  /// Both -name and --name are known, with the value behind = or in the next word; -pVALUE is not.
  private mutating func take(
    _ word: String, _ options: [Option], _ words: inout ArraySlice<String>
  ) throws(UsageError) {
    let bare = word.drop { $0 == "-" }
    let equals = bare.firstIndex(of: "=")
    let name = String(bare[..<(equals ?? bare.endIndex)])
    guard let option = options.first(where: { $0.names.contains(name) }) else {
      throw UsageError("unknown option \(word)")
    }
    let value = equals.map { String(bare[bare.index(after: $0)...]) }
    guard option.value != nil else {
      guard value == nil || value == "true" || value == "false" else {
        throw UsageError("the option --\(name) takes no value")
      }
      if value != "false" { values[option.names[0], default: []].append("") }
      return
    }
    guard let value = value ?? words.popFirst() else {
      throw UsageError("the option --\(name) takes a value")
    }
    if value.hasStandIns && !option.takesAnyBytes { throw UsageError("--\(name): its value is no UTF-8") }
    values[option.names[0], default: []].append(value)
  }

  /// Whether a flag is there.
  func has(_ name: String) -> Bool { values[name] != nil }

  /// The last value counts.
  subscript(_ name: String) -> String? { values[name]?.last }

  func all(_ name: String) -> [String] { values[name] ?? [] }

  func number(_ name: String) throws(UsageError) -> Int? {
    guard let text = self[name] else { return nil }
    guard let number = Int(text), number >= 0 else {
      throw UsageError("--\(name) \(text): it is no number from 0 on")
    }
    return number
  }

  /// The words, as many as there must be.
  func words(_ count: ClosedRange<Int>, _ what: String) throws(UsageError) -> [String] {
    if rest.count < count.lowerBound { throw UsageError("\(what) is missing") }
    if rest.count > count.upperBound { throw UsageError("too many arguments: \(rest[count.upperBound])") }
    return rest
  }

  func id() throws(UsageError) -> String { try words(1...1, "the container's id")[0] }
}

/// An option: its long name first, and what its value is called; without one it is a flag.
struct Option: Sendable {
  let names: [String]
  let value: String?
  let help: String
  /// What is for the container's process alone.
  var takesAnyBytes: Bool { ["env", "cwd"].contains(names[0]) }

  init(_ names: String..., value: String? = nil, help: String) {
    self.names = names
    self.value = value
    self.help = help
  }
}

/// What is wrong with a command line.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

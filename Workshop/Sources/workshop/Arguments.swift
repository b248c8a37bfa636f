/// The command line after the verb.
struct Arguments {
  private var rest: [String]
  /// What comes after "--".
  let command: [String]

  init(_ arguments: [String]) {
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    rest = Array(arguments[..<end])
    command = Array(arguments[end...].dropFirst())
  }

  /// "03" and "3" are the same.
  mutating func level() throws -> Int {
    guard let found = try optionalLevel() else {
      throw UsageError("which level? 00 to \(twoDigits(try Course.levels().count - 1))")
    }
    return found
  }

  mutating func optionalLevel() throws -> Int? {
    guard let index = rest.firstIndex(where: { !$0.hasPrefix("-") }) else { return nil }
    let text = rest.remove(at: index)
    let levels = try Course.levels().indices
    guard let number = Int(text), levels.contains(number) else {
      throw UsageError("\(text): levels are 00 to \(twoDigits(levels.count - 1))")
    }
    return number
  }

  /// An option without a value.
  mutating func has(_ option: String) -> Bool {
    guard let index = rest.firstIndex(of: option) else { return false }
    rest.remove(at: index)
    return true
  }

  mutating func value(of option: String) throws -> String? {
    guard let index = rest.firstIndex(of: option) else { return nil }
    guard index + 1 < rest.endIndex else { throw UsageError("\(option): there is no value") }
    rest.remove(at: index)
    return rest.remove(at: index)
  }

  mutating func edition() throws -> Edition? {
    let wanted = Edition.allCases.filter { has("--\($0.rawValue)") }
    guard wanted.count <= 1 else { throw UsageError("--swift or --python, not both") }
    return wanted.first
  }

  /// After all that the verb takes.
  func end() throws {
    if let word = rest.first {
      throw UsageError(
        word.hasPrefix("-") ? "\(word): there is no such option" : "\(word): what is this for?")
    }
  }
}

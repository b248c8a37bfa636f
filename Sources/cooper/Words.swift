import ArgumentParser

/// The command line of `run` and `explain`, cut where the image begins. The parser sees the options alone, and in a
/// form that it can't take for another.
///
/// To the parser a text is Characters, so that "=" is none before a combining mark; an option's empty value is a
/// missing one, and it takes the next word; and its time grows with the square of the number of words.
struct Words {
  /// "--name", "value"; or "--name=value" where the value begins with a dash.
  private(set) var options: [String] = []
  private(set) var imageAndCommand: [String] = []
  private(set) var asksForHelp = false

  /// The options that take no value.
  private static let flags: Set = [
    "--read-only", "--rm", "--interactive", "-i", "--tty", "-t", "--init", "--trace",
  ]
  private static let help: Set = ["--help", "-h"]
  /// Where a value that begins with a dash is meant as one, be it a good one or not.
  private static let takesDash: Set = [
    "--memory", "-m", "--memory-swap", "--cpus", "--cpu-shares", "--pids-limit", "--user", "-u",
  ]

  init(_ words: some Sequence<String>) throws {
    var rest = Array(words)[...]
    while let word = rest.first, word.begins(with: "-"), word != "-" {
      rest.removeFirst()
      if word == "--" { break }
      try add(word, &rest)
    }
    imageAndCommand = Array(rest)
  }

  private mutating func add(_ word: String, _ rest: inout ArraySlice<String>) throws {
    if let (name, value) = word.cut(at: "=") {
      if Self.flags.contains(name) { throw ValidationError("\(word): \(name) takes no value") }
      if value.isEmpty { throw ValidationError("\(word) has no value behind it") }
      add(name, value)
    } else if word.begins(with: "--") || word.utf8.count == 2 {
      addOption(word, &rest)
    } else if let letters = letters(of: word) {
      for letter in letters { addOption(letter, &rest) }
    } else {
      // The parser will say what is wrong with it.
      options.append(word)
    }
  }

  private mutating func addOption(_ name: String, _ rest: inout ArraySlice<String>) {
    if Self.help.contains(name) {
      asksForHelp = true
    } else if Self.flags.contains(name) {
      options.append(name)
    } else if let value = rest.first,
      !value.begins(with: "-") || value == "-" || Self.takesDash.contains(name)
    {
      rest.removeFirst()
      add(name, value)
    } else {
      options.append(name)
    }
  }

  private mutating func add(_ name: String, _ value: String) {
    options += value.begins(with: "-") ? ["\(name)=\(value)"] : [name, value]
  }

  /// "-it" as "-i" and "-t"; nil unless all but the last are flags.
  private func letters(of word: String) -> [String]? {
    let letters = word.unicodeScalars.dropFirst().map { "-\($0)" }
    return letters.dropLast().allSatisfy { Self.flags.contains($0) || Self.help.contains($0) } ? letters : nil
  }
}

/// The words behind the program's name. The standard library would repair those that are not UTF-8: another file,
/// another value.
func commandLine() throws -> [String] {
  try (1..<max(1, Int(CommandLine.argc))).map { index in
    guard let text = CommandLine.unsafeArgv[index] else { return "" }
    guard let word = String(validatingCString: text) else {
      throw ValidationError("argument \(index), \(String(cString: text)), is not UTF-8")
    }
    return word
  }
}

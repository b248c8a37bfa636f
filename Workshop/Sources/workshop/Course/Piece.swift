/// A function of a program, a constant, or the imports: what an explanation is about.
struct Piece {
  let name: String
  var lines: [String]

  /// Both editions have the same names, each in its language's spelling: changeRoot, change_root; isV2, IS_V2.
  var key: String { Piece.key(name) }

  static func key(_ name: String) -> String { name.lowercased().filter { $0 != "_" } }

  /// The pieces of a program. Each begins at the left margin, with the comment before it.
  static func all(in text: String) -> [Piece] {
    var pieces: [Piece] = []
    var comment: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("//") || line.hasPrefix("#") {
        comment.append(line)
      } else if let first = line.first, !" \t})]".contains(first) {
        let name = name(of: line)
        if pieces.last?.name == name && comment.isEmpty {
          pieces[pieces.count - 1].lines.append(line)
        } else {
          pieces.append(Piece(name: name, lines: comment + [line]))
        }
        comment = []
      } else if !pieces.isEmpty {
        pieces[pieces.count - 1].lines.append(line)
      }
    }
    return pieces.map { piece in
      var piece = piece
      while piece.lines.last == "" { piece.lines.removeLast() }
      return piece
    }
  }

  /// "run" of "func run() …", "options" of "let (options, bundle) = …".
  private static func name(of line: String) -> String {
    let words = line.split(separator: " ").map(String.init)
    switch words[0] {
    case "import", "from": return "imports"
    case "func", "def", "let", "var", "struct", "class": return identifier(words[1])
    default: return identifier(words[0])
    }
  }

  private static func identifier(_ word: String) -> String {
    String(word.drop { $0 == "(" }.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
  }
}

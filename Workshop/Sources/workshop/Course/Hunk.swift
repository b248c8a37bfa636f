/// What a level changes in one piece of the program.
struct Hunk {
  let name: String
  let key: String
  let isNew: Bool
  /// All lines of the piece: "+" before one that comes, "-" before one that goes, " " before the others.
  let lines: [String]

  /// In the order of the later program; what is gone comes at the end.
  static func all(from old: String, to new: String) -> [Hunk] {
    let before = Piece.all(in: old)
    let after = Piece.all(in: new)
    let changed = after.compactMap { piece -> Hunk? in
      let earlier = before.first { $0.key == piece.key }
      guard earlier?.lines != piece.lines else { return nil }
      return Hunk(
        name: piece.name, key: piece.key, isNew: earlier == nil,
        lines: marked(from: earlier?.lines ?? [], to: piece.lines))
    }
    let gone = before.filter { piece in !after.contains { $0.key == piece.key } }
    return changed
      + gone.map { Hunk(name: $0.name, key: $0.key, isNew: false, lines: marked(from: $0.lines, to: [])) }
  }
}

private func marked(from old: [String], to new: [String]) -> [String] {
  let difference = new.difference(from: old)
  let removed = Set(difference.removals.map(\.offset))
  let inserted = Set(difference.insertions.map(\.offset))
  var result: [String] = []
  var rest = old.indices[...]
  for (number, line) in new.enumerated() {
    while let first = rest.first, removed.contains(first) {
      result.append("-" + old[first])
      rest.removeFirst()
    }
    if inserted.contains(number) {
      result.append("+" + line)
    } else {
      result.append(" " + line)
      rest.removeFirst()
    }
  }
  return slid(result + rest.map { "-" + old[$0] })
}

/// Of several places for lines that come, the last: a block then begins with its head, and not with the "}" of the
/// block before.
private func slid(_ lines: [String]) -> [String] {
  var lines = lines
  for end in lines.indices.reversed() where lines[end].hasPrefix(" ") {
    let run = lines[..<end].reversed().prefix { $0.hasPrefix("+") }.count
    let start = end - run
    if run > 0 && lines[start].dropFirst() == lines[end].dropFirst() {
      lines[end] = "+" + lines[end].dropFirst()
      lines[start] = " " + lines[start].dropFirst()
    }
  }
  return lines
}

extension CollectionDifference.Change {
  fileprivate var offset: Int {
    switch self {
    case .insert(let offset, _, _), .remove(let offset, _, _): offset
    }
  }
}

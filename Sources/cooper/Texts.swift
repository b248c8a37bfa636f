/// Texts as the kernel takes them: bytes. To Swift a "/" before a combining mark is no "/", "\r\n" is one Character,
/// and two spellings of "é" are equal.
extension String {
  func begins(with prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

  func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

  /// The parts between the separators, empty ones too.
  func parts(at separator: Unicode.Scalar, maxSplits: Int = .max) -> [String] {
    utf8.split(separator: UInt8(ascii: separator), maxSplits: maxSplits, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// What is before and behind the first separator; nil where there is none.
  func cut(at separator: Unicode.Scalar) -> (String, String)? {
    let both = parts(at: separator, maxSplits: 1)
    return both.count == 2 ? (both[0], both[1]) : nil
  }

  var hasControlCharacters: Bool { unicodeScalars.contains { $0.properties.generalCategory == .control } }

  /// As one line: line ends are spaces, and what else a terminal would obey is escaped.
  var oneLine: String {
    var line = ""
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case _ where scalar == "\n" || scalar == "\r": if line.last != " " && !line.isEmpty { line += " " }
      case .control, .format, .lineSeparator, .paragraphSeparator: line += scalar.escaped(asASCII: true)
      default: line.unicodeScalars.append(scalar)
      }
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}

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

  /// Its lines as one; what a terminal would obey is escaped.
  var oneLine: String {
    parts(at: "\n").map { $0.utf8.last == UInt8(ascii: "\r") ? String($0.unicodeScalars.dropLast()) : $0 }
      .filter { !$0.isEmpty }.joined(separator: " ").escaped
  }

  /// With what a terminal would obey escaped, line ends too.
  var escaped: String {
    unicodeScalars.map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: scalar.escaped(asASCII: true)
      default: String(scalar)
      }
    }.joined()
  }
}

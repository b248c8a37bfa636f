/// Texts as the kernel takes them: bytes. To Swift a "/" before a combining mark is no "/", "\r\n" is one Character,
/// and two spellings of "é" are equal.
extension String {
  package func begins(with prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

  package func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

  /// The parts between the separators, empty ones too.
  package func parts(at separator: Unicode.Scalar, maxSplits: Int = .max) -> [String] {
    utf8.split(separator: UInt8(ascii: separator), maxSplits: maxSplits, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// What is before and behind the first separator; nil where there is none.
  package func cut(at separator: Unicode.Scalar) -> (String, String)? {
    let both = parts(at: separator, maxSplits: 1)
    return both.count == 2 ? (both[0], both[1]) : nil
  }
}

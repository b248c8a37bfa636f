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

  /// Its beginning and its end, with … between them, where it has more bytes than that.
  package func shortened(to limit: Int) -> String {
    let count = utf8.count
    if count <= limit { return self }
    func isWhole(_ place: String.Index) -> Bool { place == utf8.endIndex || utf8[place] & 0xc0 != 0x80 }
    var end = utf8.index(startIndex, offsetBy: limit / 2)
    while !isWhole(end) { end = utf8.index(before: end) }
    var start = utf8.index(startIndex, offsetBy: count - limit / 2)
    while !isWhole(start) { start = utf8.index(after: start) }
    return "\(self[..<end]) … (\(utf8.distance(from: end, to: start)) bytes) … \(self[start...])"
  }
}

/// Words of a command line and of an environment are any bytes. In a String each byte that is no UTF-8 stands as a
/// character that nobody uses, U+10FE00 and the byte's number; the kernel gets the byte back.
extension String {
  package init(ofAnyBytes bytes: some Collection<UInt8>) {
    if let text = String(validating: bytes, as: UTF8.self), !text.hasStandIns {
      self = text
      return
    }
    self.init()
    var rest = bytes[...]
    while let first = rest.first {
      let length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
      if let character = String(validating: rest.prefix(length), as: UTF8.self), !character.hasStandIns {
        self += character
        rest = rest.dropFirst(length)
      } else {
        unicodeScalars.append(Unicode.Scalar(0x10FE00 + UInt32(first)) ?? "?")
        rest = rest.dropFirst()
      }
    }
  }

  /// What the kernel gets.
  package var bytes: [UInt8] {
    if !hasStandIns { return Array(utf8) }
    return unicodeScalars.flatMap { scalar in
      scalar.isStandIn ? [UInt8(truncatingIfNeeded: scalar.value)] : Array(String(scalar).utf8)
    }
  }

  package var hasStandIns: Bool {
    utf8.contains(0xf4) && unicodeScalars.contains { $0.isStandIn }
  }
}

extension Unicode.Scalar {
  fileprivate var isStandIn: Bool { (0x10FE80...0x10FEFF).contains(value) }
}

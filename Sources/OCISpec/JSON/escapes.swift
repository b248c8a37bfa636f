/// Text with JSON's escapes replaced; nil for one that JSON doesn't have, and for half a character.
func unescaped(_ bytes: ArraySlice<UInt8>) -> String? {
  var rest = bytes
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count)
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "\\") else {
      result.append(byte)
      continue
    }
    switch rest.popFirst() {
    case UInt8(ascii: "\""): result.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): result.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "/"): result.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): result.append(8)
    case UInt8(ascii: "f"): result.append(12)
    case UInt8(ascii: "n"): result.append(10)
    case UInt8(ascii: "r"): result.append(13)
    case UInt8(ascii: "t"): result.append(9)
    case UInt8(ascii: "u"):
      guard let scalar = scalar(&rest) else { return nil }
      result += String(Character(scalar)).utf8
    default: return nil
    }
  }
  return String(validating: result, as: UTF8.self)
}

/// A character by its number, which may come in two halves.
private func scalar(_ rest: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
  guard let first = unit(&rest) else { return nil }
  guard UTF16.isLeadSurrogate(first) else { return Unicode.Scalar(first) }
  guard rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u"), let second = unit(&rest),
    UTF16.isTrailSurrogate(second)
  else { return nil }
  return UTF16.decode(UTF16.EncodedScalar([first, second]))
}

/// Four hexadecimal digits.
private func unit(_ rest: inout ArraySlice<UInt8>) -> UInt16? {
  let digits = rest.prefix(4)
  guard digits.count == 4 else { return nil }
  rest.removeFirst(4)
  var number: UInt16 = 0
  for digit in digits {
    guard let value = Character(Unicode.Scalar(digit)).hexDigitValue, digit < 0x80 else { return nil }
    number = number << 4 | UInt16(value)
  }
  return number
}

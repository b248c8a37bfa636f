/// The path in an address like "unix:path=/run/user/1000/bus,guid=…;…"; nil where there is none of this kind.
func busPath(_ address: String) -> String? {
  for way in address.parts(at: ";") where way.begins(with: "unix:") {
    for pair in String(decoding: way.utf8.dropFirst(5), as: UTF8.self).parts(at: ",") {
      if let (key, value) = pair.cut(at: "="), key == "path" { return unescape(value) }
    }
  }
  return nil
}

/// The address's escapes: a space is %20.
private func unescape(_ text: String) -> String? {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      bytes.append(byte)
      continue
    }
    guard rest.count >= 2, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
      return nil
    }
    bytes.append(code)
    rest = rest.dropFirst(2)
  }
  return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
}

/// A tar made byte by byte, so that it can say what no program would.
struct TarWriter {
  enum Kind {
    case file(String)
    case directory
    case symbolicLink(String)
    case hardLink(String)
    case fifo
    case character(Int, Int)
    case block(Int, Int)
    /// Any type, without data.
    case other(Character)
  }

  private(set) var members: [UInt8] = []

  /// The whole tar, with the zeros at its end.
  var bytes: [UInt8] { members + [UInt8](repeating: 0, count: 1024) }

  /// - Parameters:
  ///   - size: what the header says; the data's own if it isn't given.
  ///   - pax: records of an extended header before it.
  mutating func add(
    _ name: String, _ kind: Kind, mode: Int = 0o644, uid: Int = 0, gid: Int = 0, time: Int = 1_000_000_000,
    size: Int? = nil, pax: [(String, String)] = []
  ) {
    if !pax.isEmpty {
      let records = pax.map { record("\($0.0)=\($0.1)\n") }.joined()
      members += header("pax", type: "x", size: records.utf8.count) + padded(Array(records.utf8))
    }
    var data: [UInt8] = []
    let type: Character
    var link = ""
    var device = (0, 0)
    switch kind {
    case .file(let text): (type, data) = ("0", Array(text.utf8))
    case .directory: type = "5"
    case .symbolicLink(let target): (type, link) = ("2", target)
    case .hardLink(let target): (type, link) = ("1", target)
    case .fifo: type = "6"
    case .character(let major, let minor): (type, device) = ("3", (major, minor))
    case .block(let major, let minor): (type, device) = ("4", (major, minor))
    case .other(let other): type = other
    }
    members += header(
      name, type: type, mode: mode, uid: uid, gid: gid, size: size ?? data.count, time: time, link: link,
      device: device)
    members += padded(data)
  }

  /// A GNU header (@LongLink) for what is longer than the 100 bytes of the field, of the next member.
  mutating func addLong(_ type: Character, _ text: String) {
    members += header("././@LongLink", type: type, size: text.utf8.count + 1) + padded(Array(text.utf8) + [0])
  }

  mutating func addRaw(_ bytes: [UInt8]) { members += bytes }

  /// "LENGTH TEXT", where the length counts its own digits.
  private func record(_ text: String) -> String {
    var length = text.utf8.count + 2
    while "\(length) \(text)".utf8.count != length { length += 1 }
    return "\(length) \(text)"
  }

  private func padded(_ data: [UInt8]) -> [UInt8] {
    data + [UInt8](repeating: 0, count: (512 - data.count % 512) % 512)
  }

  private func header(
    _ name: String, type: Character, mode: Int = 0o644, uid: Int = 0, gid: Int = 0, size: Int, time: Int = 0,
    link: String = "", device: (Int, Int) = (0, 0)
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
    }
    func octal(_ number: Int, digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    put(String(decoding: Array(name.utf8).prefix(100), as: UTF8.self), at: 0)
    put(octal(mode, digits: 7), at: 100)
    put(octal(uid, digits: 7), at: 108)
    put(octal(gid, digits: 7), at: 116)
    if size < 1 << 33 {
      put(octal(size, digits: 11), at: 124)
    } else {
      // GNU's way for what is longer: eight bytes, the first of the field marked.
      block[124] = 0x80
      for index in 0..<8 { block[128 + index] = UInt8(truncatingIfNeeded: size >> (56 - 8 * index)) }
    }
    put(octal(time, digits: 11), at: 136)
    put("        ", at: 148)
    put(String(type), at: 156)
    put(String(decoding: Array(link.utf8).prefix(100), as: UTF8.self), at: 157)
    put("ustar\u{0}00", at: 257)
    put(octal(device.0, digits: 7), at: 329)
    put(octal(device.1, digits: 7), at: 337)
    put(octal(block.reduce(0) { $0 + Int($1) }, digits: 6) + "\u{0}", at: 148)
    return block
  }
}

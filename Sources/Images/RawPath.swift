import Glibc
import Linux

/// A path, or a symbolic link's text, as the kernel takes it: bytes, of which a tar may have any.
///
/// A `FilePath` would make "a//b/" into "a/b", and checks a path again at every step, which for the longest ones takes
/// seconds in a debug build.
struct RawPath: PathLike, Hashable, ExpressibleByStringLiteral {
  /// With the zero at its end.
  private var storage: [UInt8]

  /// - Parameter bytes: without a zero among them.
  init(_ bytes: some Sequence<UInt8>) {
    storage = Array(bytes)
    storage.append(0)
  }

  init(_ text: UnsafePointer<CChar>) { self.init(UnsafeRawBufferPointer(start: text, count: strlen(text))) }

  init(stringLiteral text: String) { self.init(text.utf8) }

  var bytes: ArraySlice<UInt8> { storage.dropLast() }
  var isEmpty: Bool { storage.count == 1 }

  /// The names between the slashes.
  var names: [ArraySlice<UInt8>] { bytes.split(separator: UInt8(ascii: "/")) }

  /// Goes one name further.
  mutating func append(_ name: ArraySlice<UInt8>) {
    storage[storage.count - 1] = UInt8(ascii: "/")
    if storage.count == 1 { storage.removeLast() }
    storage += name
    storage.append(0)
  }

  func _withAddress(_ body: (Int) -> Int) -> Int { storage.withUnsafeBytes { body(address($0.baseAddress)) } }

  var description: String { String(decoding: bytes, as: UTF8.self) }

  /// For one line of text: what a terminal would obey is escaped, and a path that is longer than a line is cut.
  var printable: String {
    var text = ""
    for scalar in description.unicodeScalars {
      if text.utf8.count > 200 { return text + "…" }
      let category = scalar.properties.generalCategory
      let isControl = category == .control || category == .format
      text += isControl ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return text
  }
}

import Containers

extension String {
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

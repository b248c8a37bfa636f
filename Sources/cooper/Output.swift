import SystemPackage

/// One line on standard error, with the program's name before it.
func printError(_ message: String) {
  let line = message.split(separator: "\n").joined(separator: " ")
  _ = try? FileDescriptor.standardError.writeAll("cooper: \(line)\n".utf8)
}

func printTrace(_ line: String) { _ = try? FileDescriptor.standardError.writeAll("\(line)\n".utf8) }

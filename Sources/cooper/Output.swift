import ArgumentParser
import SystemPackage

/// Opens /dev/null for each standard stream that the caller has closed: otherwise the next descriptor, a socket to
/// the keeper say, would become the container's stream.
func openMissingStreams() throws {
  for stream in CInt(0)...2 where (try? FileDescriptor(rawValue: stream).stat()) == nil {
    // The lowest free number is this one.
    do { _ = try FileDescriptor.open("/dev/null", .readWrite) } catch {
      throw ValidationError("standard stream \(stream) is closed, and /dev/null can't be opened: \(error)")
    }
  }
}

/// One line on standard error, with the program's name before it.
func printError(_ message: String) {
  _ = try? FileDescriptor.standardError.writeAll("cooper: \(message.shortened(to: 4096).oneLine)\n".utf8)
}

func printTrace(_ line: String) { _ = try? FileDescriptor.standardError.writeAll("\(line.escaped)\n".utf8) }

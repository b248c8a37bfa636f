import Containers
import Linux
import SystemPackage

/// The newest version of the specification that is understood whole.
let supportedVersion = "1.3.0"

/// The name by which it was called: as whose stand-in it may be installed.
let programName =
  CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "cooper-runtime"

func exit(_ status: Int32) -> Never { Linux._exit(status) }

/// Opens /dev/null for each standard stream that the caller has closed: otherwise the next descriptor would become
/// the container's stream.
func openMissingStreams() throws {
  var streams = (CInt(0)...2).map { PollDescriptor(FileDescriptor(rawValue: $0)) }
  _ = try poll(&streams, timeout: .zero)
  for stream in streams where stream.revents.contains(.nVal) {
    // The lowest free number is this one.
    _ = try FileDescriptor.open("/dev/null", .readWrite)
  }
}

func print(_ text: String) { _ = try? FileDescriptor.standardOutput.writeAll("\(text)\n".utf8) }

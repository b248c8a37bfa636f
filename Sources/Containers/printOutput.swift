import Linux
import SystemPackage

/// Writes to standard output, whole.
///
/// - Throws: ``ContainerError``: a disk may be full, and silence is no answer.
public func printOutput(_ text: String) throws(ContainerError) {
  do { _ = try FileDescriptor.standardOutput.writeAll(text.utf8) } catch {
    throw ContainerError("write to standard output: \((error as? Errno)?.sentence ?? "\(error)")")
  }
}

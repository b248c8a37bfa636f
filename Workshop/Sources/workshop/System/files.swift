import Facts
import Linux

/// Fails where there is something already.
func createFile(_ path: String, _ text: String) throws {
  let file = try open(
    path, [.writeOnly, .create, .exclusive], [.ownerReadWrite, .groupRead, .otherRead])
  try file.write(text)
}

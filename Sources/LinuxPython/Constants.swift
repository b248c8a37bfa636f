import CLinux
import CPython
import Linux

/// Adds every flag that the calls take, under its C name and from the tables of `Linux`.
func addConstants(to module: Object) throws {
  try add(CloneFlags.self, to: module)
  try add(MountFlags.self, to: module)
  try add(UnmountFlags.self, to: module)
}

private func add<Flags: NamedFlags>(_ flags: Flags.Type, to module: Object) throws {
  for (flag, name) in Flags.names { try add(flag.rawValue, as: name, to: module) }
}

private func add(_ value: some BinaryInteger, as name: String, to module: Object) throws {
  let number = try newInteger(value)
  defer { Py_DecRef(number) }
  try add(number, as: name, to: module)
}

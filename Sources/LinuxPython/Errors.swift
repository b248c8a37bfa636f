import CPython
import Glibc
import Linux

/// What each interpreter's module keeps.
struct ModuleState {
  /// LinuxError.
  var error: Object?
  /// From Python's own class for some errnos (PermissionError) to ours, which is a LinuxError too.
  var classes: Object?
  /// Python can fork in the main interpreter only.
  var isMainInterpreter: Bool
}

func state(_ module: Object) -> UnsafeMutablePointer<ModuleState>? {
  PyModule_GetState(module)?.assumingMemoryBound(to: ModuleState.self)
}

/// Python's own classes for some errnos.
private let specialNames: [StaticString] = [
  "BlockingIOError", "BrokenPipeError", "ChildProcessError", "ConnectionAbortedError",
  "ConnectionRefusedError", "ConnectionResetError", "FileExistsError", "FileNotFoundError",
  "InterruptedError", "IsADirectoryError", "NotADirectoryError", "PermissionError", "ProcessLookupError",
  "TimeoutError",
]

/// Makes LinuxError, an OSError that is a RuntimeError too, and for each class that Python has for some errnos one
/// that is both that and a LinuxError.
func addExceptions(to module: Object) throws {
  guard let state = state(module) else { throw Raised() }
  let error = try newClass(
    "LinuxError", [cpython_PyExc_OSError(), cpython_PyExc_RuntimeError()],
    "A system call failed: an OSError, with errno, strerror and filename, and a RuntimeError.")
  state.pointee.error = error
  try add(error, as: "LinuxError", to: module)

  let classes = try new(PyDict_New())
  state.pointee.classes = classes
  let builtins = try new(PyImport_ImportModule("builtins"))
  defer { Py_DecRef(builtins) }
  for name in specialNames {
    let special = try new(PyObject_GetAttrString(builtins, name.characters))
    defer { Py_DecRef(special) }
    let ours = try newClass("Linux\(name)", [error, special], "A LinuxError that is a \(name) too.")
    defer { Py_DecRef(ours) }
    if PyDict_SetItem(classes, special, ours) != 0 { throw Raised() }
    try add(ours, as: "Linux\(name)", to: module)
  }
}

private func newClass(_ name: String, _ bases: [Object?], _ documentation: String) throws -> Object {
  let bases = try newTuple(
    bases.compactMap { base in
      Py_IncRef(base)
      return base
    })
  defer { Py_DecRef(bases) }
  return try new(PyErr_NewExceptionWithDoc("linux.\(name)", documentation, bases, nil))
}

/// Adds an object to the module, which takes a reference of its own.
func add(_ object: Object, as name: String, to module: Object) throws {
  Py_IncRef(object)
  if PyModule_AddObject(module, name, object) != 0 {
    Py_DecRef(object)
    throw Raised()
  }
}

/// Sets the exception for a system call that failed.
func raise(_ error: SystemCallError, _ arguments: Arguments) {
  try? setException(error, arguments)
}

private func setException(_ error: SystemCallError, _ arguments: Arguments) throws {
  guard let state = state(arguments.module), let general = state.pointee.error else { throw Raised() }
  let values = try newTuple(exceptionArguments(error, arguments.paths))
  defer { Py_DecRef(values) }
  // OSError itself knows which class an errno has.
  let plain = try new(PyObject_CallObject(cpython_PyExc_OSError(), values))
  defer { Py_DecRef(plain) }
  let type = try new(PyObject_Type(plain))
  defer { Py_DecRef(type) }
  PyErr_SetObject(PyDict_GetItemWithError(state.pointee.classes, type) ?? general, values)
}

/// (errno, strerror[, filename[, None, filename2]])
private func exceptionArguments(_ error: SystemCallError, _ paths: [Object]) throws -> [Object] {
  let cause = try new(PyUnicode_DecodeFSDefault(strerror(error.errno.rawValue)))
  var text = cause
  if let hint = error.hint {
    defer { Py_DecRef(cause) }
    text = try newText("\(String(cString: strerror(error.errno.rawValue))): \(hint)")
  }
  var values = [try newInteger(error.errno.rawValue), text]
  for (index, path) in paths.enumerated() {
    if index == 1 { values.append(none()) }
    Py_IncRef(path)
    values.append(path)
  }
  return values
}

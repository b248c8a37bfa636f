import CPython
import Glibc

/// What `import linux` calls. The module is made in two phases, so each interpreter gets one of its own.
@_cdecl("PyInit_linux")
public func initLinux() -> UnsafeMutablePointer<PyObject>? { PyModuleDef_Init(definition) }

/// Lives as long as the process, as CPython wants it.
nonisolated(unsafe) private let definition: UnsafeMutablePointer<PyModuleDef> = {
  let definition = UnsafeMutablePointer<PyModuleDef>.allocate(capacity: 1)
  var value = PyModuleDef()
  value.m_base.ob_base.ob_refcnt = 1
  value.m_name = ("linux" as StaticString).characters
  value.m_doc = Documentation.module.characters
  value.m_size = MemoryLayout<ModuleState>.size
  value.m_methods = methods()
  value.m_slots = slots()
  value.m_traverse = { module, visit, context in
    guard let module, let visit, let state = state(module) else { return 0 }
    for object in [state.pointee.error, state.pointee.classes] {
      if let object {
        let result = visit(object, context)
        if result != 0 { return result }
      }
    }
    return 0
  }
  value.m_clear = { module in
    if let module { clear(module) }
    return 0
  }
  value.m_free = { module in
    if let module { clear(module.assumingMemoryBound(to: PyObject.self)) }
  }
  definition.initialize(to: value)
  return definition
}()

private func clear(_ module: Object) {
  guard let state = state(module) else { return }
  let references = [state.pointee.error, state.pointee.classes]
  state.pointee.error = nil
  state.pointee.classes = nil
  for reference in references { Py_DecRef(reference) }
}

private func slots() -> UnsafeMutablePointer<PyModuleDef_Slot> {
  let execute: @convention(c) (Object?) -> Int32 = { module in
    guard let module else { return -1 }
    do {
      try fill(module)
      return 0
    } catch {
      return -1
    }
  }
  var slots = [
    PyModuleDef_Slot(
      slot: Int32(CPYTHON_MOD_EXEC), value: unsafeBitCast(execute, to: UnsafeMutableRawPointer.self))
  ]
  if pythonMinorVersion() >= 12 {
    // Py_MOD_PER_INTERPRETER_GIL_SUPPORTED
    slots.append(
      PyModuleDef_Slot(
        slot: Int32(CPYTHON_MOD_MULTIPLE_INTERPRETERS), value: UnsafeMutableRawPointer(bitPattern: 2)))
  }
  slots.append(PyModuleDef_Slot(slot: 0, value: nil))
  return lasting(slots)
}

private func methods() -> UnsafeMutablePointer<PyMethodDef> {
  lasting(
    functions.map { function in
      PyMethodDef(
        ml_name: function.name.characters, ml_meth: function.body,
        ml_flags: Int32(CPYTHON_METH_VARARGS), ml_doc: function.documentation.characters)
    } + [PyMethodDef()])
}

/// A copy of the array that is never freed.
private func lasting<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
  let copy = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
  copy.initialize(from: elements, count: elements.count)
  return copy
}

private func fill(_ module: Object) throws {
  guard let state = state(module) else { throw Raised() }
  state.initialize(to: ModuleState(isMainInterpreter: try isMainInterpreter()))
  try addExceptions(to: module)
  try addConstants(to: module)
}

/// 12 of "3.12.1 (main, …".
private func pythonMinorVersion() -> Int {
  let parts = String(cString: Py_GetVersion()).split(separator: ".", maxSplits: 2)
  return parts.count > 1 ? Int(parts[1]) ?? 0 : 0
}

/// Python 3.9 has functions for it, which Python 3.8's stable ABI lacks; so they are looked up. There a module tells.
private func isMainInterpreter() throws -> Bool {
  typealias GetInterpreter = @convention(c) () -> OpaquePointer?
  typealias GetID = @convention(c) (OpaquePointer?) -> Int64
  if let get = dlsym(nil, "PyInterpreterState_Get"), let id = dlsym(nil, "PyInterpreterState_GetID") {
    return unsafeBitCast(id, to: GetID.self)(unsafeBitCast(get, to: GetInterpreter.self)()) == 0
  }
  guard let interpreters = PyImport_ImportModule("_xxsubinterpreters") else {
    PyErr_Clear()
    return true
  }
  defer { Py_DecRef(interpreters) }
  let get = try new(PyObject_GetAttrString(interpreters, "get_current"))
  defer { Py_DecRef(get) }
  let id = try new(PyObject_CallObject(get, nil))
  defer { Py_DecRef(id) }
  let number = try new(PyNumber_Index(id))
  defer { Py_DecRef(number) }
  return PyLong_AsLong(number) == 0
}

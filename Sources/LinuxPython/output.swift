import CPython

/// That a stream can't be flushed, since it is closed for instance, is no reason not to make a child; but a
/// KeyboardInterrupt that comes meanwhile goes on.
func flushPythonOutput() throws {
  try flushPythonOutput { _ in
    if PyErr_ExceptionMatches(cpython_PyExc_Exception()) == 0 { throw Raised() }
    PyErr_Clear()
  }
}

/// In the child lost output is told of, and nothing else can be done.
func flushAtTheEnd() {
  flushPythonOutput { stream in
    if PyErr_ExceptionMatches(cpython_PyExc_OSError()) != 0 { PyErr_WriteUnraisable(stream) }
    PyErr_Clear()
  }
}

/// Flushes sys.stdout and sys.stderr, and calls `failed` with one that can't be, and with the exception set.
private func flushPythonOutput(_ failed: (Object) throws -> Void) rethrows {
  for name in ["stdout", "stderr"] as [StaticString] {
    guard let stream = systemObject(name) else { continue }
    Py_IncRef(stream)
    defer { Py_DecRef(stream) }
    if !flush(stream) { try failed(stream) }
  }
}

private func flush(_ stream: Object) -> Bool {
  guard let flush = PyObject_GetAttrString(stream, "flush") else { return false }
  defer { Py_DecRef(flush) }
  guard let result = PyObject_CallObject(flush, nil) else { return false }
  Py_DecRef(result)
  return true
}

/// In the child: gives the buffers of sys.stdout and sys.stderr new locks, and empties them.
///
/// A thread of the parent that was printing when the child was born held the buffer's lock, and isn't there to give it
/// back; CPython leaves that as it is, so the child would wait for ever when it prints or ends. And what stands in the
/// buffer is the parent's, which prints it itself. A buffer's `__init__` makes both anew.
func renewOutputBuffers() {
  guard let io = PyImport_ImportModule("_io"), let writer = PyObject_GetAttrString(io, "BufferedWriter")
  else {
    PyErr_Clear()
    return
  }
  for name in ["stdout", "stderr", "__stdout__", "__stderr__"] as [StaticString] {
    if let stream = systemObject(name) { renewBuffer(of: stream, ofType: writer) }
    // One that is closed, or a stream of the user's own, stays as it is.
    PyErr_Clear()
  }
  Py_DecRef(writer)
  Py_DecRef(io)
}

private func renewBuffer(of stream: Object, ofType writer: Object) {
  guard let buffer = PyObject_GetAttrString(stream, "buffer") else { return }
  defer { Py_DecRef(buffer) }
  let type = PyObject_Type(buffer)
  defer { Py_DecRef(type) }
  guard type == writer, let initialize = PyObject_GetAttrString(buffer, "__init__") else { return }
  defer { Py_DecRef(initialize) }
  guard let raw = PyObject_GetAttrString(buffer, "raw"), let arguments = try? newTuple([raw]) else { return }
  defer { Py_DecRef(arguments) }
  if let result = PyObject_CallObject(initialize, arguments) { Py_DecRef(result) }
}

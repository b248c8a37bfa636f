import CPython

/// A Python exception, taken from the interpreter.
private struct TakenException {
  var type: Object?
  var value: Object?
  var traceback: Object?

  init() {
    PyErr_Fetch(&type, &value, &traceback)
    PyErr_NormalizeException(&type, &value, &traceback)
    if let value, let traceback { PyException_SetTraceback(value, traceback) }
  }
}

/// The exit status for the exception that is set: that of SystemExit, or 255 after printing the traceback.
///
/// PyErr_Print isn't used: when sys.excepthook raises SystemExit, it ends the process by exit, and the functions of
/// the parent's atexit would run in the child.
func statusOfException() -> Int32 {
  let isSystemExit = PyErr_ExceptionMatches(cpython_PyExc_SystemExit()) != 0
  let exception = TakenException()
  if isSystemExit { return status(ofSystemExit: exception.value) }

  if let hook = systemObject("excepthook"), let arguments = try? hookArguments(exception) {
    if PyObject_CallObject(hook, arguments) != nil { return 255 }
    if PyErr_ExceptionMatches(cpython_PyExc_SystemExit()) != 0 {
      return status(ofSystemExit: TakenException().value)
    }
    let another = TakenException()
    PyErr_Display(another.type, another.value, another.traceback)
  }
  PyErr_Display(exception.type, exception.value, exception.traceback)
  return 255
}

private func hookArguments(_ exception: TakenException) throws -> Object {
  try newTuple(
    [exception.type, exception.value, exception.traceback].map { object in
      guard let object else { return none() }
      Py_IncRef(object)
      return object
    })
}

/// As Python ends by it: None is 0, an integer is the status, and anything else is printed on stderr and is 1.
private func status(ofSystemExit exception: Object?) -> Int32 {
  guard let exception, let code = PyObject_GetAttrString(exception, "code") else {
    PyErr_Clear()
    return 0
  }
  if isNone(code) { return 0 }
  if PyObject_IsInstance(code, cpython_PyLong_Type()) == 1 {
    let status = PyLong_AsLong(code)
    PyErr_Clear()
    return Int32(truncatingIfNeeded: status)
  }
  if let stream = systemObject("stderr") {
    print(code, on: stream)
  }
  return 1
}

private func print(_ object: Object, on stream: Object) {
  let raw: Int32 = 1  // Py_PRINT_RAW: str, not repr
  if PyFile_WriteObject(object, stream, raw) != 0 { PyErr_Clear() }
  if let newline = try? newText("\n") {
    if PyFile_WriteObject(newline, stream, raw) != 0 { PyErr_Clear() }
  }
}

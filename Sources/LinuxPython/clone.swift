import CLinux
import CPython
import Linux

/// clone(callback, flags, callback_args)
///
/// What os.fork does around C's fork is done around ours: the hooks of os.register_at_fork run, and CPython puts its
/// locks and thread states in order in the child. `forkIntoNamespaces` calls C's fork, so glibc's handlers run too.
func clone(_ arguments: inout Arguments) throws -> Object? {
  let callback = try arguments.object()
  let flags = CloneFlags(rawValue: try arguments.bits())
  let values = try arguments.object()
  if PyCallable_Check(callback) == 0 {
    throw raised(cpython_PyExc_TypeError(), "clone() argument 'callback' must be callable")
  }
  if PyObject_IsInstance(values, cpython_PyTuple_Type()) != 1 {
    throw raised(cpython_PyExc_TypeError(), "clone() argument 'callback_args' must be a tuple")
  }
  try refuseWhereForkIs(arguments.module)

  try flushPythonOutput()
  PyOS_BeforeFork()
  clinux_flush()
  let child: ProcessID
  do {
    child = try forkIntoNamespaces(flags)
  } catch {
    PyOS_AfterFork_Parent()
    throw error
  }
  if child == 0 {
    PyOS_AfterFork_Child()
    renewOutputBuffers()
    runChild(callback, values)
  }
  PyOS_AfterFork_Parent()
  return try newInteger(child)
}

/// CPython ends the process with a fatal error when it is forked in another than the main interpreter, and its threads
/// are in no order when it is about to end.
private func refuseWhereForkIs(_ module: Object) throws {
  if state(module)?.pointee.isMainInterpreter != true {
    throw raised(cpython_PyExc_RuntimeError(), "clone() works in the main interpreter only")
  }
  guard let isFinalizing = systemObject("is_finalizing") else { return }
  let answer = try new(PyObject_CallObject(isFinalizing, nil))
  defer { Py_DecRef(answer) }
  if PyLong_AsLong(answer) != 0 {
    throw raised(cpython_PyExc_RuntimeError(), "clone() doesn't work while Python ends")
  }
}

/// The child's whole life in Python. Its status is 0 when the callback returns, whatever that gives.
private func runChild(_ callback: Object, _ values: Object) -> Never {
  var status: Int32 = 0
  // The result is left alone: its finalizer would run between the callback and the end.
  if PyObject_CallObject(callback, values) == nil { status = statusOfException() }
  flushAtTheEnd()
  clinux_flush_and_exit(status)
}

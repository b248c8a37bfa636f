import CPython

/// A Python object. Who holds a reference, and gives it back by Py_DecRef, is said where it isn't plain.
typealias Object = UnsafeMutablePointer<PyObject>

/// Thrown when a Python exception is set: the function returns NULL and adds nothing to it.
struct Raised: Error {}

/// A new reference to None.
func none() -> Object {
  guard let none = cpython__Py_NoneStruct() else { fatalError("None is a variable of CPython") }
  Py_IncRef(none)
  return none
}

func isNone(_ object: Object) -> Bool { object == cpython__Py_NoneStruct() }

/// What CPython gave, which is NULL only with an exception set.
func new(_ object: Object?) throws(Raised) -> Object {
  guard let object else { throw Raised() }
  return object
}

func newInteger(_ value: some BinaryInteger) throws(Raised) -> Object {
  try new(value < 0 ? PyLong_FromLongLong(Int64(value)) : PyLong_FromUnsignedLongLong(UInt64(value)))
}

func newText(_ text: String) throws(Raised) -> Object {
  var text = text
  return try new(
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        PyUnicode_FromStringAndSize($0.baseAddress, $0.count)
      }
    })
}

/// A tuple; takes over the references.
func newTuple(_ items: [Object]) throws(Raised) -> Object {
  let tuple = try new(PyTuple_New(items.count))
  for (index, item) in items.enumerated() { PyTuple_SetItem(tuple, index, item) }
  return tuple
}

/// Raises a Python exception with this text.
func raised(_ type: Object?, _ text: String) -> Raised {
  PyErr_SetString(type, text)
  return Raised()
}

/// An object that the interpreter has under this name ("stdout"): borrowed. Nil where it has none, or None.
func systemObject(_ name: StaticString) -> Object? {
  guard let object = PySys_GetObject(name.characters), !isNone(object) else { return nil }
  return object
}

extension StaticString {
  /// As C takes it; Swift ends it with a NUL.
  var characters: UnsafePointer<CChar> {
    UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}

/// Lets other Python threads run while a system call may wait. `body` may not touch a Python object.
func withoutGIL<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let thread = PyEval_SaveThread()
  defer { PyEval_RestoreThread(thread) }
  return try body()
}

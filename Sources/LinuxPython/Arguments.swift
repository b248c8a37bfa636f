import CPython
import Linux

/// A text of Python as C takes it: the bytes of an object that lives as long as the call. Nil for None.
struct CText: PathLike {
  let address: UnsafePointer<CChar>?

  func _withAddress(_ body: (Int) -> Int) -> Int { body(Int(bitPattern: address)) }

  var description: String { address.map { String(cString: $0) } ?? "NULL" }
}

/// The arguments of one call, read in order.
struct Arguments {
  let module: Object
  private let name: StaticString
  private let tuple: Object
  private let count: Int
  private var next = 0
  /// References that last until the call has returned.
  private var kept: [Object] = []
  /// What an error has as `filename` and `filename2`; borrowed.
  private(set) var paths: [Object] = []

  init(module: Object, name: StaticString, tuple: Object) {
    self.module = module
    self.name = name
    self.tuple = tuple
    count = PyTuple_Size(tuple)
  }

  func expect(_ range: ClosedRange<Int>) throws {
    if range.contains(count) { return }
    let wanted =
      range.lowerBound == range.upperBound
      ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    let noun = range.upperBound == 1 ? "argument" : "arguments"
    throw raised(cpython_PyExc_TypeError(), "\(name)() takes \(wanted) \(noun) (\(count) given)")
  }

  func release() {
    for object in kept { Py_DecRef(object) }
  }

  /// Whether an argument is left that isn't None.
  var hasNext: Bool {
    guard next < count, let object = PyTuple_GetItem(tuple, next) else { return false }
    return !isNone(object)
  }

  /// The next argument as it is: borrowed.
  mutating func object() throws -> Object {
    if next >= count { throw raised(cpython_PyExc_TypeError(), "\(name)() misses argument \(next + 1)") }
    let object = try new(PyTuple_GetItem(tuple, next))
    next += 1
    return object
  }

  /// A str in the encoding of the file system, bytes, or a PathLike; without a NUL byte inside.
  mutating func text() throws -> CText { try text(of: try object()) }

  private mutating func text(of object: Object) throws -> CText {
    var bytes: Object?
    guard PyUnicode_FSConverter(object, &bytes) != 0, let bytes else { throw Raised() }
    kept.append(bytes)
    return CText(address: PyBytes_AsString(bytes))
  }

  /// The same, or None.
  mutating func optionalText() throws -> CText {
    if hasNext { return try text() }
    next += 1
    return CText(address: nil)
  }

  /// A path that errors name.
  mutating func path() throws -> CText {
    let path = try new(PyOS_FSPath(try object()))
    kept.append(path)
    let text = try text(of: path)
    paths.append(path)
    return text
  }

  /// A str or bytes in UTF-8, that is no path.
  mutating func word() throws -> String {
    let object = try object()
    var bytes = object
    if PyObject_IsInstance(object, cpython_PyUnicode_Type()) == 1 {
      bytes = try new(PyUnicode_AsUTF8String(object))
      kept.append(bytes)
    } else if PyObject_IsInstance(object, cpython_PyBytes_Type()) != 1 {
      throw raised(cpython_PyExc_TypeError(), "\(name)() takes a str or bytes as argument \(next)")
    }
    let content = UnsafeBufferPointer(start: PyBytes_AsString(bytes), count: PyBytes_Size(bytes))
    if content.contains(0) { throw raised(cpython_PyExc_ValueError(), "embedded null byte") }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw raised(cpython_PyExc_ValueError(), "\(name)() takes UTF-8 as argument \(next)")
    }
    return text
  }

  /// The bits of an integer of 64 bits, with or without a sign.
  mutating func bits64() throws -> UInt64 {
    let number = try new(PyNumber_Index(try object()))
    kept.append(number)
    let value = PyLong_AsLongLong(number)
    if value == -1, PyErr_Occurred() != nil {
      if PyErr_ExceptionMatches(cpython_PyExc_OverflowError()) == 0 { throw Raised() }
      PyErr_Clear()
      let value = PyLong_AsUnsignedLongLong(number)
      if value == .max, PyErr_Occurred() != nil { throw Raised() }
      return value
    }
    return UInt64(bitPattern: value)
  }

  /// The same for flags: a negative one of 32 bits stays one of 32 bits. -2**31 is MS_NOUSER, as C's int has it.
  mutating func bits() throws -> UInt64 {
    let bits = try bits64()
    return Int32(exactly: Int64(bitPattern: bits)).map { UInt64(UInt32(bitPattern: $0)) } ?? bits
  }

  /// Flags that the kernel takes as an int.
  mutating func flags32() throws -> UInt32 {
    guard let flags = UInt32(exactly: try bits()) else { throw tooLarge() }
    return flags
  }

  mutating func flags32(default value: UInt32) throws -> UInt32 { try hasNext ? flags32() : skip(value) }

  mutating func bits(default value: UInt64) throws -> UInt64 { try hasNext ? bits() : skip(value) }

  mutating func word64(default value: Int) throws -> Int {
    try hasNext ? Int(bitPattern: UInt(bits64())) : skip(value)
  }

  /// A C int.
  mutating func int32() throws -> Int32 {
    let number = try new(PyNumber_Index(try object()))
    kept.append(number)
    let value = PyLong_AsLong(number)
    if value == -1, PyErr_Occurred() != nil { throw Raised() }
    guard let short = Int32(exactly: value) else { throw tooLarge() }
    return short
  }

  mutating func int32(default value: Int32) throws -> Int32 { try hasNext ? int32() : skip(value) }

  /// Leaves an argument out.
  mutating func skip() { next += 1 }

  private mutating func skip<Value>(_ value: Value) -> Value {
    next += 1
    return value
  }

  private func tooLarge() -> Raised {
    raised(cpython_PyExc_OverflowError(), "\(name)() takes an integer of 32 bits as argument \(next)")
  }

  /// What a buffer holds: bytes, a bytearray, an array.
  mutating func bytes() throws -> [UInt8] {
    let object = try object()
    if PyObject_IsInstance(object, cpython_PyUnicode_Type()) == 1
      || PyObject_IsInstance(object, cpython_PyLong_Type()) == 1
    {
      throw raised(cpython_PyExc_TypeError(), "\(name)() takes bytes as argument \(next)")
    }
    let bytes = try new(PyBytes_FromObject(object))
    kept.append(bytes)
    return [UInt8](UnsafeRawBufferPointer(start: PyBytes_AsString(bytes), count: PyBytes_Size(bytes)))
  }

  /// A descriptor's number, or what has one by fileno().
  mutating func descriptor() throws -> Int32 {
    let object = try object()
    if PyObject_IsInstance(object, cpython_PyLong_Type()) == 1 {
      next -= 1
      return try int32()
    }
    let number = PyObject_AsFileDescriptor(object)
    if number < 0 { throw Raised() }
    return number
  }
}

/// Runs a function of the module: reads its arguments, and raises what it throws.
func call(
  _ name: StaticString, _ count: ClosedRange<Int>, _ module: Object?, _ tuple: Object?,
  _ body: (inout Arguments) throws -> Object?
) -> Object? {
  guard let module, let tuple else { return nil }
  var arguments = Arguments(module: module, name: name, tuple: tuple)
  defer { arguments.release() }
  do {
    try arguments.expect(count)
    return try body(&arguments) ?? none()
  } catch let error as SystemCallError {
    raise(error, arguments)
  } catch {
    // A Raised: the exception is set.
  }
  return nil
}

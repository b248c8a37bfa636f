import CLinux
import SystemPackage

/// syscall(number, …): the one place where this library enters the kernel.
/// The result, or a negative errno.
@inline(__always)
package func systemCall(
  _ number: some BinaryInteger, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, _ d: Int = 0, _ e: Int = 0,
  _ f: Int = 0
) -> Int {
  clinux_syscall(Int(number), a, b, c, d, e, f)
}

/// Turns a negative result into the error of `call`; the arguments are described only then.
@discardableResult
package func check(
  _ result: Int, _ call: String, _ arguments: @autoclosure () -> KeyValuePairs<String, Any?> = [:],
  needs: KernelVersion? = nil
) throws(SystemCallError) -> Int {
  guard result < 0 else { return result }
  throw SystemCallError(
    call: call, errno: Errno(rawValue: CInt(-result)),
    arguments: arguments().map { .init(name: $0.key, value: describe($0.value)) }, needs: needs)
}

private func describe(_ value: Any?) -> String {
  switch value {
  case nil: "NULL"
  case let text as any PathLike: "\"\(text)\""
  case let .some(other): "\(other)"
  }
}

/// A pointer as a system call takes it.
package func address(_ pointer: UnsafeRawPointer?) -> Int { Int(bitPattern: pointer) }

/// Calls `body` with each text as a C string; nil stays NULL. A text with a NUL byte inside, which C would
/// cut short in silence, gives -EINVAL instead.
func withCStrings(_ first: String?, body: (Int) -> Int) -> Int {
  guard let first else { return body(0) }
  if first.utf8.contains(0) { return -Int(Errno.invalidArgument.rawValue) }
  return first.withCString { body(address($0)) }
}

func withCStrings(_ first: String?, _ second: String?, body: (Int, Int) -> Int) -> Int {
  withCStrings(first) { a in withCStrings(second) { b in body(a, b) } }
}

func withCStrings(_ first: String?, _ second: String?, _ third: String?, body: (Int, Int, Int) -> Int) -> Int
{
  withCStrings(first, second) { a, b in withCStrings(third) { c in body(a, b, c) } }
}

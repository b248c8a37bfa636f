import CLinux
import SystemPackage

/// execve(path, argv, envp)
///
/// Runs another program in this process. It returns only by throwing.
///
///     try execve("/bin/echo", ["echo", "hello"], ["PATH=/bin"])
///
/// - Parameters:
///   - argv: the program's arguments; the first is its own name.
///   - envp: "NAME=value" each; nil passes on the caller's environment.
/// - Throws: ENOENT (the file, or the interpreter that it names), EACCES, ENOEXEC, E2BIG; EINVAL for an empty
///   `argv` and for a NUL byte in an argument.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/execve.2.html>
public func execve(_ path: some PathLike, _ argv: [String], _ envp: [String]? = nil) throws(SystemCallError)
  -> Never
{
  var result = -Int(Errno.invalidArgument.rawValue)
  if !argv.isEmpty, !(argv + (envp ?? [])).contains(where: { $0.utf8.contains(0) }) {
    clinux_flush()
    let arguments = CStringArray(argv)
    let environment = envp.map { CStringArray($0) }
    result = path._withAddress {
      systemCall(
        __NR_execve, $0, address(arguments.pointer),
        address(environment?.pointer ?? clinux_environment()))
    }
    withExtendedLifetime((arguments, environment)) {}
  }
  throw SystemCallError(
    call: "execve", errno: Errno(rawValue: CInt(-result)),
    arguments: [.init(name: "path", value: "\"\(path)\""), .init(name: "argv", value: "\(argv)")])
}

/// execvpe(argv[0], argv, envp)
///
/// Runs another program in this process, looked for as a shell does: a name without a slash in each directory of
/// PATH, which is taken from `envp` when that is given. It returns only by throwing.
///
///     try exec(["sh", "-c", "echo $$"])
///
/// - Throws: as `execve`; ENOENT when no directory of PATH has it, EACCES when one has it and it can't be run.
/// - SeeAlso: <https://man7.org/linux/man-pages/man3/exec.3.html>
public func exec(_ argv: [String], environment envp: [String]? = nil) throws(SystemCallError) -> Never {
  guard let name = argv.first, !name.utf8.contains(UInt8(ascii: "/")), !name.isEmpty else {
    try execve(argv.first ?? "", argv, envp)
  }
  var failure = SystemCallError(
    call: "execve", errno: .noSuchFileOrDirectory,
    arguments: [.init(name: "path", value: "\"\(name)\""), .init(name: "argv", value: "\(argv)")],
    hint: "no directory of PATH has it")
  let colon = UInt8(ascii: ":")
  for bytes in searchPath(envp).utf8.split(separator: colon, omittingEmptySubsequences: false) {
    let directory = bytes.isEmpty ? "." : String(decoding: bytes, as: UTF8.self)
    do {
      try execve(FilePath(directory).appending(name), argv, envp)
    } catch {
      switch error.errno {
      case .noSuchFileOrDirectory, .notDirectory: continue
      case .permissionDenied: failure = error
      default: throw error
      }
    }
  }
  throw failure
}

private func searchPath(_ envp: [String]?) -> String {
  let environment = envp ?? currentEnvironment()
  let entry = environment.first { $0.utf8.starts(with: "PATH=".utf8) }
  return entry.map { String(decoding: $0.utf8.dropFirst(5), as: UTF8.self) } ?? "/usr/local/bin:/usr/bin:/bin"
}

/// The process's own environment, "NAME=value" each.
public func currentEnvironment() -> [String] {
  guard let array = clinux_environment() else { return [] }
  var entries: [String] = []
  var index = 0
  while let entry = array[index] {
    entries.append(String(cString: entry))
    index += 1
  }
  return entries
}

/// A NULL-terminated array of C strings, freed at its end.
final class CStringArray {
  let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ strings: [String]) {
    count = strings.count
    pointer = .allocate(capacity: count + 1)
    for (index, string) in strings.enumerated() {
      let bytes = Array(string.utf8CString)
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      copy.initialize(from: bytes, count: bytes.count)
      pointer[index] = copy
    }
    pointer[count] = nil
  }

  deinit {
    for index in 0..<count { pointer[index]?.deallocate() }
    pointer.deallocate()
  }
}

import Containers
import Linux
import OCISpec
import SystemPackage

/// Where warnings and errors go: into a file, for engines, and errors to standard error as well, for people.
struct Log {
  enum Format: String { case text, json }
  enum Level: String { case debug, info, warning, error }

  private let path: String?
  /// Open from the beginning: what can't be opened is no place for what went wrong.
  private let file: FileDescriptor?
  private let format: Format
  let isDebugging: Bool

  /// On standard error alone.
  init() { (path, file, format, isDebugging) = (nil, nil, .text, false) }

  init(path: String?, format: Format, isDebugging: Bool) throws(UsageError) {
    self.path = path
    self.format = format
    self.isDebugging = isDebugging
    do throws(SystemCallError) {
      // Nobody may read a FIFO yet.
      let flags: OpenFlags = [.writeOnly, .create, .append, .nonBlock, .noCTTY]
      file = try path.map { path throws(SystemCallError) in
        try FileDescriptor(rawValue: open(path, flags).release())
      }
    } catch { throw UsageError("--log \(path ?? ""): \(error.errno.sentence)") }
  }

  /// The last line on standard error names the root cause.
  func error(_ message: String) {
    let message = message.shortened(to: Self.longest)
    if file != nil { write(.error, message) }
    printLine(file == nil && format == .json ? line(.error, message) : "cooper-runtime: \(message.oneLine)")
  }

  func warning(_ message: String) { write(.warning, message.shortened(to: Self.longest)) }

  /// Of a message, in bytes: a configuration's texts may have millions.
  private static let longest = 4096

  /// A warning that belongs to the answer: people see it too.
  func notice(_ message: String) {
    if path != nil { write(.warning, message) }
    printLine("cooper-runtime: warning: \(message.oneLine)")
  }

  func debug(_ message: String) { if isDebugging { write(.debug, message) } }

  private func write(_ level: Level, _ message: String) {
    guard let file else {
      if isDebugging { printLine(line(level, message)) }
      return
    }
    do { _ = try file.writeAll("\(line(level, message))\n".utf8) } catch {
      let cause = (error as? Errno)?.sentence ?? "\(error)"
      printLine("cooper-runtime: --log \(path ?? ""): \(cause); lost: \(message.oneLine)")
    }
  }

  private func line(_ level: Level, _ message: String) -> String {
    if format == .text { return "time=\"\(timestamp())\" level=\(level) msg=\(JSONWriter.text(message))" }
    var entry = LogEntry()
    entry.level = level.rawValue
    entry.msg = message
    entry.time = timestamp()
    return JSONWriter.text(entry)
  }

  private func printLine(_ line: String) { _ = try? FileDescriptor.standardError.writeAll("\(line)\n".utf8) }
}

private struct LogEntry: Record {
  var level = ""
  var msg = ""
  var time = ""

  mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("level", &level)
    try properties.required("msg", &msg)
    try properties.required("time", &time)
  }
}

extension String {
  /// Without line breaks, so that it stays one message.
  var oneLine: String {
    guard utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return self }
    return String(decoding: utf8.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
  }
}

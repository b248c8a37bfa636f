import CLinux
import SystemPackage

/// What a filesystem says in words while it is configured.
public struct FilesystemMessage: Hashable, Sendable, CustomStringConvertible {
  public enum Level: String, Sendable, Hashable {
    case error = "e"
    case warning = "w"
    case info = "i"
  }

  public let level: Level
  /// "tmpfs: Bad value for 'size'"
  public let text: String

  public var description: String { text }
}

extension FilesystemContext {
  /// read(fs_fd, buf, count), until ENODATA
  ///
  /// The messages that wait in the context, the oldest first. Each is given once; the kernel keeps eight. A call
  /// that fails has taken those that waited then into its error's hint.
  ///
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/fsopen.2.html>
  public borrowing func readMessages() -> [FilesystemMessage] {
    var messages: [FilesystemMessage] = []
    // A read gives one whole message, or ENODATA.
    while let bytes = try? descriptor.read(upTo: 4096), bytes.count > 2 {
      let text = String(decoding: bytes, as: UTF8.self)
      guard let level = text.first.flatMap({ FilesystemMessage.Level(rawValue: String($0)) }) else {
        continue
      }
      let words = text.dropFirst(2)
      messages.append(.init(level: level, text: String(words.hasSuffix("\n") ? words.dropLast() : words)))
    }
    return messages
  }

  /// As the function of this name, with the filesystem's own words as the hint.
  borrowing func check(
    _ result: Int, _ call: String, _ arguments: @autoclosure () -> KeyValuePairs<String, Any?>
  ) throws(SystemCallError) {
    guard result < 0 else { return }
    do {
      try Linux.check(result, call, arguments(), needs: KernelVersion(5, 2))
    } catch {
      let messages = readMessages()
      let errors = messages.filter { $0.level == .error }
      let words = (errors.isEmpty ? messages : errors).map(\.text).joined(separator: "; ")
      throw error.with(hint: words)
    }
  }
}

import Linux
import OCISpec
import SystemPackage

/// The modes of the caller's terminal: how they were, and how they are while the container has one of its own.
struct CallerTerminal {
  private let input: TerminalMode?
  private let output: TerminalMode?

  init(passesInput: Bool) {
    input = passesInput ? try? tcgetattr(.standardInput) : nil
    output = try? tcgetattr(.standardOutput)
  }

  /// Input comes as it is typed, and output goes as it comes.
  func pass() {
    if let input { set(.standardInput, input.raw) }
    // As a rule it is the terminal that has just been set: then this changes nothing.
    if var mode = try? tcgetattr(.standardOutput) {
      mode.output.subtract(.oPost)
      set(.standardOutput, mode)
    }
  }

  func restore() {
    if let output { set(.standardOutput, output) }
    if let input { set(.standardInput, input) }
  }

  /// Gives another terminal the size of this one.
  func resize(_ master: FileDescriptor) {
    if let size = callersWindowSize() { try? tcsetwinsize(master, size) }
  }

  /// Where the terminal has gone, nothing is left to set.
  private func set(_ stream: FileDescriptor, _ mode: TerminalMode) { try? tcsetattr(stream, .now, mode) }
}

private func callersWindowSize() -> WindowSize? {
  (try? tcgetwinsize(.standardOutput)) ?? (try? tcgetwinsize(.standardInput))
}

extension Process {
  /// Gives a terminal that is still to be made the size of the caller's, unless it has one: its command may ask for it at
  /// once.
  public mutating func takeCallersConsoleSize() {
    guard terminal && consoleSize == nil, let size = callersWindowSize(),
      size != WindowSize(rows: 0, columns: 0)
    else { return }
    consoleSize = ConsoleSize(height: UInt64(size.rows), width: UInt64(size.columns))
  }
}

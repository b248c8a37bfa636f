import Linux
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
    let size = (try? tcgetwinsize(.standardOutput)) ?? (try? tcgetwinsize(.standardInput))
    if let size { try? tcsetwinsize(master, size) }
  }

  /// Where the terminal has gone, nothing is left to set.
  private func set(_ stream: FileDescriptor, _ mode: TerminalMode) { try? tcsetattr(stream, .now, mode) }
}

import Facts
import Linux

/// The learner's program: a command for the shell, which gets the arguments.
struct Program {
  let command: String

  func argv(_ arguments: [String]) -> [String] {
    ["/bin/sh", "-c", "exec \(command) \"$@\"", "rd"] + arguments
  }

  /// Where symbolic links lead to.
  private func real(_ path: String) -> String? {
    guard let place = try? open(path, .path) else { return nil }
    return link("/proc/self/fd/\(place.rawValue)")
  }

  /// Directories that it is read from, as far as the command and the environment tell.
  var needed: [String] {
    let paths = currentEnvironment().filter { $0.hasPrefix("PYTHONPATH=") }.flatMap {
      $0.dropFirst(11).split(separator: ":").map(String.init)
    }
    let files = command.split { " '\"=".contains($0) }.map(String.init).filter { $0.hasPrefix("/") }
    let directories = (files + files.compactMap(real)).map {
      exists("\($0)/.") ? $0 : parentDirectory(of: $0)
    }
    // What lies beside it may be a link: the course's own levels have the given files so.
    let linked = directories.flatMap { directory in
      names(in: directory).map { "\(directory)/\($0)" }.filter { link($0) != nil }.compactMap(real)
    }
    return paths + directories + Set(linked.map(parentDirectory(of:))).sorted()
  }
}

import Facts
import Linux

/// The files of the course: in a checkout, or where `Workshop/install.sh` put them.
enum Course {
  /// It has `levels` and `given`. The program is in a folder below it, or in the `bin` beside its `lib`.
  static func directory() throws -> String {
    let own = "\(try readlink("/proc/self/exe"))"
    var above = parentDirectory(of: own)
    while above != "" {
      for found in [above, "\(above)/lib/cooper-workshop"] where exists("\(found)/levels/start") {
        return found
      }
      above = parentDirectory(of: above)
    }
    throw CheckError("\(own): there are no levels near it; install the workshop: Workshop/install.sh")
  }

  /// The folders of the levels, in their order: "00-fork-exec" and so on.
  static func levels() throws -> [String] {
    names(in: "\(try directory())/levels").filter { $0.first?.isNumber == true }
  }

  static func lesson(_ level: Int) throws -> String { "\(try directory())/levels/\(try levels()[level])" }

  /// What a level begins with: the solution of the one before.
  static func start(_ level: Int) throws -> String {
    level == 0 ? "\(try directory())/levels/start" : try lesson(level - 1)
  }

  /// The Swift package that has the library Linux.
  static func package() throws -> String {
    let directory = try directory()
    for found in ["\(directory)/cooper", parentDirectory(of: directory)]
    where exists("\(found)/Package.swift") { return found }
    throw CheckError(
      "\(directory)/cooper: there is no such folder; install the Swift edition: Workshop/install.sh --swift")
  }
}

/// Without the last name; empty for "/" and for a name alone.
func parentDirectory(of path: String) -> String {
  path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
}

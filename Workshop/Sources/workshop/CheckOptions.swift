import Facts
import Linux

struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// "03" and "3" are the same.
func level(_ text: String?) throws -> Int {
  guard let text else { throw UsageError("which level? 00 to \(twoDigits(Contract.levels.count - 1))") }
  guard let number = Int(text), Contract.levels.indices.contains(number) else {
    throw UsageError("\(text): levels are 00 to \(twoDigits(Contract.levels.count - 1))")
  }
  return number
}

/// `workshop check NN …`
struct CheckOptions {
  var level: Int
  var command: String
  var asJSON = false

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    level = try workshop.level(rest.popFirst())
    var command: String?
    while let option = rest.popFirst() {
      switch option {
      case "--json": asJSON = true
      case "--cmd":
        guard let value = rest.popFirst() else { throw UsageError("--cmd: there is no command") }
        command = value
      default: throw UsageError("\(option): there is no such option")
      }
    }
    guard let command else { throw UsageError("whose program? --cmd COMMAND") }
    self.command = command
  }

  func run() throws -> Int32 {
    try check(Program(command: command), level: level, asJSON: asJSON)
  }
}

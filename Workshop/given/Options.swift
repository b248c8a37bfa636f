import Glibc
import Linux

/// What stands on the command line: `rd run [OPTIONS] -- COMMAND ARG…`. Given; there is nothing of containers in it.
struct Options {
  var image: String?
  var hostname: String?
  var memory: String?
  var cpuShares: Int?
  var pidsLimit: Int?
  var user: String?
  var volumes: [String] = []
  var command: [String] = []

  init(_ arguments: [String] = CommandLine.arguments) {
    guard arguments.count > 1, arguments[1] == "run" else { usage("the verb is run") }
    var rest = arguments.dropFirst(2)
    while let option = rest.popFirst() {
      if option == "--" {
        command = Array(rest)
        break
      }
      guard let value = rest.popFirst() else { usage("\(option): there is no value, or no such option") }
      switch option {
      case "--image": image = value
      case "--hostname": hostname = value
      case "--memory": memory = value
      case "--cpu-shares": cpuShares = Int(value)
      case "--pids-limit": pidsLimit = Int(value)
      case "--user": user = value
      case "--volume": volumes.append(value)
      default: usage("\(option): there is no such option")
      }
    }
    if command.isEmpty { usage("there is no command after --") }
  }
}

/// The end of this process, with one line about why.
func quit(_ status: CInt, _ reason: Any) -> Never {
  fputs("rd: \(reason)\n", stderr)
  fflush(stderr)
  _exit(status)
}

private func usage(_ reason: String) -> Never {
  quit(
    2,
    "\(reason); usage: rd run [--image DIR] [--hostname NAME] [--memory SIZE] [--cpu-shares N] [--pids-limit N] "
      + "[--user UID[:GID]] [--volume SRC:DST[:ro]] -- COMMAND ARG…")
}

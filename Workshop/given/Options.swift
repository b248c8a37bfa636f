import Linux

/// The command line: `rd run [OPTIONS] -- COMMAND ARG…`, or `rd exec --pid PID -- COMMAND ARG…`. Given; there is nothing of containers in it.
struct Options {
  var isEscape = false
  var image: String?
  var hostname: String?
  /// In bytes.
  var memory: Int?
  var cpuShares: Int?
  var pidsLimit: Int?
  var hasLimits: Bool { memory != nil || cpuShares != nil || pidsLimit != nil }
  var user = User(uid: 0, gid: 0)
  /// A directory with a config.json.
  var bundle: String?
  /// A process in the container that exec is to enter.
  var pid: ProcessID?
  var volumes: [Volume] = []
  var hasNetwork = false
  var ports: [Port] = []
  var command: [String] = []

  init(_ arguments: [String] = CommandLine.arguments) {
    let verb = arguments.count > 1 ? arguments[1] : ""
    guard ["run", "escape", "exec"].contains(verb) else { usage("the verb is run or exec") }
    isEscape = verb == "escape"
    var rest = arguments.dropFirst(2)
    while let option = rest.popFirst(), option != "--" {
      guard option.hasPrefix("--") else { usage("\(option): -- goes before the command") }
      guard let value = rest.popFirst() else { usage("\(option): there is no value") }
      let wrong = "\(option) \(value)"
      switch option {
      case "--image": image = value
      case "--hostname": hostname = value
      case "--memory": memory = required(size(value), "\(wrong): a size is a number, or one with k, m or g")
      case "--cpu-shares":
        cpuShares = required(number(value, digits: 9), "\(wrong): it is a number, of at most 9 digits")
      case "--pids-limit":
        pidsLimit = required(number(value, digits: 9), "\(wrong): it is a number, of at most 9 digits")
      case "--user": user = required(User(value), "\(wrong): a user is UID or UID:GID, in numbers")
      case "--volume": volumes.append(required(Volume(value), "\(wrong): a volume is SRC:DST or SRC:DST:ro"))
      case "--bundle": bundle = value
      case "--pid":
        pid = required(number(value, digits: 9).map(ProcessID.init), "\(wrong): a pid is a number")
      case "--network":
        if value != "bridge" { usage("\(wrong): there is one network, bridge") }
        hasNetwork = true
      case "--publish":
        ports.append(required(Port(value), "\(wrong): a port is HOST:CONTAINER, in numbers up to 65535"))
        hasNetwork = true
      default: usage("\(option): there is no such option")
      }
    }
    command = Array(rest)
    if (verb == "exec") != (pid != nil) { usage("--pid goes with exec") }
    if image == nil && !volumes.isEmpty { usage("--volume goes with --image") }
    if command.isEmpty && bundle == nil { usage("there is no command after --") }
  }
}

struct User {
  let uid: UserID
  let gid: GroupID

  init(uid: UserID, gid: GroupID) {
    self.uid = uid
    self.gid = gid
  }

  /// The group is 0 where none is given.
  init?(_ text: String) {
    let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { number(String($0)) }
    guard numbers.count <= 2, let uid = numbers[0], let gid = numbers.count == 2 ? numbers[1] : 0 else {
      return nil
    }
    guard let uid = UserID(exactly: uid), let gid = GroupID(exactly: gid) else { return nil }
    self.uid = uid
    self.gid = gid
  }
}

struct Volume {
  let source: String
  let target: String
  let isReadOnly: Bool

  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 || parts.count == 3 && parts[2] == "ro", !parts[0].isEmpty, parts[1].hasPrefix("/")
    else { return nil }
    source = parts[0]
    target = parts[1]
    isReadOnly = parts.count == 3
  }
}

/// A port of the host's, and the container's to which it leads.
struct Port {
  let outside: Int
  let inside: Int

  init?(_ text: String) {
    let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map {
      number(String($0), digits: 5)
    }
    guard numbers.count == 2, let outside = numbers[0], let inside = numbers[1],
      (1...65535).contains(outside), (1...65535).contains(inside)
    else { return nil }
    self.outside = outside
    self.inside = inside
  }
}

/// The end of this process, with one line about why.
func fail(_ status: Int32, _ reason: Any) -> Never {
  try? Descriptor(owning: 2).write("rd: \(reason)\n")
  _exit(status)
}

/// The end of this process, with the status that `body` gives; 125 when it fails.
func end(_ body: () throws -> Int32) -> Never {
  do { exit(try body()) } catch { fail(125, error) }
}

/// The exit status as a shell gives it: 128 and the signal's number, when a signal ended the process.
func shellStatus(_ status: WaitStatus) -> Int32 { status.shellStatus ?? 1 }

func exists(_ path: String) -> Bool { (try? access(path, [])) != nil }

private func number(_ text: String, digits: Int = 18) -> Int? {
  text.utf8.count <= digits && text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
}

/// "64m" is 64 · 1024 · 1024 bytes.
private func size(_ text: String) -> Int? {
  let units = ["k": 1 << 10, "m": 1 << 20, "g": 1 << 30]
  let unit = units[text.suffix(1).lowercased()]
  guard let number = number(unit == nil ? text : String(text.dropLast())) else { return nil }
  let (bytes, isTooMuch) = number.multipliedReportingOverflow(by: unit ?? 1)
  return isTooMuch ? nil : bytes
}

private func required<Value>(_ value: Value?, _ reason: String) -> Value {
  guard let value else { usage(reason) }
  return value
}

private func usage(_ reason: String) -> Never {
  fail(
    2,
    "\(reason); usage: rd run [--image DIR] [--hostname NAME] [--memory SIZE] [--cpu-shares N] "
      + "[--pids-limit N] [--user UID[:GID]] [--volume SRC:DST[:ro]] "
      + "[--network bridge] [--publish HOST:CONTAINER] -- COMMAND ARG…, "
      + "rd run --bundle DIR [-- COMMAND ARG…], or "
      + "rd exec --pid PID [--user UID[:GID]] -- COMMAND ARG…")
}

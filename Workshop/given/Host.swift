import Linux

/// What rd asks of the host's programs and files. Given.

/// Runs a program of the host's, which must succeed. No word of the line has a space in it.
func call(_ line: String, quietly: Bool = false) throws {
  let command = line.split(separator: " ").map(String.init)
  let child = try fork()
  if child == 0 {
    if quietly { try? dup2(open("/dev/null", .writeOnly), 2) }
    do { try exec(command) } catch { _exit(127) }
  }
  switch try waitpid(child) {
  case .exited(0): return
  case .exited(127): throw Failure("\(command[0]): there is no such program here")
  default: throw Failure("this failed: \(line)")
  }
}

struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Ends rd with the reason, where nobody but root can make a user namespace. Root needs none.
func requireUserNamespaces() {
  func setting(_ name: String) -> String? {
    try? readFile("/proc/sys/" + name.map { $0 == "." ? "/" : String($0) }.joined()).trimmed
  }
  if geteuid() == 0 { return }
  for name in ["user.max_user_namespaces", "kernel.unprivileged_userns_clone"] where setting(name) == "0" {
    fail(125, "\(name) is 0, so only root can make a user namespace; as root: sysctl -w \(name)=1000")
  }
  // A program that has a profile is asked that one.
  let profile = (try? readFile("/proc/self/attr/current").trimmed) ?? "unconfined"
  let restriction = "kernel.apparmor_restrict_unprivileged_userns"
  if setting(restriction) == "1", profile == "unconfined" {
    fail(125, "\(restriction) is 1: a user namespace gives no rights; as root: sysctl -w \(restriction)=0")
  }
}

/// Ids of the host's, one after the other.
struct IDRange {
  let first: Int
  let count: Int
}

/// What root has set aside for the caller, in /etc/subuid and /etc/subgid; nil without it, or without the programs
/// that map it.
func subordinateIDs() -> (uids: IDRange, gids: IDRange)? {
  guard exists("/usr/bin/newuidmap"), exists("/usr/bin/newgidmap") else { return nil }
  guard let uids = range(in: "/etc/subuid"), let gids = range(in: "/etc/subgid") else { return nil }
  return (uids, gids)
}

private func range(in path: String) -> IDRange? {
  let lines = (try? readFile(path).split(separator: "\n")) ?? []
  let names = [callersName(), "\(getuid())"]
  for fields in lines.map({ $0.split(separator: ":").map(String.init) })
  where fields.count == 3 && names.contains(fields[0]) {
    if let first = Int(fields[1]), let count = Int(fields[2]) { return IDRange(first: first, count: count) }
  }
  return nil
}

private func callersName() -> String? {
  let lines = (try? readFile("/etc/passwd").split(separator: "\n")) ?? []
  let entries = lines.map { $0.split(separator: ":", omittingEmptySubsequences: false) }
  return entries.first { $0.count > 2 && $0[2] == "\(getuid())" }.map { String($0[0]) }
}

/// Where the caller may make cgroups: in the one above rd's own, if version 2 has it and it was left to the
/// caller. Otherwise nowhere.
func delegatedTrees() -> [String] {
  let lines = (try? readFile("/proc/self/cgroup").split(separator: "\n")) ?? []
  guard exists("/sys/fs/cgroup/cgroup.controllers"), let own = lines.first(where: { $0.hasPrefix("0::/") })
  else { return [] }
  let above = own.dropFirst(3).split(separator: "/").dropLast().map { "/\($0)" }.joined()
  let tree = "/sys/fs/cgroup\(above)"
  return (try? access("\(tree)/cgroup.procs", .write)) == nil ? [] : [tree]
}

/// The cgroups that rd has made for the container of a process, one in each tree.
func cgroups(of process: ProcessID) throws -> [String] {
  try readFile("/proc/\(process)/cgroup").split(separator: "\n").flatMap { line in
    let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    let trees = fields[1].isEmpty ? [""] : fields[1].split(separator: ",").map { "/\($0)" }
    return trees.map { "/sys/fs/cgroup\($0)\(fields[2])" }.filter { $0.contains("/cooper.rd-") && exists($0) }
  }
}

/// Whether the caller's network has a device of that name.
func hasDevice(_ name: String) -> Bool { exists("/proc/sys/net/ipv4/conf/\(name)") }

/// It may go by itself at any moment, with the network that has its other end.
func removeDevice(_ name: String) {
  try? call("ip link delete \(name)", quietly: true)
}

/// The cables that the bridge has, by their numbers.
func cables() -> [Int] { (2...254).filter { hasDevice("rd\($0)") } }

/// A number that no cable has.
func freeNumber() throws -> Int {
  let used = cables()
  guard let number = (2...254).first(where: { !used.contains($0) }) else {
    throw Failure("no address is free")
  }
  return number
}

/// Does it while nobody else does such a thing in this network.
func oneAtATime<Result>(_ body: () throws -> Result) throws -> Result {
  let network = try open("/proc/self/ns/net")
  try flock(network, .exclusive)
  defer { try? flock(network, .unlock) }
  return try body()
}

extension String {
  fileprivate var trimmed: String { split(separator: "\n").first.map(String.init) ?? "" }
}

import Containers
import Linux
import OCISpec

extension Verb {
  static let exec = Verb(
    name: "exec", words: "ID [COMMAND ARG...]", summary: "Run a command in a container.",
    options: [
      Option("cwd", value: "DIR", help: "its working directory"),
      Option("env", "e", value: "NAME=VALUE", help: "a variable of its environment"),
      Option("tty", "t", help: "give it a terminal"),
      Option("user", "u", value: "UID[:GID]", help: "who it runs as"),
      Option("additional-gids", "g", value: "GID", help: "a further group"),
      Option("process", "p", value: "FILE", help: "the process, as JSON"),
      Option("detach", "d", help: "don't wait for its end"),
      Option("pid-file", value: "FILE", help: "where its pid goes"),
      Option("console-socket", value: "SOCKET", help: "who gets its terminal"),
      Option("pidfd-socket", value: "SOCKET", help: "who gets a pidfd of it"),
      Option("preserve-fds", value: "N", help: "keep N descriptors, from 3 on"),
      Option("cap", "c", value: "CAPABILITY", help: "one more capability"),
      Option("no-new-privs", help: "set no_new_privs"),
      Option("apparmor", value: "PROFILE", help: "its AppArmor profile"),
      Option("process-label", value: "LABEL", help: "its SELinux label"),
      Option("cgroup", value: "[CONTROLLER,...:]PATH", help: "a cgroup below the container's"),
      Option("ignore-paused", help: "also in a container that is paused"),
      Option("no-subreaper", help: "accepted: there is no subreaper to disable"),
    ], stopsAtWord: true, failure: 255
  ) { context, arguments in
    try sealed(context)
    guard let id = arguments.rest.first else { throw UsageError("the container's id is missing") }
    let entrance = try context.runtime.entrance(id)
    let process = try process(context.runtime, entrance, arguments)
    var options = ExecOptions()
    options.pidFile = arguments["pid-file"]
    options.consoleSocket = arguments["console-socket"].flatMap { $0.isEmpty ? nil : $0 }
    options.pidfdSocket = arguments["pidfd-socket"].flatMap { $0.isEmpty ? nil : $0 }
    options.preservedDescriptors = try arguments.number("preserve-fds") ?? 0
    try closeOnExec(keeping: options.preservedDescriptors)
    options.ignoresPause = arguments.has("ignore-paused")
    options.cgroups = arguments.all("cgroup")
    if arguments.has("detach") {
      if process.terminal && options.consoleSocket == nil {
        throw UsageError("--detach with a terminal takes --console-socket")
      }
      _ = try context.runtime.exec(entrance, process, options, StandardStreams())
      return 0
    }
    return try context.runtime.execAndWait(entrance, process, options).shellStatus ?? 1
  }
}

/// What is asked for, and for the rest what the container's own process has.
private func process(
  _ runtime: Runtime, _ entrance: Entrance, _ arguments: Arguments
) throws -> Process {
  if let file = arguments["process"] {
    if arguments.rest.count > 1 {
      throw UsageError("--process says the command: \(arguments.rest[1]) is one too many")
    }
    return try runtime.readProcess(file).filled(from: entrance.process)
  }
  var process = entrance.process
  process.args = Array(arguments.rest.dropFirst())
  if process.args.isEmpty { throw UsageError("the command is missing") }
  process.terminal = arguments.has("tty")
  if let cwd = arguments["cwd"] { process.cwd = cwd }
  for text in arguments.all("env") {
    guard let name = text.cut(at: "=")?.0 else { throw UsageError("--env \(text): it is NAME=VALUE") }
    process.env.removeAll { $0.begins(with: "\(name)=") }
    process.env.append(text)
  }
  if let user = arguments["user"] { process.user = try parsedUser(user) }
  process.user.additionalGids += try arguments.all("additional-gids").flatMap { list throws(UsageError) in
    try list.split(separator: ",", omittingEmptySubsequences: false).map { word throws(UsageError) in
      try identifier(String(word), in: "--additional-gids \(list)")
    }
  }
  for name in arguments.all("cap") {
    process.capabilities.bounding.append(name)
    process.capabilities.permitted.append(name)
    process.capabilities.effective.append(name)
  }
  if arguments.has("no-new-privs") { process.noNewPrivileges = true }
  if let profile = arguments["apparmor"] { process.apparmorProfile = profile }
  if let label = arguments["process-label"] { process.selinuxLabel = label }
  try process.check("process")
  return process
}

extension OCISpec.Process {
  /// Limits, priorities and labels that a description leaves out are those of the container's own process.
  fileprivate func filled(from own: Self) -> Self {
    var process = self
    if rlimits.isEmpty { process.rlimits = own.rlimits }
    process.execCPUAffinity = execCPUAffinity ?? own.execCPUAffinity
    process.scheduler = scheduler ?? own.scheduler
    process.ioPriority = ioPriority ?? own.ioPriority
    process.apparmorProfile = apparmorProfile ?? own.apparmorProfile
    process.selinuxLabel = selinuxLabel ?? own.selinuxLabel
    return process
  }
}

/// "UID" or "UID:GID", of digits alone: -1 and a name are not 0.
private func parsedUser(_ text: String) throws(UsageError) -> User {
  let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
  guard (1...2).contains(parts.count) else { throw UsageError("--user \(text): it is UID or UID:GID") }
  return User(
    uid: try identifier(parts[0], in: "--user \(text)"),
    gid: parts.count == 2 ? try identifier(parts[1], in: "--user \(text)") : 0)
}

private func identifier(_ text: String, in option: String) throws(UsageError) -> UInt32 {
  guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt32(text),
    number != .max
  else { throw UsageError("\(option): \"\(text)\" is no number of a user or group") }
  return number
}

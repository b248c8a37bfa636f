import ArgumentParser

/// A verb that takes an image and a command.
protocol ContainerCommand: ParsableCommand {
  var options: ContainerOptions { get set }
}

/// What `run` and `explain` take. `Words` knows which of them take no value.
///
/// Options that may be given once are arrays here, so that a second one is refused and not taken silently.
struct ContainerOptions: ParsableArguments {
  @Option(name: .long, help: "The host name inside. (default: the container's name)")
  var hostname: [String] = []

  @Option(
    name: .shortAndLong, help: "An environment variable; without =VALUE the caller's own. May be repeated.")
  var env: [String] = []

  @Option(name: .long, help: "A file of environment variables, one a line. May be repeated.")
  var envFile: [String] = []

  @Option(name: .shortAndLong, help: "The directory that the command starts in. (default: /)")
  var workdir: [String] = []

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The user of the command.", valueName: "UID[:GID]|NAME[:GROUP]"))
  var user: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("A file or directory of the machine in the container.", valueName: "SRC:DST[:ro]"))
  var volume: [String] = []

  @Option(name: .long, help: ArgumentHelp("A fresh filesystem in memory.", valueName: "DST[:OPTIONS]"))
  var tmpfs: [String] = []

  @Flag(name: .long, help: "Make the root filesystem read-only.")
  var readOnly = false

  @Option(name: .long, help: ArgumentHelp("none or host. (default: none)", valueName: "network"))
  var network: [String] = []

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Memory at most: bytes, or with k, m, g.", valueName: "size"))
  var memory: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Memory and swap together; -1 for no limit. (default: twice --memory)", valueName: "size"))
  var memorySwap: [String] = []

  @Option(name: .long, help: ArgumentHelp("Processors at most: 1.5 is one and a half.", valueName: "number"))
  var cpus: [String] = []

  @Option(name: .long, help: ArgumentHelp("A relative weight of CPU time, 2 to 262144.", valueName: "weight"))
  var cpuShares: [String] = []

  @Option(
    name: .long, help: ArgumentHelp("Processes and threads at most; -1 for no limit.", valueName: "number"))
  var pidsLimit: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Who makes the cgroup: cgroupfs or systemd. (default: cgroupfs where it can)", valueName: "manager"))
  var cgroupManager: [String] = []

  @Option(
    name: .long, help: ArgumentHelp("Add a capability, or ALL. May be repeated.", valueName: "capability"))
  var capAdd: [String] = []

  @Option(
    name: .long, help: ArgumentHelp("Drop a capability, or ALL. May be repeated.", valueName: "capability"))
  var capDrop: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The system calls that the container may make: a profile, or unconfined. (default: cooper's own)",
      valueName: "seccomp=FILE|seccomp=unconfined"))
  var securityOpt: [String] = []

  @Option(name: .long, help: "The container's name. (default: twelve random hexadecimal digits)")
  var name: [String] = []

  @Flag(name: .long, help: "Remove the container when it ends. That is always so; this states it.")
  var rm = false

  @Flag(name: .shortAndLong, help: "Pass standard input to the command; otherwise it reads /dev/null.")
  var interactive = false

  @Flag(name: [.customShort("t"), .customLong("tty")], help: "Give the container a terminal.")
  var tty = false

  @Flag(name: .customLong("init"), help: "Run an init as pid 1 that reaps and forwards signals.")
  var usesInit = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Where unpacked images are kept. (default: /var/lib/cooper, without root ~/.local/share/cooper)",
      valueName: "directory"))
  var root: [String] = []

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp(
      "The image, and the command with its arguments. (default: host /bin/sh)", valueName: "IMAGE [COMMAND"))
  var imageAndCommand: [String] = []

  /// The value of an option that may be given once.
  func single(_ name: String, _ values: [String]) throws -> String? {
    if values.count > 1 { throw ValidationError("\(name) is given \(values.count) times") }
    return values.first
  }
}

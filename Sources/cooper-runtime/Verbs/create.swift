import Containers

extension Verb {
  static let create = Verb(
    name: "create", words: "ID", summary: "Make a container, whose command waits for `start`.",
    options: makerOptions
  ) { context, arguments in
    try sealed(context)
    let (bundle, options) = try makerChoices(arguments)
    try context.runtime.create(arguments.id(), bundle: bundle, options)
    return 0
  }
}

/// What `create` and `run` have in common.
let makerOptions = [
  Option("bundle", "b", value: "DIR", help: "the bundle; the working directory by default"),
  Option("config", "f", value: "FILE", help: "the configuration; the bundle's config.json by default"),
  Option("console-socket", value: "SOCKET", help: "who gets the container's terminal"),
  Option("pid-file", value: "FILE", help: "where the pid of the container's process goes"),
  Option("pidfd-socket", value: "SOCKET", help: "who gets a pidfd of the container's process"),
  Option("no-pivot", help: "use chroot in place of pivot_root, for a root in memory"),
  Option("no-new-keyring", help: "keep the caller's session keyring"),
  Option("preserve-fds", value: "N", help: "keep N descriptors, from 3 on"),
  Option("no-subreaper", help: "accepted: there is no subreaper to disable"),
]

func makerChoices(_ arguments: Arguments) throws -> (bundle: String, options: CreateOptions) {
  var options = CreateOptions()
  options.configFile = try arguments["config"].map(absolutePath)
  options.pidFile = arguments["pid-file"]
  options.consoleSocket = arguments["console-socket"].flatMap { $0.isEmpty ? nil : $0 }
  options.pidfdSocket = arguments["pidfd-socket"].flatMap { $0.isEmpty ? nil : $0 }
  options.noPivot = arguments.has("no-pivot")
  options.noNewKeyring = arguments.has("no-new-keyring")
  options.preservedDescriptors = try arguments.number("preserve-fds") ?? 0
  try closeOnExec(keeping: options.preservedDescriptors)
  return (arguments["bundle"] ?? ".", options)
}

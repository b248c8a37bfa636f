import ArgumentParser
import Containers
import Linux

struct Run: ContainerCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a command in a new container.",
    discussion: """
      IMAGE is a directory with a root filesystem, a tar of one, or host: this machine's own root filesystem, \
      secrets included, for first steps and not for code that you don't trust. Nothing writes to an image: changes \
      are kept in memory and end with the container. Data is kept by --volume.
      """)

  @OptionGroup var options: ContainerOptions
  @Flag(help: "Print each step as it is done, with the time since the start.")
  var trace = false

  func run() throws {
    // What the caller has open is nobody's whom this process makes.
    try close_range(3, flags: .cloExec)
    let request = try options.request(isForShow: false)
    let host = try HostFacts.read(paths: request.hostPaths)
    for remains in try sweep(stateDirectory: request.stateDirectory) { printError("\(remains)") }
    let plan = try options.plan(request, host)

    var launchOptions = LaunchOptions()
    if trace { launchOptions.trace = { line, time in printTrace("\(milliseconds(time)) \(line)") } }
    let streams = try CallerStreams(for: request, plan)
    launchOptions.terminal = streams.terminal
    launchOptions.streams = streams.forLaunch
    resetIgnoredSignals()
    let signals = try ForwardedSignals()
    let container = try launch(plan, launchOptions)
    let status = try supervise(container, signals, streams)
    try container.remove()
    throw ExitCode(status.shellStatus ?? 125)
  }
}

/// Microseconds as milliseconds, in a column.
private func milliseconds(_ microseconds: Int) -> String {
  let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: 1000)
  let text = "\(whole).\(String(rest + 1000).dropFirst())"
  return String(repeating: " ", count: max(0, 9 - text.count)) + text + " ms"
}

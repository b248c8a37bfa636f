import ArgumentParser
import Containers
import SystemPackage

struct Explain: ContainerCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Print what `run` with the same arguments would do, without doing it.",
    discussion: "One line a step, in the order of doing. It is the plan of who asks: root's, or a user's.")

  @OptionGroup var options: ContainerOptions

  func run() throws {
    let request = try options.request(unpacks: false)
    var host = try HostFacts.read(paths: request.hostPaths, asRoot: callerIsRoot)
    // An image that isn't unpacked yet will be.
    for lower in request.lower { host.files[FilePath(lower)] = .directory }
    for line in try options.plan(request, host).explain() { print(line.escaped) }
  }
}

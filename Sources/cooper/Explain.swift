import ArgumentParser
import Containers
import SystemPackage

struct Explain: ContainerCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Print what `run` with the same arguments would do, without doing it.",
    discussion: "One line a step, in the order of doing. It is the plan of who asks: root's, or a user's.")

  @OptionGroup var options: ContainerOptions
  @Option(help: ArgumentHelp("Explain what cooper-runtime does with this OCI bundle.", valueName: "DIR"))
  var bundle: String?

  func run() throws {
    if let bundle { return try explain(bundle: bundle) }
    let request = try options.request(isForShow: true)
    var host = try HostFacts.read(paths: request.hostPaths, asRoot: callerIsRoot)
    // An image that isn't unpacked yet will be.
    for lower in request.lower { host.files[FilePath(lower)] = .directory }
    try print(options.plan(request, host))
  }

  private func explain(bundle: String) throws {
    if let word = options.imageAndCommand.first {
      throw ValidationError("--bundle says all: \(word) has no place beside it")
    }
    let root = callerIsRoot ? "/run/cooper-runtime" : "\(try stateDirectory())-runtime"
    var runtime = Runtime(root: root)
    runtime.cgroupManager = .cgroupfs
    try print(runtime.plan("ID", bundle: bundle))
  }

  private func print(_ plan: Plan) throws {
    try printOutput(plan.explain().map { "\($0.escaped)\n" }.joined())
  }
}

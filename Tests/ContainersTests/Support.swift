@testable import Containers
import Linux
import OCISpec
import SystemPackage
import Testing

/// A container of one command over one directory, with nothing that wasn't asked for.
func request(_ change: (inout ContainerRequest) -> Void = { _ in }) -> ContainerRequest {
  var process = Process()
  process.args = ["/bin/true"]
  process.noNewPrivileges = false
  var config = Config()
  config.process = process
  config.root = Root(path: "/image")
  var request = ContainerRequest(id: "cask", config: config, lower: ["/image"])
  request.isInteractive = true
  change(&request)
  return request
}

/// All that a container can have, without a user namespace.
let ownNamespaces: [Namespace] = [Namespace.Kind.pid, .network, .mount, .ipc, .uts, .cgroup].map {
  Namespace($0)
}

/// A machine with these cgroup hierarchies, on which root has every capability.
func host(_ cgroups: [CgroupHierarchy] = [], files: [FilePath: FileKind] = [:]) -> HostFacts {
  HostFacts(cgroups: cgroups, files: files.merging(["/image": .directory]) { $1 })
}

let v1Memory = CgroupHierarchy(.v1, "/cg/memory", controllers: ["memory"], hasSwapLimit: true)
let v1CPU = CgroupHierarchy(.v1, "/cg/cpu", controllers: ["cpu", "cpuacct"])
let v1Pids = CgroupHierarchy(.v1, "/cg/pids", controllers: ["pids"])
let v1Devices = CgroupHierarchy(.v1, "/cg/devices", controllers: ["devices"])
let v2 = CgroupHierarchy(
  .v2, "/cg/v2", controllers: ["cpu", "memory", "pids"], enabled: ["cpu"], hasSwapLimit: true)

/// Expects the error of a property, with these words in its cause.
func expectCompileError(
  _ property: String, _ words: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Plan
) {
  let error = #expect(throws: CompileError.self, sourceLocation: sourceLocation) { _ = try body() }
  #expect(error?.property == property, sourceLocation: sourceLocation)
  #expect(error?.cause.contains(words) == true, "\(error?.cause ?? "")", sourceLocation: sourceLocation)
}

/// Capabilities that are bounding, permitted and effective alike.
func given(_ names: [String]) -> Capabilities {
  var capabilities = Capabilities()
  capabilities.bounding = names
  capabilities.permitted = names
  capabilities.effective = names
  return capabilities
}

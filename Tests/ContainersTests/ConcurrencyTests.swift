@testable import Containers
import Linux
import OCISpec
import Testing

/// Configurations are read and compiled by many threads at once.
@Suite struct PureConcurrencyTests {
  @Test func everyThreadGetsItsOwnPlan() async throws {
    let texts = (100..<116).map { number in
      """
      {"ociVersion": "1.2.0", "root": {"path": "/image"}, "hostname": "cask-\(number)",
       "process": {"args": ["/bin/true", "\(number)"], "cwd": "/", "user": {"uid": \(number), "gid": 0}},
       "linux": {"namespaces": [{"type": "uts"}, {"type": "mount"}],
         "seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
           {"names": ["getppid"], "action": "SCMP_ACT_ERRNO", "errnoRet": \(number)}]}}}
      """
    }
    try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
      for (number, text) in texts.enumerated() {
        group.addTask { try (number, (0..<10).map { _ in try planned(text) }) }
      }
      for try await (number, plans) in group {
        #expect(Set(plans).count == 1)
        #expect(plans.first?.contains("cask-\(number + 100)") == true)
      }
    }
  }
}

/// The steps of a configuration in words.
private func planned(_ text: String) throws -> String {
  let config = try Config.read(Array(text.utf8)).config
  var request = ContainerRequest(id: "cask", config: config, lower: ["/image"])
  request.isInteractive = true
  request.filter = try config.linux.seccomp.map { try compileFilter($0, .read()) }
  let plan = try compile(request, host([v2]))
  return (plan.host.map { "\($0)" } + plan.child.map { "\($0)" }).joined(separator: "\n")
}

import Linux
import OCISpec

/// What a container of a caller who is not root has beyond one of root's: a user namespace. All other namespaces
/// belong to it, and what the container may do there is done with its capabilities.
struct UserPlan {
  var uids: [IDMapping]
  var gids: [IDMapping]
  /// The programs that write the maps, and nil where the host side writes them: then each has one id.
  var programs: (newuidmap: String, newgidmap: String)?
  /// Whether the host side has the privilege to write any map.
  var writesMaps = false
  var remarks: [String] = []

  var deniesSetgroups: Bool { programs == nil && !writesMaps }

  /// After the clone, before the child may go.
  var hostSteps: [HostStep] {
    if writesMaps {
      return [
        .writeOfChild(file: "uid_map", value: uids.map { "\($0)\n" }.joined()),
        .writeOfChild(file: "gid_map", value: gids.map { "\($0)\n" }.joined()),
      ]
    }
    if let programs {
      return [.runMapper(programs.newuidmap, uids), .runMapper(programs.newgidmap, gids)]
    }
    // Whoever maps the own gid alone has to give up setgroups: dropping a group can give access.
    return [
      .writeOfChild(file: "uid_map", value: uids[0].description),
      .writeOfChild(file: "setgroups", value: "deny"),
      .writeOfChild(file: "gid_map", value: gids[0].description),
    ]
  }
}

/// The user namespace of a container: what the configuration says, or what a caller without root needs.
func compileUser(_ request: ContainerRequest, _ host: HostFacts) throws -> UserPlan? {
  guard request.bundle != nil else { return try compileUser(request.config.process?.user ?? .init(), host) }
  let linux = request.config.linux
  guard linux.makesNamespace(.user) else {
    if !linux.uidMappings.isEmpty && !linux.hasNamespace(.user) {
      throw CompileError("linux.uidMappings", "they take a user namespace of the container's own")
    }
    if host.uid != 0 && !linux.hasNamespace(.user) {
      throw CompileError("linux.namespaces", "without root a container takes a user namespace")
    }
    return nil
  }
  let isAlone = linux.uidMappings.isEmpty && linux.gidMappings.isEmpty
  guard isAlone || !linux.uidMappings.isEmpty else {
    throw CompileError("linux.uidMappings", "beside gidMappings they take a map of ids")
  }
  guard isAlone || !linux.gidMappings.isEmpty else {
    throw CompileError("linux.gidMappings", "beside uidMappings they take a map of ids")
  }
  try checkMap(linux.uidMappings, "linux.uidMappings")
  try checkMap(linux.gidMappings, "linux.gidMappings")
  var plan = UserPlan(
    uids: linux.uidMappings.map(IDMapping.init), gids: linux.gidMappings.map(IDMapping.init))
  if isAlone {
    plan.uids = [.init(0, host.uid, 1)]
    plan.gids = [.init(0, host.gid, 1)]
    plan.remarks.append("linux.uidMappings: without it there are one user and one group, the caller's")
  }
  let user = request.config.process?.user ?? .init()
  guard plan.maps(uid: user.uid) else { throw CompileError("process.user.uid", "\(user.uid) is not mapped") }
  guard plan.maps(gid: user.gid) else { throw CompileError("process.user.gid", "\(user.gid) is not mapped") }
  if host.uid == 0 {
    plan.writesMaps = true
    return plan
  }
  try checkUserNamespaces(host)
  if host.user.isRestrictedByAppArmor { plan.remarks.append(appArmorObstacle) }
  let isOwn =
    plan.uids.allSatisfy { $0.outside == host.uid && $0.count == 1 } && plan.uids.count == 1
    && plan.gids.allSatisfy { $0.outside == host.gid && $0.count == 1 } && plan.gids.count == 1
  if isOwn { return plan }
  guard let newuidmap = host.user.newuidmap, let newgidmap = host.user.newgidmap else {
    throw CompileError(
      "linux.uidMappings",
      "without root more ids than one's own take newuidmap and newgidmap (Debian's package uidmap)")
  }
  plan.programs = (newuidmap, newgidmap)
  return plan
}

extension IDMapping {
  init(_ mapping: OCISpec.IDMapping) { self.init(mapping.containerID, mapping.hostID, mapping.size) }
}

/// nil for root, who needs no user namespace.
func compileUser(_ user: User, _ host: HostFacts) throws -> UserPlan? {
  if host.uid == 0 { return nil }
  try checkUserNamespaces(host)
  var plan = UserPlan(uids: [.init(0, host.uid, 1)], gids: [.init(0, host.gid, 1)])
  if let cause = obstacleToRanges(host.user) {
    plan.remarks.append("the container has one user and one group, 0: \(cause)")
    plan.remarks.append("the caller's supplementary groups stay: with one id they can't be dropped")
  } else if let uids = host.user.uids, let gids = host.user.gids, let newuidmap = host.user.newuidmap,
    let newgidmap = host.user.newgidmap
  {
    plan.uids.append(.init(1, uids.first, uids.count))
    plan.gids.append(.init(1, gids.first, gids.count))
    plan.programs = (newuidmap, newgidmap)
  }
  if host.user.isRestrictedByAppArmor {
    plan.remarks.append(appArmorObstacle)
  }
  if host.kernel < KernelVersion(6, 6) {
    plan.remarks.append(
      "before Linux 6.6 a directory of the image can't be removed or renamed: a layer of changes in memory can't note it"
    )
  }
  try check("uid", user.uid, plan.uids)
  try check("gid", user.gid, plan.gids)
  if plan.programs != nil {
    for group in user.additionalGids { try check("additionalGids", group, plan.gids) }
  } else if user.additionalGids.contains(where: { $0 != 0 }) {
    plan.remarks.append("the user's groups of the image are left out: there is one group")
  }
  return plan
}

private func check(_ property: String, _ id: UInt32, _ map: [IDMapping]) throws {
  let last = map.map { $0.inside + ($0.count - 1) }.max() ?? 0
  if id > last {
    throw CompileError(
      "process.user.\(property)",
      last == 0
        ? "\(id) is not mapped: the container has one id, 0" : "\(id) is not mapped: the last one is \(last)")
  }
}

/// Why only the caller's own ids can be mapped; nil where ranges can.
private func obstacleToRanges(_ user: UserFacts) -> String? {
  if user.uids == nil { return "/etc/subuid gives the caller no range" }
  if user.gids == nil { return "/etc/subgid gives the caller no range" }
  if user.newuidmap == nil { return "there is no newuidmap here (Debian's package uidmap)" }
  if user.newgidmap == nil { return "there is no newgidmap here (Debian's package uidmap)" }
  if user.hasNoNewPrivileges { return "no_new_privs is set, so that newuidmap has no effect" }
  return nil
}

/// What keeps a caller from user namespaces for certain.
private func checkUserNamespaces(_ host: HostFacts) throws {
  let property = "user namespace"
  if host.user.unprivilegedClone == 0 {
    throw CompileError(
      property,
      "kernel.unprivileged_userns_clone is 0, so that only root can make one; as root: sysctl -w kernel.unprivileged_userns_clone=1"
    )
  }
  if host.user.maximum == 0 {
    throw CompileError(
      property,
      "user.max_user_namespaces is 0, so that nobody can make one; as root: sysctl -w user.max_user_namespaces=10000"
    )
  }
}

let appArmorObstacle =
  "kernel.apparmor_restrict_unprivileged_userns is 1: without an AppArmor profile for this program that allows userns, there are no capabilities in a user namespace; as root: make one, or sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"

extension UserPlan {
  func maps(uid: UInt32) -> Bool { uids.contains { uid >= $0.inside && uid - $0.inside < $0.count } }
  func maps(gid: UInt32) -> Bool { gids.contains { gid >= $0.inside && gid - $0.inside < $0.count } }
}

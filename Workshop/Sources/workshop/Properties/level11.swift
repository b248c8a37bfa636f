import Linux

/// What is of the machine, not of a container.
private let dangerous: CapabilitySet = [
  .sysAdmin, .sysModule, .sysPtrace, .sysBoot, .sysTime, .sysRawIO, .sysNice, .sysResource, .netAdmin,
  .dacReadSearch, .syslog, .macAdmin, .macOverride, .ipcOwner,
]

private func set(_ name: String, _ title: String, _ read: String) -> Property {
  Property(
    11, name, "The \(title) set of the command has no capability over the machine.", read: read,
    looks
  ) {
    if let silence = $0.silence { return silence }
    guard let bits = $0.field(name).flatMap({ UInt64($0, radix: 16) }) else {
      return "its process wasn't found"
    }
    let found = CapabilitySet(rawValue: bits).intersection(dangerous)
    return found.isEmpty ? nil : "it has \(found)"
  }
}

let level11: [Property] = [
  set("CapBnd", "bounding", "man 2 PR_CAPBSET_DROP"),
  set("CapAmb", "ambient", "man 2 PR_CAP_AMBIENT"),
  set("CapInh", "inheritable", "man 2 capset"),
  set("CapPrm", "permitted", "man 2 capset"),
  set("CapEff", "effective", "man 2 capset"),
  Property(
    11, "kept", "Root in the container may still change owners and users.", read: "man 7 capabilities", looks
  ) {
    if let silence = $0.silence { return silence }
    let bits = $0.field("CapEff").flatMap { UInt64($0, radix: 16) } ?? 0
    let missing = ([.chown, .setuid, .setgid] as CapabilitySet).subtracting(CapabilitySet(rawValue: bits))
    return missing.isEmpty ? nil : "it lacks \(missing)"
  },
  Property(
    11, "no-new-privs", "No program that the command executes gives it a right.",
    read: "man 2 PR_SET_NO_NEW_PRIVS", looks
  ) {
    if let silence = $0.silence { return silence }
    return $0.field("NoNewPrivs") == "1" ? nil : "NoNewPrivs is \($0.field("NoNewPrivs") ?? "?")"
  },
]

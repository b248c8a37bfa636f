import Facts

private let outward = Scenario(
  options: ["--network", "bridge"], probe: ["network"], deed: .look, isOnline: true)
private let published = Scenario(
  options: ["--publish", "\(Outside.published):80"], probe: ["network"], deed: .look, isOnline: true)
private let alone = Scenario(probe: ["network"], deed: .look, isOnline: true)
private let byUser = Scenario(
  options: ["--network", "bridge"], deed: .look, caller: .user(hasRange: true), isOnline: true)

let level14: [Property] = [
  Property(
    14, "net-out", "With --network bridge the command reaches a host that doesn't know its address.",
    read: "the parts on the route and on masquerade", outward
  ) {
    if let silence = $0.silence { return silence }
    return $0.answers["fetched"]?.hasPrefix("{") == true ? nil : "no answer came from \(Outside.address)"
  },
  Property(
    14, "net-port", "With --publish 8080:80 the command's server answers at the host's port 8080.",
    read: "the part on the published port", published
  ) {
    if let silence = $0.silence { return silence }
    if !$0.answers.isSo("serves") { return "the command's own server didn't come up" }
    return $0.fetched == "as it was" ? nil : "no answer came to \(Outside.address)"
  },
  Property(
    14, "net-alone", "Without these options its network has the loopback, and nothing else that leads out.",
    read: "level 07; man 7 network_namespaces", alone
  ) {
    if let silence = $0.silence { return silence }
    let devices = $0.answers.all("device")
    // Some kernels put ends of tunnels into each new network, such as sit0, which are down.
    return devices.allSatisfy($0.newNetwork.contains) ? nil : "it has \(listed(devices))"
  },
  Property(
    14, "net-clean", "When rd ends, the host's devices and rules for packets are as they were.",
    read: "the part on the end", published
  ) {
    let (before, after) = ($0.networkBefore, $0.networkAfter)
    let more = after.filter { !before.contains($0) }
    if !more.isEmpty { return "left: \(listed(more))" }
    let less = before.filter { !after.contains($0) }
    return less.isEmpty ? nil : "gone: \(listed(less))"
  },
  Property(
    14, "net-user", "A user who isn't root is refused: rd exits with 125 and says so.",
    read: "man 7 network_namespaces: CAP_NET_ADMIN over both", byUser
  ) {
    $0.status == 125 && !$0.complaint.isEmpty
      ? nil : $0.answers.isWhole ? "the command ran" : "rd \($0.ending)"
  },
]

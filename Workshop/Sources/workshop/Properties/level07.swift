let level07: [Property] = [
  Property(
    7, "own-net", "The command is in a network namespace of its own.", read: "man 7 network_namespaces", looks
  ) {
    $0.lacksOwn("net")
  },
  Property(
    7, "loopback", "The command's network has a loopback, and it is up.",
    read: "man 7 netdevice: SIOCSIFFLAGS", looks
  ) {
    if let silence = $0.silence { return silence }
    return $0.answers.isSo("loopback-is-up") ? nil : "lo is down"
  },
]

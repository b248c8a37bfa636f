private let named = Scenario(options: ["--hostname", "cask"], deed: .look)

let level05: [Property] = [
  Property(5, "own-uts", "The command is in a UTS namespace of its own.", read: "man 7 uts_namespaces", named)
  {
    $0.lacksOwn("uts")
  },
  Property(
    5, "hostname", "With --hostname cask the command's host name is cask.", read: "man 2 sethostname", named
  ) {
    if let silence = $0.silence { return silence }
    let name = $0.answers["hostname"] ?? "?"
    return name == "cask" ? nil : "it is \(name)"
  },
  Property(
    5, "host-hostname", "The host's name is as it was.", read: "man 7 uts_namespaces", named
  ) {
    return $0.hostname == Visit.hostname
      ? nil : "it became \($0.hostname): sethostname came before the new namespace"
  },
  Property(
    5, "own-ipc", "The command is in an IPC namespace of its own.", read: "man 7 ipc_namespaces", named
  ) {
    $0.lacksOwn("ipc")
  },
  Property(
    5, "mqueue", "/dev/mqueue shows the container's own queues.", read: "man 7 mq_overview", named
  ) {
    if let silence = $0.silence { return silence }
    guard let mount = $0.mount(at: "/dev/mqueue"), mount.type == "mqueue" else {
      return "nothing of type mqueue is mounted on /dev/mqueue"
    }
    return $0.isHosts(mount)
      ? "it shows the host's: the mount came before the new namespace" : nil
  },
]

import Facts
import Linux

private let byUser = Scenario(deed: .look, bundle: Bundles.user)
private let masked = Scenario(deed: .look, bundle: Bundles.kernel)
private let raised = Scenario(deed: .look, bundle: Bundles.raised)
private let atHome = Scenario(deed: .look, bundle: Bundles.own)
private let closed = Scenario(bundle: Bundles.closed)
private let unknown = Scenario(bundle: Bundles.unknown)

let level16: [Property] = [
  Property(
    16, "bundle-command", "The command is process.args, with the environment of process.env and no other.",
    read: "man 2 execve: envp", byUser
  ) {
    if let silence = $0.silence { return silence }
    let arguments = $0.answers.all("argument")
    if arguments != Bundles.arguments { return "its arguments are \(quoted(arguments))" }
    let variables = $0.answers.all("variable")
    return variables.sorted() == Bundles.variables.sorted() ? nil : "its environment is \(quoted(variables))"
  },
  Property(
    16, "bundle-place", "It begins in process.cwd, and the host name is config.json's.",
    read: "man 2 chdir, man 2 sethostname", byUser
  ) {
    if let silence = $0.silence { return silence }
    if $0.answers["cwd"] != "/tmp" { return "its working directory is \($0.answers["cwd"] ?? "gone")" }
    let name = $0.answers["hostname"] ?? ""
    return name == Bundles.hostname ? nil : "the host name is \(name)"
  },
  Property(
    16, "bundle-home", "process.cwd is entered as process.user: it may be closed to all others.",
    read: "man 2 chdir: EACCES; the task: as the last before exec", atHome
  ) {
    if let silence = $0.silence { return silence }
    return $0.answers["cwd"] == Images.usersOwn
      ? nil : "its working directory is \($0.answers["cwd"] ?? "gone")"
  },
  Property(
    16, "bundle-closed", "A process.cwd that process.user may not enter is refused: rd exits with 125.",
    read: "man 2 chdir: EACCES; the task: as the last before exec", closed
  ) {
    if $0.status == 125 && !$0.answers.isWhole { return nil }
    return $0.answers.isWhole ? "the command ran in a directory of root's, with mode 700" : "rd \($0.ending)"
  },
  Property(
    16, "bundle-user", "Its uid, gid and groups are those of process.user.",
    read: "level 10; man 2 setgroups",
    byUser
  ) {
    if let silence = $0.silence { return silence }
    let wanted = ["Uid": "1000", "Gid": "1001", "Groups": "27"]
    for (name, value) in wanted.sorted(by: { $0.key < $1.key }) {
      let found = Set(($0.field(name) ?? "").split { " \t".contains($0) }.map(String.init))
      if found != [value] {
        return found.isEmpty ? "it has no groups" : "\(name) is \(listed(found.sorted()))"
      }
    }
    return nil
  },
  Property(
    16, "bundle-capabilities", "Its bounding set is that of process.capabilities.",
    read: "level 11; man 7 capabilities", byUser
  ) {
    if let silence = $0.silence { return silence }
    let found = UInt64($0.field("CapBnd") ?? "", radix: 16)
    return found == 1 << 6 | 1 << 7 ? nil : "CapBnd is \($0.field("CapBnd") ?? "?")"
  },
  Property(
    16, "bundle-limits", "Its limits are those of process.rlimits: 100 open files, at most 200.",
    read: "man 2 getrlimit", byUser
  ) {
    if let silence = $0.silence { return silence }
    let found = $0.answers["open-files"] ?? ""
    return found == "100 200" ? nil : "the limits of open files are \(found)"
  },
  Property(
    16, "bundle-raise",
    "A limit above rd's own is set too: rd may open \(Bundles.files) files, the bundle up to \(Bundles.moreFiles).",
    read: "man 2 getrlimit: CAP_SYS_RESOURCE; the task: the limits first", raised
  ) {
    // On a machine whose root may not either, a container in most cases, nothing can be said.
    let rights = CapabilitySet(rawValue: UInt64($0.host.status["CapEff"] ?? "", radix: 16) ?? 0)
    if !rights.contains(.sysResource) { return nil }
    if let silence = $0.silence { return silence }
    let found = $0.answers["open-files"] ?? ""
    return found == "100 \(Bundles.moreFiles)" ? nil : "the limits of open files are \(found)"
  },
  Property(
    16, "bundle-masked", "What linux.maskedPaths names is empty, be it a file or a directory.",
    read: "man 2 mount: MS_BIND on a file", masked
  ) {
    if let silence = $0.silence { return silence }
    if $0.answers.isSo("keys") { return "/proc/keys can be read" }
    return $0.answers.isSo("irq") ? "/proc/irq has entries" : nil
  },
  Property(
    16, "bundle-read-only",
    "What linux.readonlyPaths names can't be written, nor the root with root.readonly.",
    read: "man 2 mount: MS_REMOUNT with MS_BIND and MS_RDONLY", masked
  ) {
    if let silence = $0.silence { return silence }
    if $0.answers.isSo("opens-setting") { return "/proc/sys can be written" }
    return $0.answers.isSo("makes") ? "the command made a file in /" : nil
  },
  Property(
    16, "bundle-sysctl", "The settings of linux.sysctl are in force.", read: "man 5 proc_sys; the order",
    masked
  ) {
    if let silence = $0.silence { return silence }
    let value = $0.answers["setting"] ?? "missing"
    return value == "0" ? nil : "net.ipv4.ip_unprivileged_port_start is \(value)"
  },
  Property(
    16, "bundle-refused", "A field that rd doesn't do is refused: rd exits with 125 and names it.",
    read: "the part on what is refused", unknown
  ) {
    if $0.status == 125 && $0.complaint.contains("intelRdt") { return nil }
    return $0.answers.isWhole ? "the command ran, without linux.intelRdt" : "rd \($0.ending)"
  },
]

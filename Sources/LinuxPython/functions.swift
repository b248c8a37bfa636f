import CPython

/// One function of the module. C functions capture nothing, so each is a closure of its own in the table.
struct Function {
  let name: StaticString
  let documentation: StaticString
  let body: @convention(c) (Object?, Object?) -> Object?

  init(
    _ name: StaticString, _ documentation: StaticString,
    _ body: @escaping @convention(c) (Object?, Object?) -> Object?
  ) {
    self.name = name
    self.documentation = documentation
    self.body = body
  }
}

/// What the module has, with the number of arguments that each takes.
let functions: [Function] =
  [
    Function("clone", Documentation.clone) { call("clone", 3...3, $0, $1, clone) },
    Function("mount", Documentation.mount) { call("mount", 5...5, $0, $1, mount) },
    Function("pivot_root", Documentation.pivotRoot) { call("pivot_root", 2...2, $0, $1, pivot_root) },
    Function("sethostname", Documentation.sethostname) { call("sethostname", 1...1, $0, $1, sethostname) },
    Function("setns", Documentation.setns) { call("setns", 2...2, $0, $1, setns) },
    Function("umount", Documentation.umount) { call("umount", 1...1, $0, $1, umount) },
    Function("umount2", Documentation.umount2) { call("umount2", 2...2, $0, $1, umount2) },
    Function("unshare", Documentation.unshare) { call("unshare", 1...1, $0, $1, unshare) },
  ]
  + beyond

/// Beyond the reference's eight.
private let beyond: [Function] =
  [
    Function("setdomainname", Documentation.setdomainname) {
      call("setdomainname", 1...1, $0, $1, setdomainname)
    },
    Function("pidfd_open", Documentation.pidfdOpen) { call("pidfd_open", 1...2, $0, $1, pidfd_open) },
    Function("pidfd_send_signal", Documentation.pidfdSendSignal) {
      call("pidfd_send_signal", 2...4, $0, $1, pidfd_send_signal)
    },
    Function("pidfd_getfd", Documentation.pidfdGetfd) { call("pidfd_getfd", 2...2, $0, $1, pidfd_getfd) },
    Function("open_tree", Documentation.openTree) { call("open_tree", 2...3, $0, $1, open_tree) },
    Function("move_mount", Documentation.moveMount) { call("move_mount", 4...5, $0, $1, move_mount) },
    Function("fsopen", Documentation.fsopen) { call("fsopen", 1...2, $0, $1, fsopen) },
    Function("fsconfig", Documentation.fsconfig) { call("fsconfig", 2...5, $0, $1, fsconfig) },
    Function("fsmount", Documentation.fsmount) { call("fsmount", 1...3, $0, $1, fsmount) },
    Function("fspick", Documentation.fspick) { call("fspick", 2...3, $0, $1, fspick) },
    Function("mount_setattr", Documentation.mountSetattr) {
      call("mount_setattr", 3...7, $0, $1, mount_setattr)
    },
    Function("close_range", Documentation.closeRange) { call("close_range", 2...3, $0, $1, close_range) },
    Function("prctl", Documentation.prctl) { call("prctl", 1...5, $0, $1, prctl) },
    Function("capget", Documentation.capget) { call("capget", 0...1, $0, $1, capget) },
    Function("capset", Documentation.capset) { call("capset", 3...3, $0, $1, capset) },
    Function("seccomp", Documentation.seccomp) { call("seccomp", 1...3, $0, $1, seccomp) },
  ]

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
var functions: [Function] {
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
}

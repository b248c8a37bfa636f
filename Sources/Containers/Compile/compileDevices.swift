import OCISpec

/// The nodes, and the links that programs look for beside them.
func compileDevices(_ request: ContainerRequest, _ user: UserPlan?) -> [ChildStep] {
  request.config.linux.devices.map { user == nil ? .makeNode($0) : .bindNode($0) }
    + [
      .makeLink(target: "/proc/self/fd", path: "/dev/fd"),
      .makeLink(target: "/proc/self/fd/0", path: "/dev/stdin"),
      .makeLink(target: "/proc/self/fd/1", path: "/dev/stdout"),
      .makeLink(target: "/proc/self/fd/2", path: "/dev/stderr"),
      .makeLink(target: "pts/ptmx", path: "/dev/ptmx"),
    ]
}

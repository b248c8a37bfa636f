import Facts
import Linux

/// The kernel, and who asks it.
func machine() -> [Finding] {
  [kernel(), place(), user()]
}

private func kernel() -> Finding {
  let release = uname().release
  guard let version = uname().kernelVersion, version < KernelVersion(5, 11) else {
    return .good("Linux \(release)")
  }
  return .short(
    "Linux \(release), and the course takes 5.11: close_range from level 04 on, overlay without root in 13",
    levels: "04 to 16", remedy: "a newer distribution: Debian 12, Ubuntu 22.04")
}

/// The first namespaces of a machine have fixed numbers, include/linux/proc_ns.h.
private func place() -> Finding {
  let first = [("user", "user:[4026531837]"), ("pid", "pid:[4026531836]")]
  let others = first.filter { name, number in
    (try? readlink("/proc/self/ns/\(name)")).map { "\($0)" } != number
  }.map(\.0)
  if others.isEmpty { return .good("not in a container") }
  return .short(
    "this is a container (its \(others.joined(separator: " and ")) namespace isn't the machine's first): what is forbidden "
      + "in it, no program of yours can do",
    levels: "01 to 16",
    remedy: "a virtual machine; or a container with all rights: --privileged --cgroupns=host")
}

private func user() -> Finding {
  if geteuid() == 0 { return .good("you are root") }
  return .short(
    "you are not root: what only root can do wasn't tried", levels: "01 to 12, 14 to 16",
    remedy: "sudo -s, and workshop doctor again")
}

import CLinux

/// What setns(2) takes as `nstype`: one type for a namespace's descriptor, any set for a pidfd.
public struct NamespaceTypes: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  public static let time = NamespaceTypes(rawValue: Int32(LINUX_CLONE_NEWTIME))
  public static let mount = NamespaceTypes(rawValue: Int32(LINUX_CLONE_NEWNS))
  public static let cgroup = NamespaceTypes(rawValue: Int32(LINUX_CLONE_NEWCGROUP))
  public static let uts = NamespaceTypes(rawValue: Int32(LINUX_CLONE_NEWUTS))
  public static let ipc = NamespaceTypes(rawValue: Int32(LINUX_CLONE_NEWIPC))
  public static let user = NamespaceTypes(rawValue: Int32(LINUX_CLONE_NEWUSER))
  /// For the children of the caller, not the caller.
  public static let pid = NamespaceTypes(rawValue: Int32(LINUX_CLONE_NEWPID))
  public static let net = NamespaceTypes(rawValue: Int32(LINUX_CLONE_NEWNET))

  public static var names: [(flag: NamespaceTypes, name: String)] {
    [
      (.time, "CLONE_NEWTIME"),
      (.mount, "CLONE_NEWNS"),
      (.cgroup, "CLONE_NEWCGROUP"),
      (.uts, "CLONE_NEWUTS"),
      (.ipc, "CLONE_NEWIPC"),
      (.user, "CLONE_NEWUSER"),
      (.pid, "CLONE_NEWPID"),
      (.net, "CLONE_NEWNET"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension NamespaceTypes {
  @available(*, unavailable, renamed: "time")
  public static var CLONE_NEWTIME: NamespaceTypes { .time }
  @available(*, unavailable, renamed: "mount")
  public static var CLONE_NEWNS: NamespaceTypes { .mount }
  @available(*, unavailable, renamed: "cgroup")
  public static var CLONE_NEWCGROUP: NamespaceTypes { .cgroup }
  @available(*, unavailable, renamed: "uts")
  public static var CLONE_NEWUTS: NamespaceTypes { .uts }
  @available(*, unavailable, renamed: "ipc")
  public static var CLONE_NEWIPC: NamespaceTypes { .ipc }
  @available(*, unavailable, renamed: "user")
  public static var CLONE_NEWUSER: NamespaceTypes { .user }
  @available(*, unavailable, renamed: "pid")
  public static var CLONE_NEWPID: NamespaceTypes { .pid }
  @available(*, unavailable, renamed: "net")
  public static var CLONE_NEWNET: NamespaceTypes { .net }
}

import CLinux

/// What clone(2) and clone3(2) take.
public struct CloneFlags: NamedFlags {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// clone3 and unshare only: clone(2) reads this bit as part of the exit signal. Linux 5.6.
  public static let newTime = CloneFlags(rawValue: UInt64(LINUX_CLONE_NEWTIME))
  public static let vm = CloneFlags(rawValue: UInt64(LINUX_CLONE_VM))
  public static let fs = CloneFlags(rawValue: UInt64(LINUX_CLONE_FS))
  public static let files = CloneFlags(rawValue: UInt64(LINUX_CLONE_FILES))
  public static let sigHand = CloneFlags(rawValue: UInt64(LINUX_CLONE_SIGHAND))
  public static let pidfd = CloneFlags(rawValue: UInt64(LINUX_CLONE_PIDFD))
  public static let ptrace = CloneFlags(rawValue: UInt64(LINUX_CLONE_PTRACE))
  public static let vfork = CloneFlags(rawValue: UInt64(LINUX_CLONE_VFORK))
  /// The child's parent is the caller's parent.
  public static let parent = CloneFlags(rawValue: UInt64(LINUX_CLONE_PARENT))
  public static let thread = CloneFlags(rawValue: UInt64(LINUX_CLONE_THREAD))
  /// A mount namespace of its own.
  public static let newNS = CloneFlags(rawValue: UInt64(LINUX_CLONE_NEWNS))
  public static let sysVSem = CloneFlags(rawValue: UInt64(LINUX_CLONE_SYSVSEM))
  public static let setTLS = CloneFlags(rawValue: UInt64(LINUX_CLONE_SETTLS))
  public static let parentSetTID = CloneFlags(rawValue: UInt64(LINUX_CLONE_PARENT_SETTID))
  public static let childClearTID = CloneFlags(rawValue: UInt64(LINUX_CLONE_CHILD_CLEARTID))
  public static let detached = CloneFlags(rawValue: UInt64(LINUX_CLONE_DETACHED))
  public static let untraced = CloneFlags(rawValue: UInt64(LINUX_CLONE_UNTRACED))
  public static let childSetTID = CloneFlags(rawValue: UInt64(LINUX_CLONE_CHILD_SETTID))
  public static let newCgroup = CloneFlags(rawValue: UInt64(LINUX_CLONE_NEWCGROUP))
  public static let newUTS = CloneFlags(rawValue: UInt64(LINUX_CLONE_NEWUTS))
  public static let newIPC = CloneFlags(rawValue: UInt64(LINUX_CLONE_NEWIPC))
  public static let newUser = CloneFlags(rawValue: UInt64(LINUX_CLONE_NEWUSER))
  public static let newPID = CloneFlags(rawValue: UInt64(LINUX_CLONE_NEWPID))
  public static let newNet = CloneFlags(rawValue: UInt64(LINUX_CLONE_NEWNET))
  public static let io = CloneFlags(rawValue: UInt64(LINUX_CLONE_IO))
  /// clone3 only: every signal handler of the child is the default. Linux 5.5.
  public static let clearSigHand = CloneFlags(rawValue: UInt64(LINUX_CLONE_CLEAR_SIGHAND))
  /// clone3 only: the child is born in the cgroup of `cgroup`. Linux 5.7.
  public static let intoCgroup = CloneFlags(rawValue: UInt64(LINUX_CLONE_INTO_CGROUP))

  public static var names: [(flag: CloneFlags, name: String)] {
    [
      (.newTime, "CLONE_NEWTIME"),
      (.vm, "CLONE_VM"),
      (.fs, "CLONE_FS"),
      (.files, "CLONE_FILES"),
      (.sigHand, "CLONE_SIGHAND"),
      (.pidfd, "CLONE_PIDFD"),
      (.ptrace, "CLONE_PTRACE"),
      (.vfork, "CLONE_VFORK"),
      (.parent, "CLONE_PARENT"),
      (.thread, "CLONE_THREAD"),
      (.newNS, "CLONE_NEWNS"),
      (.sysVSem, "CLONE_SYSVSEM"),
      (.setTLS, "CLONE_SETTLS"),
      (.parentSetTID, "CLONE_PARENT_SETTID"),
      (.childClearTID, "CLONE_CHILD_CLEARTID"),
      (.detached, "CLONE_DETACHED"),
      (.untraced, "CLONE_UNTRACED"),
      (.childSetTID, "CLONE_CHILD_SETTID"),
      (.newCgroup, "CLONE_NEWCGROUP"),
      (.newUTS, "CLONE_NEWUTS"),
      (.newIPC, "CLONE_NEWIPC"),
      (.newUser, "CLONE_NEWUSER"),
      (.newPID, "CLONE_NEWPID"),
      (.newNet, "CLONE_NEWNET"),
      (.io, "CLONE_IO"),
      (.clearSigHand, "CLONE_CLEAR_SIGHAND"),
      (.intoCgroup, "CLONE_INTO_CGROUP"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension CloneFlags {
  @available(*, unavailable, renamed: "newTime")
  public static var CLONE_NEWTIME: CloneFlags { .newTime }
  @available(*, unavailable, renamed: "vm")
  public static var CLONE_VM: CloneFlags { .vm }
  @available(*, unavailable, renamed: "fs")
  public static var CLONE_FS: CloneFlags { .fs }
  @available(*, unavailable, renamed: "files")
  public static var CLONE_FILES: CloneFlags { .files }
  @available(*, unavailable, renamed: "sigHand")
  public static var CLONE_SIGHAND: CloneFlags { .sigHand }
  @available(*, unavailable, renamed: "pidfd")
  public static var CLONE_PIDFD: CloneFlags { .pidfd }
  @available(*, unavailable, renamed: "ptrace")
  public static var CLONE_PTRACE: CloneFlags { .ptrace }
  @available(*, unavailable, renamed: "vfork")
  public static var CLONE_VFORK: CloneFlags { .vfork }
  @available(*, unavailable, renamed: "parent")
  public static var CLONE_PARENT: CloneFlags { .parent }
  @available(*, unavailable, renamed: "thread")
  public static var CLONE_THREAD: CloneFlags { .thread }
  @available(*, unavailable, renamed: "newNS")
  public static var CLONE_NEWNS: CloneFlags { .newNS }
  @available(*, unavailable, renamed: "sysVSem")
  public static var CLONE_SYSVSEM: CloneFlags { .sysVSem }
  @available(*, unavailable, renamed: "setTLS")
  public static var CLONE_SETTLS: CloneFlags { .setTLS }
  @available(*, unavailable, renamed: "parentSetTID")
  public static var CLONE_PARENT_SETTID: CloneFlags { .parentSetTID }
  @available(*, unavailable, renamed: "childClearTID")
  public static var CLONE_CHILD_CLEARTID: CloneFlags { .childClearTID }
  @available(*, unavailable, renamed: "detached")
  public static var CLONE_DETACHED: CloneFlags { .detached }
  @available(*, unavailable, renamed: "untraced")
  public static var CLONE_UNTRACED: CloneFlags { .untraced }
  @available(*, unavailable, renamed: "childSetTID")
  public static var CLONE_CHILD_SETTID: CloneFlags { .childSetTID }
  @available(*, unavailable, renamed: "newCgroup")
  public static var CLONE_NEWCGROUP: CloneFlags { .newCgroup }
  @available(*, unavailable, renamed: "newUTS")
  public static var CLONE_NEWUTS: CloneFlags { .newUTS }
  @available(*, unavailable, renamed: "newIPC")
  public static var CLONE_NEWIPC: CloneFlags { .newIPC }
  @available(*, unavailable, renamed: "newUser")
  public static var CLONE_NEWUSER: CloneFlags { .newUser }
  @available(*, unavailable, renamed: "newPID")
  public static var CLONE_NEWPID: CloneFlags { .newPID }
  @available(*, unavailable, renamed: "newNet")
  public static var CLONE_NEWNET: CloneFlags { .newNet }
  @available(*, unavailable, renamed: "io")
  public static var CLONE_IO: CloneFlags { .io }
  @available(*, unavailable, renamed: "clearSigHand")
  public static var CLONE_CLEAR_SIGHAND: CloneFlags { .clearSigHand }
  @available(*, unavailable, renamed: "intoCgroup")
  public static var CLONE_INTO_CGROUP: CloneFlags { .intoCgroup }
}

extension CloneFlags {
  /// Every flag that makes a namespace.
  public static let namespaces: CloneFlags = [
    .newTime, .newNS, .newCgroup, .newUTS, .newIPC, .newUser, .newPID, .newNet,
  ]
}

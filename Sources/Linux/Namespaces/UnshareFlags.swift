import CLinux

/// What unshare(2) takes.
public struct UnshareFlags: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  public static let fs = UnshareFlags(rawValue: Int32(LINUX_CLONE_FS))
  public static let files = UnshareFlags(rawValue: Int32(LINUX_CLONE_FILES))
  public static let sysVSem = UnshareFlags(rawValue: Int32(LINUX_CLONE_SYSVSEM))
  public static let vm = UnshareFlags(rawValue: Int32(LINUX_CLONE_VM))
  public static let sigHand = UnshareFlags(rawValue: Int32(LINUX_CLONE_SIGHAND))
  public static let thread = UnshareFlags(rawValue: Int32(LINUX_CLONE_THREAD))
  /// For the children of the caller, not the caller. Linux 5.6.
  public static let newTime = UnshareFlags(rawValue: Int32(LINUX_CLONE_NEWTIME))
  public static let newNS = UnshareFlags(rawValue: Int32(LINUX_CLONE_NEWNS))
  public static let newCgroup = UnshareFlags(rawValue: Int32(LINUX_CLONE_NEWCGROUP))
  public static let newUTS = UnshareFlags(rawValue: Int32(LINUX_CLONE_NEWUTS))
  public static let newIPC = UnshareFlags(rawValue: Int32(LINUX_CLONE_NEWIPC))
  /// EINVAL in a process with threads.
  public static let newUser = UnshareFlags(rawValue: Int32(LINUX_CLONE_NEWUSER))
  /// For the children of the caller, not the caller.
  public static let newPID = UnshareFlags(rawValue: Int32(LINUX_CLONE_NEWPID))
  public static let newNet = UnshareFlags(rawValue: Int32(LINUX_CLONE_NEWNET))

  public static var names: [(flag: UnshareFlags, name: String)] {
    [
      (.fs, "CLONE_FS"),
      (.files, "CLONE_FILES"),
      (.sysVSem, "CLONE_SYSVSEM"),
      (.vm, "CLONE_VM"),
      (.sigHand, "CLONE_SIGHAND"),
      (.thread, "CLONE_THREAD"),
      (.newTime, "CLONE_NEWTIME"),
      (.newNS, "CLONE_NEWNS"),
      (.newCgroup, "CLONE_NEWCGROUP"),
      (.newUTS, "CLONE_NEWUTS"),
      (.newIPC, "CLONE_NEWIPC"),
      (.newUser, "CLONE_NEWUSER"),
      (.newPID, "CLONE_NEWPID"),
      (.newNet, "CLONE_NEWNET"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension UnshareFlags {
  @available(*, unavailable, renamed: "fs")
  public static var CLONE_FS: UnshareFlags { .fs }
  @available(*, unavailable, renamed: "files")
  public static var CLONE_FILES: UnshareFlags { .files }
  @available(*, unavailable, renamed: "sysVSem")
  public static var CLONE_SYSVSEM: UnshareFlags { .sysVSem }
  @available(*, unavailable, renamed: "vm")
  public static var CLONE_VM: UnshareFlags { .vm }
  @available(*, unavailable, renamed: "sigHand")
  public static var CLONE_SIGHAND: UnshareFlags { .sigHand }
  @available(*, unavailable, renamed: "thread")
  public static var CLONE_THREAD: UnshareFlags { .thread }
  @available(*, unavailable, renamed: "newTime")
  public static var CLONE_NEWTIME: UnshareFlags { .newTime }
  @available(*, unavailable, renamed: "newNS")
  public static var CLONE_NEWNS: UnshareFlags { .newNS }
  @available(*, unavailable, renamed: "newCgroup")
  public static var CLONE_NEWCGROUP: UnshareFlags { .newCgroup }
  @available(*, unavailable, renamed: "newUTS")
  public static var CLONE_NEWUTS: UnshareFlags { .newUTS }
  @available(*, unavailable, renamed: "newIPC")
  public static var CLONE_NEWIPC: UnshareFlags { .newIPC }
  @available(*, unavailable, renamed: "newUser")
  public static var CLONE_NEWUSER: UnshareFlags { .newUser }
  @available(*, unavailable, renamed: "newPID")
  public static var CLONE_NEWPID: UnshareFlags { .newPID }
  @available(*, unavailable, renamed: "newNet")
  public static var CLONE_NEWNET: UnshareFlags { .newNet }
}

import CLinux
import Linux
import SystemPackage

/// A seccomp profile, as the kernel takes it.
public struct SeccompFilter: Hashable, Sendable {
  public var instructions: [BPFInstruction]
  /// For seccomp(2). Without `newListener`, which `hasListener` asks for.
  public var flags: SeccompFilterFlags
  /// Some calls wait for the answer of a listener: the filter is to be loaded with one.
  public var hasListener: Bool

  public init(_ instructions: [BPFInstruction], _ flags: SeccompFilterFlags = [], hasListener: Bool = false) {
    self.instructions = instructions
    self.flags = flags
    self.hasListener = hasListener
  }

  /// What the kernel takes at most: BPF_MAXINSNS.
  static let longest = 4096
}

extension BPFInstruction {
  /// struct sock_filter, as a number: code, jt, jf, k.
  var word: UInt64 { UInt64(code.rawValue) | UInt64(jt) << 16 | UInt64(jf) << 24 | UInt64(k) << 32 }

  init(word: UInt64) {
    self.init(
      code: BPFCode(rawValue: UInt16(truncatingIfNeeded: word)), jt: UInt8(truncatingIfNeeded: word >> 16),
      jf: UInt8(truncatingIfNeeded: word >> 24), k: UInt32(truncatingIfNeeded: word >> 32))
  }
}

/// struct sock_filter after struct sock_filter, on a little-endian machine.
func instructions(_ bytes: ArraySlice<UInt8>) -> [BPFInstruction] {
  bytes.withUnsafeBytes { buffer in
    (0..<buffer.count / 8).map {
      BPFInstruction(word: buffer.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self))
    }
  }
}

/// What the running kernel knows of seccomp.
public struct SeccompSupport: Hashable, Sendable {
  public var flags: SeccompFilterFlags
  /// Without their data.
  public var actions: Set<SeccompAction>

  public init(flags: SeccompFilterFlags, actions: Set<SeccompAction>) {
    self.flags = flags
    self.actions = actions
  }

  /// Every flag and action of a profile.
  public static let all = SeccompSupport(
    flags: [.tsync, .log, .specAllow, .waitKillableRecv],
    actions: [
      .killProcess, .killThread, .trap(), SeccompAction.errno(.notPermitted).kind, .userNotif, .trace(), .log,
      .allow,
    ])

  /// Asks the kernel for each.
  public static func read() -> SeccompSupport {
    var flags: SeccompFilterFlags = []
    for (flag, _) in SeccompFilterFlags.names where all.flags.contains(flag) && isKnown(flag) {
      flags.insert(flag)
    }
    return SeccompSupport(
      flags: flags, actions: all.actions.filter { (try? Linux.Seccomp.getActionAvail($0)) == true })
  }

  /// The kernel looks at the flags before it finds that there is no program.
  private static func isKnown(_ flag: SeccompFilterFlags) -> Bool {
    // It takes this one only with a listener.
    let flags = flag == .waitKillableRecv ? flag.union(.newListener) : flag
    let result = systemCall(__NR_seccomp, LINUX_SECCOMP_SET_MODE_FILTER, Int(flags.rawValue), 0)
    return result == -Int(Errno.badAddress.rawValue)
  }
}

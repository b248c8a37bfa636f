import Linux

#if arch(x86_64)
  private let column = 0
#elseif arch(arm64)
  private let column = 1
#endif

/// The system calls that the cage's guard is asked about.
enum Call: CaseIterable {
  case bpf, execve, execveat, fsopen, fspick, mknod, mknodat, mount

  /// On x86-64 and on aarch64, which has no mknod.
  private var numbers: [UInt32] {
    switch self {
    case .bpf: [321, 280]
    case .execve: [59, 221]
    case .execveat: [322, 281]
    case .fsopen: [430, 430]
    case .fspick: [433, 433]
    case .mknod: [133, .max]
    case .mknodat: [259, 33]
    case .mount: [165, 40]
    }
  }

  init?(number: UInt32) {
    guard let call = Self.allCases.first(where: { $0.numbers[column] == number }) else { return nil }
    self = call
  }

  /// Asks about these and lets all others pass. Calls of another architecture, 32-bit ones, end their process:
  /// they would go past it.
  static let filter: [BPFInstruction] =
    [
      .load(SeccompData.architectureOffset),
      .jumpIfEqual(AuditArchitecture.native.rawValue, then: 1, else: 0),
      .return(.killProcess),
      .load(SeccompData.numberOffset),
      // x86-64 has a second set of numbers, x32, above these.
      .jump(.jmp | .jge | .k, 0x4000_0000, 0, 1),
      .return(.errno(.noFunction)),
    ]
    + allCases.flatMap { [.jumpIfEqual($0.numbers[column], then: 0, else: 1), .return(.userNotif)] }
    + [.return(.allow)]
}

import CLinux

/// A signal's number.
public struct Signal: RawRepresentable, Hashable, Comparable, Sendable {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Number 0, which sends nothing: the call tells whether it could.
  public static let probe = Signal(rawValue: 0)

  public static let hup = Signal(rawValue: Int32(LINUX_SIGHUP))
  public static let int = Signal(rawValue: Int32(LINUX_SIGINT))
  public static let quit = Signal(rawValue: Int32(LINUX_SIGQUIT))
  public static let ill = Signal(rawValue: Int32(LINUX_SIGILL))
  public static let trap = Signal(rawValue: Int32(LINUX_SIGTRAP))
  public static let abrt = Signal(rawValue: Int32(LINUX_SIGABRT))
  public static let bus = Signal(rawValue: Int32(LINUX_SIGBUS))
  public static let fpe = Signal(rawValue: Int32(LINUX_SIGFPE))
  public static let kill = Signal(rawValue: Int32(LINUX_SIGKILL))
  public static let usr1 = Signal(rawValue: Int32(LINUX_SIGUSR1))
  public static let segv = Signal(rawValue: Int32(LINUX_SIGSEGV))
  public static let usr2 = Signal(rawValue: Int32(LINUX_SIGUSR2))
  public static let pipe = Signal(rawValue: Int32(LINUX_SIGPIPE))
  public static let alrm = Signal(rawValue: Int32(LINUX_SIGALRM))
  public static let term = Signal(rawValue: Int32(LINUX_SIGTERM))
  public static let stkflt = Signal(rawValue: Int32(LINUX_SIGSTKFLT))
  public static let chld = Signal(rawValue: Int32(LINUX_SIGCHLD))
  public static let cont = Signal(rawValue: Int32(LINUX_SIGCONT))
  public static let stop = Signal(rawValue: Int32(LINUX_SIGSTOP))
  public static let tstp = Signal(rawValue: Int32(LINUX_SIGTSTP))
  public static let ttin = Signal(rawValue: Int32(LINUX_SIGTTIN))
  public static let ttou = Signal(rawValue: Int32(LINUX_SIGTTOU))
  public static let urg = Signal(rawValue: Int32(LINUX_SIGURG))
  public static let xcpu = Signal(rawValue: Int32(LINUX_SIGXCPU))
  public static let xfsz = Signal(rawValue: Int32(LINUX_SIGXFSZ))
  public static let vtalrm = Signal(rawValue: Int32(LINUX_SIGVTALRM))
  public static let prof = Signal(rawValue: Int32(LINUX_SIGPROF))
  public static let winch = Signal(rawValue: Int32(LINUX_SIGWINCH))
  public static let io = Signal(rawValue: Int32(LINUX_SIGIO))
  public static let pwr = Signal(rawValue: Int32(LINUX_SIGPWR))
  public static let sys = Signal(rawValue: Int32(LINUX_SIGSYS))

  /// SIGRTMIN as programs count it: glibc keeps the kernel's first two (32 and 33) for itself.
  public static let realTimeMinimum = Signal(rawValue: 34)
  public static let realTimeMaximum = Signal(rawValue: 64)

  /// Every signal with a name of its own, by number.
  public static let names: [(signal: Signal, name: String)] = [
    (.hup, "SIGHUP"),
    (.int, "SIGINT"),
    (.quit, "SIGQUIT"),
    (.ill, "SIGILL"),
    (.trap, "SIGTRAP"),
    (.abrt, "SIGABRT"),
    (.bus, "SIGBUS"),
    (.fpe, "SIGFPE"),
    (.kill, "SIGKILL"),
    (.usr1, "SIGUSR1"),
    (.segv, "SIGSEGV"),
    (.usr2, "SIGUSR2"),
    (.pipe, "SIGPIPE"),
    (.alrm, "SIGALRM"),
    (.term, "SIGTERM"),
    (.stkflt, "SIGSTKFLT"),
    (.chld, "SIGCHLD"),
    (.cont, "SIGCONT"),
    (.stop, "SIGSTOP"),
    (.tstp, "SIGTSTP"),
    (.ttin, "SIGTTIN"),
    (.ttou, "SIGTTOU"),
    (.urg, "SIGURG"),
    (.xcpu, "SIGXCPU"),
    (.xfsz, "SIGXFSZ"),
    (.vtalrm, "SIGVTALRM"),
    (.prof, "SIGPROF"),
    (.winch, "SIGWINCH"),
    (.io, "SIGIO"),
    (.pwr, "SIGPWR"),
    (.sys, "SIGSYS"),
  ]

  public static func < (left: Signal, right: Signal) -> Bool { left.rawValue < right.rawValue }
}

extension Signal {
  /// A signal by what people write: "SIGTERM", "TERM", "term", "15", "SIGRTMIN+3", "RTMAX-1". Nil for another text
  /// and for a number above 64.
  public init?(_ text: String) {
    if let number = Int32(text) {
      guard (0...64).contains(number) else { return nil }
      self.init(rawValue: number)
      return
    }
    let upper = text.uppercased()
    let name = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
    if let known = Signal.names.first(where: { $0.name.dropFirst(3) == name }) {
      self = known.signal
    } else if let alias = Signal.aliases[name] {
      self = alias
    } else if let signal = Signal(realTime: name) {
      self = signal
    } else {
      return nil
    }
  }

  /// Second names of the same numbers.
  private static let aliases: [String: Signal] = ["IOT": .abrt, "CLD": .chld, "POLL": .io]

  /// "RTMIN+3" or "RTMAX-1", without the "SIG".
  private init?(realTime name: String) {
    let first: Signal = name.hasPrefix("RTMIN") ? .realTimeMinimum : .realTimeMaximum
    guard name.hasPrefix("RTMIN") || name.hasPrefix("RTMAX") else { return nil }
    let rest = name.dropFirst(5)
    guard let offset = rest.isEmpty ? 0 : Int32(rest), rest.isEmpty || rest.first == "+" || rest.first == "-"
    else { return nil }
    let number = first.rawValue.addingReportingOverflow(offset)
    let range = Signal.realTimeMinimum.rawValue...Signal.realTimeMaximum.rawValue
    guard !number.overflow, range.contains(number.partialValue) else { return nil }
    self.init(rawValue: number.partialValue)
  }
}

extension Signal: CustomStringConvertible {
  /// The C name: "SIGTERM", "SIGRTMIN+3"; the number where there is none.
  public var description: String {
    if let known = Signal.names.first(where: { $0.signal == self }) { return known.name }
    let offset = rawValue - Signal.realTimeMinimum.rawValue
    guard (0...30).contains(offset) else { return "\(rawValue)" }
    return offset == 0 ? "SIGRTMIN" : "SIGRTMIN+\(offset)"
  }
}

// Whoever types the C name gets a fix-it.
extension Signal {
  @available(*, unavailable, renamed: "hup")
  public static var SIGHUP: Signal { .hup }
  @available(*, unavailable, renamed: "int")
  public static var SIGINT: Signal { .int }
  @available(*, unavailable, renamed: "quit")
  public static var SIGQUIT: Signal { .quit }
  @available(*, unavailable, renamed: "ill")
  public static var SIGILL: Signal { .ill }
  @available(*, unavailable, renamed: "trap")
  public static var SIGTRAP: Signal { .trap }
  @available(*, unavailable, renamed: "abrt")
  public static var SIGABRT: Signal { .abrt }
  @available(*, unavailable, renamed: "bus")
  public static var SIGBUS: Signal { .bus }
  @available(*, unavailable, renamed: "fpe")
  public static var SIGFPE: Signal { .fpe }
  @available(*, unavailable, renamed: "kill")
  public static var SIGKILL: Signal { .kill }
  @available(*, unavailable, renamed: "usr1")
  public static var SIGUSR1: Signal { .usr1 }
  @available(*, unavailable, renamed: "segv")
  public static var SIGSEGV: Signal { .segv }
  @available(*, unavailable, renamed: "usr2")
  public static var SIGUSR2: Signal { .usr2 }
  @available(*, unavailable, renamed: "pipe")
  public static var SIGPIPE: Signal { .pipe }
  @available(*, unavailable, renamed: "alrm")
  public static var SIGALRM: Signal { .alrm }
  @available(*, unavailable, renamed: "term")
  public static var SIGTERM: Signal { .term }
  @available(*, unavailable, renamed: "stkflt")
  public static var SIGSTKFLT: Signal { .stkflt }
  @available(*, unavailable, renamed: "chld")
  public static var SIGCHLD: Signal { .chld }
  @available(*, unavailable, renamed: "cont")
  public static var SIGCONT: Signal { .cont }
  @available(*, unavailable, renamed: "stop")
  public static var SIGSTOP: Signal { .stop }
  @available(*, unavailable, renamed: "tstp")
  public static var SIGTSTP: Signal { .tstp }
  @available(*, unavailable, renamed: "ttin")
  public static var SIGTTIN: Signal { .ttin }
  @available(*, unavailable, renamed: "ttou")
  public static var SIGTTOU: Signal { .ttou }
  @available(*, unavailable, renamed: "urg")
  public static var SIGURG: Signal { .urg }
  @available(*, unavailable, renamed: "xcpu")
  public static var SIGXCPU: Signal { .xcpu }
  @available(*, unavailable, renamed: "xfsz")
  public static var SIGXFSZ: Signal { .xfsz }
  @available(*, unavailable, renamed: "vtalrm")
  public static var SIGVTALRM: Signal { .vtalrm }
  @available(*, unavailable, renamed: "prof")
  public static var SIGPROF: Signal { .prof }
  @available(*, unavailable, renamed: "winch")
  public static var SIGWINCH: Signal { .winch }
  @available(*, unavailable, renamed: "io")
  public static var SIGIO: Signal { .io }
  @available(*, unavailable, renamed: "pwr")
  public static var SIGPWR: Signal { .pwr }
  @available(*, unavailable, renamed: "sys")
  public static var SIGSYS: Signal { .sys }
}

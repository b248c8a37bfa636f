import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("sigprocmask, sigpending, signalfd", .requires(.root))
struct SignalFDTests {
  @Test func signalsAreReadFromADescriptor() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try inChild {
          try sigprocmask(.setMask, [.usr1, .chld])
          let signals = try signalfd([.usr1, .chld])
          expectEqual(try isCloseOnExec(signals), true)
          try kill(getpid(), .usr1)
          expectEqual(
            try signals.read(),
            SignalInfo(signal: .usr1, code: 0, pid: getpid(), uid: 0, status: nil, value: 0))

          let child = try fork { throw ExitStatus(5) }
          let ended = try signals.read()
          expectEqual(ended.signal, .chld)
          expectEqual(ended.pid, child)
          expectEqual(ended.status, .exited(5))
          _ = try waitpid(child)
        }
      }
    }
  }

  @Test func sigwaitinfoTakesASignal() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try inChild {
          try sigprocmask(.setMask, [.usr1, .usr2, .alrm, .chld])
          try kill(getpid(), .usr2)
          try kill(getpid(), .usr1)
          expectEqual(
            try sigwaitinfo([.usr1]),
            SignalInfo(signal: .usr1, code: 0, pid: getpid(), uid: 0, status: nil, value: 0))
          expectEqual(sigpending(), [.usr2])

          let child = try fork { throw ExitStatus(5) }
          let ended = try sigwaitinfo([.chld])
          expectEqual([ended.pid, ended.code], [child, 1])
          expectEqual(ended.status, .exited(5))
          _ = try waitpid(child)

          var value = sigval()
          value.sival_int = 77
          sigqueue(getpid(), SIGUSR1, value)
          expectEqual(try sigwaitinfo([.usr1]).value, 77)

          // From the kernel: nobody's process.
          var soon = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: 0, tv_usec: 1))
          setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &soon, nil)
          let alarm = try sigwaitinfo([.alrm])
          expectEqual([alarm.pid, alarm.code > 0 ? 1 : 0], [0, 1])
        }
      }
    }
  }

  @Test func aDescriptorTakesOtherSignalsAndDoesNotWait() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try inChild {
          try sigprocmask(.setMask, [.usr1, .usr2])
          let signals = try signalfd(.usr1AndNothingElse, .nonBlock)
          let error = expectErrno(.resourceTemporarilyUnavailable) { _ = try signals.read() }
          expectContains(error.map { "\($0)" }, "read(fd: \(signals.descriptor.rawValue), count: 128)")
          try kill(getpid(), .usr2)
          expectErrno(.resourceTemporarilyUnavailable) { _ = try signals.read() }
          try signalfd(signals, [.usr2])
          expectEqual(try signals.read().signal, .usr2)
          let refused = expectErrno(.invalidArgument) {
            _ = try signalfd([.int, .usr1], SignalFDFlags(rawValue: 1))
          }
          expectEqual(
            refused.map { "\($0)" },
            "signalfd(mask: [SIGINT, SIGUSR1], flags: 0x1): invalid argument (EINVAL)")
          // A real time signal carries a number.
          let number = Signal.realTimeMinimum
          try sigprocmask(.block, [number])
          try signalfd(signals, [number])
          var value = sigval()
          value.sival_int = 77
          sigqueue(getpid(), number.rawValue, value)
          expectEqual(try signals.read().value, 77)
        }
      }
    }
  }

  @Test func aDescriptorThatIsNoneIsRefused() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let file = SignalDescriptor(try open("/dev/null"))
        expectErrno(.invalidArgument) { try signalfd(file, [.usr1]) }
      }
    }
  }

  @Test func theMaskIsChangedInThreeWays() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try inChild {
          try sigprocmask(.setMask, [.term])
          expectEqual(try sigprocmask(.block, [.usr1, .hup]), [.term])
          expectEqual(try sigprocmask(.unblock, [.term, .int]), [.term, .usr1, .hup])
          expectEqual(sigprocmask(), [.usr1, .hup])
          expectEqual(sigpending(), [])
          try kill(getpid(), .hup)
          expectEqual(sigpending(), [.hup])
          signal(SIGHUP, SIG_IGN)  // It is dropped then.
          expectEqual(sigpending(), [])
          // The two that can't be held back, and glibc's own.
          try sigprocmask(.setMask, SignalSet(rawValue: .max))
          expectEqual(sigprocmask(), SignalSet.all.subtracting([.kill, .stop]))
        }
      }
    }
  }
}

extension SignalSet {
  fileprivate static let usr1AndNothingElse: SignalSet = [.usr1]
}

@Suite("Sets of signals")
struct SignalSetTests {
  @Test func aSetHasWhatWasPutIn() {
    var set: SignalSet = [.hup, .realTimeMaximum]
    expectEqual(set.rawValue, 1 | 1 << 63)
    expectEqual("\(set)", "[SIGHUP, SIGRTMIN+30]")
    expectEqual(set.insert(.hup).inserted, false)
    expectEqual(set.insert(.sys).inserted, true)
    expectEqual(set.update(with: .sys), .sys)
    expectEqual(set.update(with: .int), nil)
    expectEqual(set.remove(.int), .int)
    expectEqual(set.remove(.int), nil)
    expectEqual(set.signals, [.hup, .sys, .realTimeMaximum])
    expectEqual(set.subtracting([.hup]).union([.term]), [.sys, .realTimeMaximum, .term])
    expectEqual(set.symmetricDifference([.hup, .int]).intersection([.int, .hup]), [.int])
    // What is no signal is in no set.
    for number: Int32 in [-1, 0, 65] {
      set.insert(Signal(rawValue: number))
      expectEqual(set.contains(Signal(rawValue: number)), false)
    }
    expectEqual(set.signals.count, 3)
    expectEqual(SignalSet.all.signals.count, 62)
  }
}

import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("poll, ppoll, epoll", .requires(.root))
struct EventTests {
  @Test func pollTellsWhatIsReady() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        var first = try pipe()
        let second = try pipe()
        try second.writeEnd.write("x")
        var requests = [
          PollDescriptor(first.readEnd), PollDescriptor(second.readEnd, [.in, .out]),
          PollDescriptor(second.writeEnd, .out), PollDescriptor(FileDescriptor(rawValue: 987)),
          PollDescriptor(FileDescriptor(rawValue: -1)),
        ]
        expectEqual(try poll(&requests), 3)
        expectEqual(requests.map(\.revents), [[], .in, .out, .nVal, []])
        first.closeWriteEnd()
        requests = [PollDescriptor(first.readEnd)]
        expectEqual(try poll(&requests, timeout: .zero), 1)
        expectEqual(requests[0].revents, .hup)
        expectEqual("\(PollEvents.in.union(.rdHup))", "POLLIN | POLLRDHUP")
      }
    }
  }

  @Test func pollEndsWithItsTime() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let silent = try pipe()
        var requests = [PollDescriptor(silent.readEnd)]
        let start = ContinuousClock.now
        expectEqual(try poll(&requests, timeout: .milliseconds(30)), 0)
        #expect(ContinuousClock.now - start >= .milliseconds(30))
        expectEqual(try poll(&requests, timeout: .seconds(-1)), 0)
        var none: [PollDescriptor] = []
        expectEqual(try poll(&none, timeout: .nanoseconds(1)), 0)
        var limit = rlimit(rlim_cur: 3, rlim_max: 3)
        try inChild {
          setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
          var many = Array(repeating: PollDescriptor(FileDescriptor(rawValue: -1)), count: 4)
          let error = expectErrno(.invalidArgument) { _ = try poll(&many) }
          expectEqual(error.map { "\($0)" }, "poll(nfds: 4, timeout: none): invalid argument (EINVAL)")
        }
      }
    }
  }

  @Test func aSignalEndsPpollAndNotPoll() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try inChild {
          signal(SIGALRM) { _ in }
          try sigprocmask(.block, [.alrm])
          let silent = try pipe()
          var requests = [PollDescriptor(silent.readEnd)]
          // The signal waits already: let through, it ends the call at once.
          try kill(getpid(), .alrm)
          expectErrno(.interrupted) { _ = try ppoll(&requests, timeout: .seconds(100), sigmask: []) }
          expectEqual(sigpending(), [])
          try kill(getpid(), .alrm)
          expectEqual(try ppoll(&requests, timeout: .milliseconds(1), sigmask: [.alrm]), 0)

          try sigprocmask(.setMask, [])
          var timer = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: 0, tv_usec: 1000))
          setitimer(0, &timer, nil)  // ITIMER_REAL
          let start = ContinuousClock.now
          expectEqual(try poll(&requests, timeout: .milliseconds(40)), 0)
          expectEqual(ContinuousClock.now - start >= .milliseconds(40), true)
        }
      }
    }
  }

  @Test func epollTellsWhatIsReady() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let first = try pipe()
        let second = try pipe()
        let poller = try epoll_create1()
        expectEqual(try isCloseOnExec(poller), true)
        try epoll_ctl(poller, .add, first.readEnd, [.in, .rdHup])
        try epoll_ctl(poller, .add, second.writeEnd, .out, data: 0xfedc_ba98_7654_3210)
        expectEqual(
          try epoll_wait(poller), [EpollEvent(.out, data: 0xfedc_ba98_7654_3210)])
        try first.writeEnd.write("x")
        try epoll_ctl(poller, .modify, second.writeEnd, [.out, .oneShot], data: 0)
        let both = try epoll_wait(poller, timeout: .zero)
        expectEqual(
          both.sorted { $0.data < $1.data },
          [EpollEvent(.out, data: 0), EpollEvent(.in, data: UInt64(first.readEnd.rawValue))])
        expectEqual(try epoll_wait(poller, maxevents: 1).count, 1)
        // The second one has told once, and tells no more.
        expectEqual(try epoll_wait(poller).map(\.events), [.in])
        try epoll_ctl(poller, .delete, first.readEnd)
        expectEqual(try epoll_wait(poller, timeout: .zero), [])
        expectEqual(
          "\(EpollEvents.in.union([.et, .exclusive, .wakeUp]))",
          "EPOLLIN | EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLET")
      }
    }
  }

  @Test func epollRefuses() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let ends = try pipe()
        let poller = try epoll_create1()
        try epoll_ctl(poller, .add, ends.readEnd, .in)
        let error = expectErrno(.fileExists) { try epoll_ctl(poller, .add, ends.readEnd, .in) }
        expectEqual(
          error.map { "\($0)" },
          "epoll_ctl(epfd: \(poller.descriptor.rawValue), op: EPOLL_CTL_ADD, fd: \(ends.readEnd.rawValue), "
            + "events: EPOLLIN): file exists (EEXIST)")
        expectErrno(.noSuchFileOrDirectory) { try epoll_ctl(poller, .modify, ends.writeEnd, .out) }
        expectErrno(.noSuchFileOrDirectory) { try epoll_ctl(poller, .delete, ends.writeEnd) }
        expectErrno(.notPermitted) { try epoll_ctl(poller, .add, open("/etc/passwd"), .in) }
        expectErrno(.invalidArgument) { try epoll_ctl(poller, .add, poller, .in) }
        expectErrno(.badFileDescriptor) { try epoll_ctl(poller, .add, FileDescriptor(rawValue: 987), .in) }
        expectErrno(.invalidArgument) { _ = try epoll_wait(poller, maxevents: 0) }
        let other = try epoll_create1()
        try epoll_ctl(poller, .add, other, .in)
        expectErrno(.tooManySymbolicLinkLevels) { try epoll_ctl(other, .add, poller, .in) }
      }
    }
  }

  @Test func epollEndsWithItsTimeInSpiteOfASignal() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try inChild {
          signal(SIGALRM) { _ in }
          let poller = try epoll_create1()
          var timer = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: 0, tv_usec: 1000))
          setitimer(0, &timer, nil)  // ITIMER_REAL
          let start = ContinuousClock.now
          expectEqual(try epoll_wait(poller, timeout: .milliseconds(40)), [])
          expectEqual(ContinuousClock.now - start >= .milliseconds(40), true)
        }
      }
    }
  }

  @Test(.requires(.kernel(5, 11)))
  func epollPwait2WaitsWithAMask() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try inChild {
          signal(SIGALRM) { _ in }
          try sigprocmask(.block, [.alrm])
          let poller = try epoll_create1()
          let ends = try pipe()
          try epoll_ctl(poller, .add, ends.readEnd, .in, data: 3)
          expectEqual(try epoll_pwait2(poller, timeout: .microseconds(100)), [])
          try kill(getpid(), .alrm)
          let error = expectErrno(.interrupted) {
            _ = try epoll_pwait2(poller, timeout: .seconds(100), sigmask: [])
          }
          expectContains(error.map { "\($0)" }, "maxevents: 64, timeout: 100.0 seconds)")
          try ends.writeEnd.write("x")
          expectEqual(try epoll_pwait2(poller), [EpollEvent(.in, data: 3)])
        }
      }
    }
  }
}

import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("Sockets: socketpair, sendmsg, recvmsg, SCM_RIGHTS, SCM_CREDENTIALS, SCM_PIDFD", .requires(.root))
struct SocketTests {
  @Test func messagesStayWholeAndTheEndIsTold() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        var pair = try socketpair()
        expectEqual(try isCloseOnExec(pair.first), true)
        expectEqual(try sendmsg(pair.first, "one".utf8), 3)
        try sendmsg(pair.first, "and two".utf8)
        let one = try recvmsg(pair.second, upTo: 100)
        expectEqual(one.bytes, Array("one".utf8))
        expectEqual(one.credentials, nil)
        expectEqual(isNone(one.pidfd), true)
        expectEqual(one.descriptors.count, 0)
        let two = try recvmsg(pair.second, upTo: 3)
        expectEqual(two.bytes, Array("and".utf8))
        expectEqual(two.flags.contains(.trunc), true)
        expectErrno(.resourceTemporarilyUnavailable) { _ = try recvmsg(pair.second, upTo: 3, .dontWait) }
        try sendmsg(pair.first, "twelve bytes".utf8)
        expectEqual(try recvmsg(pair.second, upTo: 6, [.peek, .trunc]).bytes, Array("twelve".utf8))
        expectEqual(try recvmsg(pair.second, upTo: 100).bytes.count, 12)
        pair.closeFirst()
        expectEqual(try recvmsg(pair.second, upTo: 100).bytes, [])
        // And no SIGPIPE, which would end this process.
        let error = expectErrno(.brokenPipe) { try sendmsg(pair.second, [1]) }
        expectEqual(
          error.map { "\($0)" },
          "sendmsg(sockfd: \(pair.second.rawValue), count: 1, SCM_RIGHTS: [], flags: MSG_NOSIGNAL): "
            + "broken pipe (EPIPE)")
      }
    }
  }

  @Test func descriptorsGoThroughASocket() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try writeFile("/tmp/f", "of the sender")
        let pair = try socketpair()
        let child = try fork { try sendmsg(pair.first, "f".utf8, descriptor: open("/tmp/f")) }
        var message = try recvmsg(pair.second, upTo: 10, descriptors: 1)
        expectEqual(try waitpid(child), .exited(0))
        expectEqual(message.flags, [])
        let file = try unwrap(message.descriptors.takeFirst())
        expectEqual(isNone(message.descriptors.takeFirst()), true)
        expectEqual(try isCloseOnExec(file), true)
        expectEqual(try file.read(upTo: 100), Array("of the sender".utf8))
      }
    }
  }

  @Test func whatIsNotTakenIsClosed() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        // A child has one thread: nobody else opens descriptors.
        try inChild {
          let pair = try socketpair(.stream)
          let ends = try pipe()
          let three = [
            ends.readEnd.fileDescriptor, ends.writeEnd.fileDescriptor, ends.writeEnd.fileDescriptor,
          ]
          let before = try openDescriptors()
          for room in [0, 1, 2, 3, 9] {
            try sendmsg(pair.first, "x".utf8, descriptors: three)
            do {
              let message = try recvmsg(pair.second, upTo: 1, descriptors: room)
              expectEqual(message.descriptors.count, min(room, 3))
              expectEqual(message.flags, room < 3 ? .ctrunc : [])
              expectEqual(try openDescriptors(), before + min(room, 3))
            }
            expectEqual(try openDescriptors(), before)
          }
          let many = Array(repeating: ends.readEnd.fileDescriptor, count: 254)
          expectErrno(.invalidArgument) { try sendmsg(pair.first, "x".utf8, descriptors: many) }
          try sendmsg(pair.first, "x".utf8, descriptors: Array(many.dropLast()))
          expectEqual(try recvmsg(pair.second, upTo: 1, descriptors: 253).descriptors.count, 253)
          expectErrno(.badFileDescriptor) {
            try sendmsg(pair.first, "x".utf8, descriptor: FileDescriptor(rawValue: 987))
          }
        }
      }
    }
  }

  @Test func theSenderIsKnown() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let pair = try socketpair()
        expectEqual(try getsockopt(pair.second, .passCred), false)
        try setsockopt(pair.second, .passCred, true)
        expectEqual(try getsockopt(pair.second, .passCred), true)
        let child = try fork { try sendmsg(pair.first, "x".utf8) }
        expectEqual(
          try recvmsg(pair.second, upTo: 1).credentials, SocketCredentials(pid: child, uid: 0, gid: 0))
        _ = try waitpid(child)

        // Root may say that it is somebody else, and others may not.
        let other = SocketCredentials(pid: getpid(), uid: 7, gid: 8)
        try sendmsg(pair.first, "x".utf8, credentials: other)
        expectEqual(try recvmsg(pair.second, upTo: 1).credentials, other)
        try inChild {
          try setresuid(9, 9, 9)
          expectErrno(.notPermitted) { try sendmsg(pair.first, "x".utf8, credentials: other) }
        }
        expectEqual(
          try getPeerCredentials(pair.first), SocketCredentials(pid: getpid(), uid: 0, gid: 0))
        expectEqual(try getPeerCredentials(socket(.stream)).pid, 0)
        let error = expectErrno(.notSocket) { try setsockopt(open("/dev/null"), .passCred, true) }
        expectContains(error.map { "\($0)" }, "optname: SO_PASSCRED, optval: true): ")
        expectErrno(.notSocket) { _ = try getPeerCredentials(open("/dev/null")) }
        expectErrno(.protocolNotAvailable) {
          _ = try getsockopt(pair.first, SocketOption(rawValue: 9999))
        }
      }
    }
  }

  @Test(.requires(.kernel(6, 5)))
  func thePIDFDOfTheSenderComes() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let pair = try socketpair()
        try setsockopt(pair.second, .passPIDFD, true)
        try setsockopt(pair.second, .passCred, true)
        var wait = try pipe()
        let child = try fork {
          wait.closeWriteEnd()
          try sendmsg(pair.first, "x".utf8, descriptor: wait.readEnd)
          _ = try wait.readEnd.read(upTo: 1)
          throw ExitStatus(4)
        }
        var message = try recvmsg(pair.second, upTo: 1, descriptors: 1)
        let pidfd = try unwrap(message.pidfd.take())
        expectEqual(message.credentials?.pid, child)
        expectEqual(message.descriptors.count, 1)
        expectEqual(try isCloseOnExec(pidfd), true)
        wait.closeWriteEnd()
        expectEqual(try waitid(pidfd)?.status, .exited(4))

        let peer = try getPeerPIDFD(pair.first)
        expectContains(
          try readFile("/proc/thread-self/fdinfo/\(peer.descriptor.rawValue)"), "Pid:\t\(getpid())\n")
        expectErrno(.noData) { _ = try getPeerPIDFD(socket(.stream)) }
      }
    }
  }

  @Test(.requires(.kernel(6, 16)))
  func descriptorsCanBeRefused() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let pair = try socketpair()
        expectEqual(try getsockopt(pair.second, .passRights), true)
        try setsockopt(pair.second, .passRights, false)
        expectErrno(.notPermitted) { try sendmsg(pair.first, "x".utf8, descriptor: pair.first) }
        try sendmsg(pair.first, "x".utf8)
      }
    }
  }

  @Test func aServerListensAtAPathAndAtAName() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        for address in [UnixAddress.path("/tmp/socket"), .abstract("cooper-test-\(getpid())")] {
          let server = try socket(.sequencedPacket)
          expectErrno(.connectionRefusedOrMissing(address)) {
            try connect(socket(.sequencedPacket), address)
          }
          expectErrno(.invalidArgument) { try listen(server) }
          try bind(server, address)
          expectErrno(.addressInUse) { try bind(socket(.sequencedPacket), address) }
          expectErrno(.connectionRefused) { try connect(socket(.sequencedPacket), address) }
          expectErrno(.invalidArgument) { _ = try accept4(server) }
          try listen(server, backlog: 3)
          // A name is another one for another type.
          let wrong: Errno = "\(address)".contains("@") ? .connectionRefused : .protocolWrongTypeForSocket
          expectErrno(wrong) { try connect(socket(.stream), address) }
          let client = try socket(.sequencedPacket)
          try connect(client, address)
          let accepted = try accept4(server, .nonBlock)
          expectEqual(try isCloseOnExec(accepted), true)
          expectErrno(.resourceTemporarilyUnavailable) { _ = try recvmsg(accepted, upTo: 1) }
          try sendmsg(client, "hello".utf8)
          expectEqual(try recvmsg(accepted, upTo: 10).bytes, Array("hello".utf8))
          expectEqual(try getPeerCredentials(accepted).pid, getpid())
        }
        let long = String(repeating: "x", count: 108)
        let error = expectErrno(.fileNameTooLong) { try bind(socket(.stream), .abstract(long)) }
        expectContains(error.map { "\($0)" }, "addr: \"@xxx")
        expectErrno(.fileNameTooLong) { try connect(socket(.stream), .path("/tmp/\(long)")) }
        try bind(socket(.stream), .abstract(String(long.dropLast())))
        expectErrno(.noSuchFileOrDirectory) { try bind(socket(.stream), .path("")) }
        expectErrno(.notSupportedOnSocket) { try listen(socket(.datagram)) }
      }
    }
  }

  @Test func socketsFailAtTheLimit() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        var limit = rlimit(rlim_cur: 3, rlim_max: 3)
        try inChild {
          setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
          let error = expectErrno(.tooManyOpenFiles) { _ = try socketpair(.datagram, .nonBlock) }
          expectEqual(
            error.map { "\($0)" },
            "socketpair(type: SOCK_DGRAM, flags: SOCK_NONBLOCK): too many open files (EMFILE)")
          expectErrno(.tooManyOpenFiles) { _ = try socket(.stream) }
          expectErrno(.tooManyOpenFiles) { _ = try epoll_create1() }
          expectErrno(.tooManyOpenFiles) { _ = try signalfd([.usr1]) }
          expectErrno(.tooManyOpenFiles) { _ = try dup(.standardError) }
        }
      }
    }
  }

  @Test func oneEndIsTaken() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        // A child has one thread: nobody else opens descriptors.
        try inChild {
          let before = try openDescriptors()
          let first = try socketpair().takeFirst()
          expectEqual(try openDescriptors(), before + 1)
          expectErrno(.brokenPipe) { try sendmsg(first, [1]) }
          let second = try socketpair().takeSecond()
          let readEnd = try pipe().takeReadEnd()
          let writeEnd = try pipe().takeWriteEnd()
          expectEqual(try openDescriptors(), before + 4)
          expectEqual(try readEnd.read(upTo: 1), [])
          expectEqual(try getStatusFlags(writeEnd), .writeOnly)
          expectEqual(try getStatusFlags(second), .readWrite)
        }
      }
    }
  }
}

extension Errno {
  /// A path that isn't there is one error, a name that nobody has another.
  fileprivate static func connectionRefusedOrMissing(_ address: UnixAddress) -> Errno {
    if case .path = address { .noSuchFileOrDirectory } else { .connectionRefused }
  }
}

/// How many descriptors this process has open.
private func openDescriptors() throws -> Int {
  var count = 0
  for number in 0..<1024 where fcntl(CInt(number), F_GETFD) >= 0 { count += 1 }
  return count
}

private func isNone<T: ~Copyable>(_ value: borrowing T?) -> Bool {
  switch value {
  case .none: true
  case .some: false
  }
}

/// `#require` takes nothing that is owned.
private func unwrap<T: ~Copyable>(_ value: consuming T?) throws -> T {
  guard let value else { throw Errno.noData }
  return value
}

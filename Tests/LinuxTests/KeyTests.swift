import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("keyctl, add_key", .requires(.root), .requires(.keys))
struct KeyTests {
  @Test func aSessionKeyringIsJoined() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try inChild {
          let first = try Keyctl.joinSessionKeyring()
          expectEqual(try Keyctl.getKeyringID(.sessionKeyring), first)
          let described = try Keyctl.describe(.sessionKeyring)
          expectEqual(described.type, "keyring")
          expectEqual(described.description, "_ses")
          expectEqual(described.uid, 0)
          expectEqual(described.gid, 0)
          expectEqual(described.permissions.contains(.possessorAll), true)
          expectEqual(described.permissions.isDisjoint(with: .otherAll), true)

          let key = try add_key("user", "cooper:a;b", "secret".utf8, .sessionKeyring)
          // From another keyring it is out of reach, though it is there.
          try inChild {
            try Keyctl.joinSessionKeyring()
            expectErrno(.noKey) { _ = try Keyctl.search(.sessionKeyring, "user", "cooper:a;b") }
            expectErrno(.permissionDenied) { _ = try Keyctl.read(key) }
          }
          expectEqual(try Keyctl.read(key), Array("secret".utf8))
          let second = try Keyctl.joinSessionKeyring("cooper-\(getpid())")
          expectEqual(second == first, false)
          expectEqual(try Keyctl.describe(second).description, "cooper-\(getpid())")
          // Its owner may join it when he may search it.
          try inChild { expectEqual(try Keyctl.joinSessionKeyring("cooper-\(getppid())") == second, false) }
          try Keyctl.setPermissions(second, [.possessorAll, .userView, .userSearch, .userLink])
          try inChild { expectEqual(try Keyctl.joinSessionKeyring("cooper-\(getppid())"), second) }
          try inChild {
            try Keyctl.joinSessionKeyring()
            expectEqual(try Keyctl.joinSessionKeyring("cooper-\(getppid())"), second)
          }
          let error = expectErrno(.notPermitted) { try Keyctl.joinSessionKeyring(".hidden") }
          expectEqual(
            error.map { "\($0)" },
            "keyctl(operation: KEYCTL_JOIN_SESSION_KEYRING, name: \".hidden\"): "
              + "operation not permitted (EPERM)")
        }
      }
    }
  }

  @Test func aKeyIsMadeReadAndRemoved() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try inChild {
          let ring = try Keyctl.joinSessionKeyring()
          let payload = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
          let key = try add_key("user", "cooper:a;b", payload, ring)
          expectEqual(try Keyctl.read(key), payload)
          expectEqual(try Keyctl.describe(key).description, "cooper:a;b")
          expectEqual(try Keyctl.search(.sessionKeyring, "user", "cooper:a;b"), key)
          expectEqual(try add_key("user", "cooper:a;b", [1], ring), key)
          expectEqual(try Keyctl.read(key), [1])
          let inner = try add_key("keyring", "inner", [], ring)
          try Keyctl.link(key, into: inner)
          expectEqual(try Keyctl.read(inner).count, 4)
          try Keyctl.unlink(key, from: inner)
          expectErrno(.noSuchFileOrDirectory) { try Keyctl.unlink(key, from: inner) }
          expectErrno(.resourceDeadlockAvoided) { try Keyctl.link(ring, into: inner) }
          try Keyctl.link(key, into: inner)
          try Keyctl.clear(inner)
          expectEqual(try Keyctl.read(inner), [])
          expectErrno(.notDirectory) { try Keyctl.clear(key) }
          try Keyctl.invalidate(key)
          expectErrno(.noKey) { _ = try Keyctl.describe(key) }
          try Keyctl.revoke(inner)
          expectErrno(.keyRevoked) { _ = try Keyctl.read(inner) }
          expectErrno(.keyRevoked) { try Keyctl.link(inner, into: ring) }
        }
      }
    }
  }

  @Test func ownersPermissionsAndTimes() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try inChild {
          let ring = try Keyctl.joinSessionKeyring()
          let key = try add_key("user", "cooper", "x".utf8, ring)
          let permissions: KeyPermissions = [.possessorAll, .userView, .otherView]
          try Keyctl.setPermissions(key, permissions)
          expectEqual(try Keyctl.describe(key).permissions, permissions)
          try Keyctl.chown(key, nil, 8)
          expectEqual(try Keyctl.describe(key).gid, 8)
          try Keyctl.chown(key, 7, nil)
          expectEqual(try Keyctl.describe(key).uid, 7)
          expectEqual(try Keyctl.describe(key).gid, 8)
          try Keyctl.setTimeout(key, seconds: 1000)
          expectErrno(.invalidArgument) {
            try Keyctl.setPermissions(key, KeyPermissions(rawValue: 0xffff_ffff))
          }
          try Keyctl.setPermissions(key, [.otherView, .possessorView])
          let error = expectErrno(.permissionDenied) { try Keyctl.setTimeout(key, seconds: 9) }
          expectContains(error.map { "\($0)" }, "operation: KEYCTL_SET_TIMEOUT, key: \(key), arg3: 9): ")
          expectErrno(.permissionDenied) { try Keyctl.link(key, into: ring) }
          expectErrno(.permissionDenied) { _ = try Keyctl.read(key) }
          expectErrno(.permissionDenied) { try Keyctl.revoke(key) }
          expectErrno(.permissionDenied) { try Keyctl.invalidate(key) }
          try Keyctl.unlink(key, from: ring)
        }
      }
    }
  }

  @Test func keyctlSaysWhatFailed() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try inChild {
          try Keyctl.joinSessionKeyring()
          expectErrno(.noKey) { _ = try Keyctl.getKeyringID(.threadKeyring) }
          _ = try Keyctl.getKeyringID(.threadKeyring, create: true)
          _ = try Keyctl.getKeyringID(.threadKeyring)
          let error = expectErrno(.noKey) { _ = try Keyctl.describe(.processKeyring) }
          expectEqual(
            error.map { "\($0)" },
            "keyctl(operation: KEYCTL_DESCRIBE, key: KEY_SPEC_PROCESS_KEYRING): "
              + "required key not available (ENOKEY)")
          expectErrno(.operationNotSupportedByDevice) {
            try add_key("no such type", "x", [], .sessionKeyring)
          }
          let secret = expectErrno(.invalidArgument) {
            try add_key("user", "x", [], .sessionKeyring)
          }
          expectContains(secret.map { "\($0)" }, "plen: 0, keyring: KEY_SPEC_SESSION_KEYRING)")
          expectErrno(.notSupported) { try keyctl(9999) }
          expectEqual(try keyctl(0, -3), Int(try Keyctl.getKeyringID(.sessionKeyring).rawValue))
          expectErrno(.noKey) { try Keyctl.chown(Key(rawValue: 2), 0, 0) }
        }
      }
    }
  }

  @Test func permissionsPrintTheirNames() {
    expectEqual("\(KeyPermissions([.possessorView, .otherSetAttr]))", "KEY_POS_VIEW | KEY_OTH_SETATTR")
    let all: KeyPermissions = [.possessorAll, .userAll, .groupAll, .otherAll]
    expectEqual(KeyPermissions.names.reduce(into: []) { $0.formUnion($1.flag) }, all)
    expectEqual(KeyPermissions.names.count, 24)
  }
}

extension Requirement {
  /// A kernel with keys, and no seccomp filter that hides them.
  static let keys = Requirement.kernel("keyctl") { (try? keyctl(0, -3)) != nil }
}

extension Errno {
  fileprivate static var noKey: Errno { Errno(rawValue: ENOKEY) }
  fileprivate static var keyRevoked: Errno { Errno(rawValue: EKEYREVOKED) }
  fileprivate static var resourceDeadlockAvoided: Errno { Errno(rawValue: Glibc.EDEADLK) }
}

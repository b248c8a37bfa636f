import CLinux

/// A user's number, uid_t.
public typealias UserID = UInt32

/// A group's number, gid_t.
public typealias GroupID = UInt32

/// The three user IDs of a thread.
public struct UserIDs: Hashable, Sendable {
  /// Who started it; who may send it signals.
  public var real: UserID
  /// Whose rights it has.
  public var effective: UserID
  /// What the effective ID may go back to.
  public var saved: UserID

  public init(real: UserID, effective: UserID, saved: UserID) {
    self.real = real
    self.effective = effective
    self.saved = saved
  }
}

/// The three group IDs of a thread.
public struct GroupIDs: Hashable, Sendable {
  public var real: GroupID
  public var effective: GroupID
  /// What the effective ID may go back to.
  public var saved: GroupID

  public init(real: GroupID, effective: GroupID, saved: GroupID) {
    self.real = real
    self.effective = effective
    self.saved = saved
  }
}

/// setresuid(ruid, euid, suid)
///
/// Sets the user IDs of the calling thread; nil leaves one as it is. glibc's function of this name sets them for
/// every thread of the process, the system call for one.
///
/// When the effective ID leaves 0, the kernel clears the effective capabilities, and the permitted and ambient ones
/// when none of the three is 0 any more, unless the securebits say otherwise; it also clears the signal of
/// PR_SET_PDEATHSIG and the dumpable flag.
///
///     try setgroups([])
///     try setresgid(1000, 1000, 1000)
///     try setresuid(1000, 1000, 1000)
///
/// - Throws: EPERM without CAP_SETUID, for an ID that is none of the three; EINVAL for one that the user namespace
///   has no mapping for; EAGAIN at RLIMIT_NPROC on old kernels.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/setresuid.2.html>
@available(*, noasync, message: "acts on the calling thread only")
public func setresuid(_ ruid: UserID?, _ euid: UserID?, _ suid: UserID?) throws(SystemCallError) {
  let result = systemCall(__NR_setresuid, orUnchanged(ruid), orUnchanged(euid), orUnchanged(suid))
  try check(
    result, "setresuid",
    ["ruid": orUnchanged(ruid), "euid": orUnchanged(euid), "suid": orUnchanged(suid)])
}

/// setresgid(rgid, egid, sgid)
///
/// Sets the group IDs of the calling thread; nil leaves one as it is. It goes before `setresuid`, which takes away
/// the right to it.
///
/// - Throws: EPERM without CAP_SETGID, for an ID that is none of the three; EINVAL for one that the user namespace
///   has no mapping for.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/setresuid.2.html>
@available(*, noasync, message: "acts on the calling thread only")
public func setresgid(_ rgid: GroupID?, _ egid: GroupID?, _ sgid: GroupID?) throws(SystemCallError) {
  let result = systemCall(__NR_setresgid, orUnchanged(rgid), orUnchanged(egid), orUnchanged(sgid))
  try check(
    result, "setresgid",
    ["rgid": orUnchanged(rgid), "egid": orUnchanged(egid), "sgid": orUnchanged(sgid)])
}

/// setuid(uid)
///
/// With CAP_SETUID it sets all three user IDs of the calling thread, for good; else the effective one, to the real or
/// the saved one. What that does to the capabilities: see ``setresuid(_:_:_:)``. A file that imports Glibc too means
/// Glibc's, which sets them for every thread of the process.
///
/// - Throws: EPERM without CAP_SETUID, for an ID that is neither; EINVAL for one that the user namespace has no mapping
///   for.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/setuid.2.html>
@available(*, noasync, message: "acts on the calling thread only")
@_disfavoredOverload public func setuid(_ uid: UserID) throws(SystemCallError) {
  try check(systemCall(__NR_setuid, Int(uid)), "setuid", ["uid": uid])
}

/// setgid(gid)
///
/// With CAP_SETGID it sets all three group IDs of the calling thread, for good; else the effective one, to the real or
/// the saved one. It goes before `setuid`, which takes away the right to it. A file that imports Glibc too means
/// Glibc's, which sets them for every thread of the process.
///
/// - Throws: EPERM without CAP_SETGID, for an ID that is neither; EINVAL for one that the user namespace has no mapping
///   for.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/setgid.2.html>
@available(*, noasync, message: "acts on the calling thread only")
@_disfavoredOverload public func setgid(_ gid: GroupID) throws(SystemCallError) {
  try check(systemCall(__NR_setgid, Int(gid)), "setgid", ["gid": gid])
}

/// setgroups(size, list)
///
/// Sets the supplementary groups of the calling thread.
///
/// - Parameter list: at most 65,536; empty for none.
/// - Throws: EPERM without CAP_SETGID, and in a user namespace whose /proc/PID/setgroups says "deny" or that has no
///   gid_map yet; EINVAL for too many, and for one without a mapping.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/setgroups.2.html>
@available(*, noasync, message: "acts on the calling thread only")
public func setgroups(_ list: [GroupID]) throws(SystemCallError) {
  let result = list.withUnsafeBytes { systemCall(__NR_setgroups, list.count, address($0.baseAddress)) }
  try check(result, "setgroups", ["list": list])
}

/// getresuid(&ruid, &euid, &suid)
///
/// - Returns: the user IDs of the calling thread, in its user namespace; 65534 for one without a mapping.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/getresuid.2.html>
public func getresuid() -> UserIDs {
  let ids = threeNumbers(__NR_getresuid)
  return UserIDs(real: ids.0, effective: ids.1, saved: ids.2)
}

/// getresgid(&rgid, &egid, &sgid)
///
/// - Returns: the group IDs of the calling thread, in its user namespace; 65534 for one without a mapping.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/getresuid.2.html>
public func getresgid() -> GroupIDs {
  let ids = threeNumbers(__NR_getresgid)
  return GroupIDs(real: ids.0, effective: ids.1, saved: ids.2)
}

/// getgroups(size, list)
///
/// - Returns: the supplementary groups of the calling thread, in ascending order.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/getgroups.2.html>
public func getgroups() throws(SystemCallError) -> [GroupID] {
  let count = try check(systemCall(__NR_getgroups), "getgroups")
  var result = 0
  let groups = [GroupID](unsafeUninitializedCapacity: count) { buffer, filled in
    result = systemCall(__NR_getgroups, count, address(buffer.baseAddress))
    filled = max(result, 0)
  }
  try check(result, "getgroups", ["size": count])
  return groups
}

// These four never fail, and give what Glibc's of the same names give. In a file that imports both, a name must
// not become ambiguous, so Glibc's go first there.

/// getuid(): the real user ID.
@_disfavoredOverload public func getuid() -> UserID { UserID(systemCall(__NR_getuid)) }

/// geteuid(): the effective user ID.
@_disfavoredOverload public func geteuid() -> UserID { UserID(systemCall(__NR_geteuid)) }

/// getgid(): the real group ID.
@_disfavoredOverload public func getgid() -> GroupID { GroupID(systemCall(__NR_getgid)) }

/// getegid(): the effective group ID.
@_disfavoredOverload public func getegid() -> GroupID { GroupID(systemCall(__NR_getegid)) }

/// (uid_t)-1, which leaves an ID as it is.
private func orUnchanged(_ id: UInt32?) -> Int { id.map(Int.init) ?? -1 }

private func threeNumbers(_ call: some BinaryInteger) -> (UInt32, UInt32, UInt32) {
  var ids: (UInt32, UInt32, UInt32) = (0, 0, 0)
  withUnsafeMutableBytes(of: &ids) { buffer in
    let first = address(buffer.baseAddress)
    _ = systemCall(call, first, first + 4, first + 8)
  }
  return ids
}

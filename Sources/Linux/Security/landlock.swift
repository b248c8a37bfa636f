import CLinux
import SystemPackage

/// Rules of landlock that can still be added to.
public struct LandlockRuleset: ~Copyable, Sendable, DescriptorLike {
  public let descriptor: Descriptor
  public init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  public var fileDescriptor: FileDescriptor { descriptor.fileDescriptor }
}

/// landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION)
///
/// - Returns: the ABI of the running kernel: 1 is Linux 5.13, 2 is 5.19, 3 is 6.2, 4 is 6.7, 5 is 6.10, 6 is 6.12 and
///   7 is 6.15.
/// - Throws: ENOSYS without landlock in the kernel; EOPNOTSUPP where it was switched off at boot.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/landlock_create_ruleset.2.html>
public func landlock_abi_version() throws(SystemCallError) -> Int {
  let version = systemCall(__NR_landlock_create_ruleset, 0, 0, LINUX_LANDLOCK_CREATE_RULESET_VERSION)
  let flags: StaticString = "LANDLOCK_CREATE_RULESET_VERSION"
  return try check(
    version, "landlock_create_ruleset", ["attr": nil, "flags": flags], needs: KernelVersion(5, 13))
}

/// landlock_create_ruleset(&attr, sizeof(attr), 0)
///
/// Makes a ruleset that will forbid what is named here, except where a rule allows it.
///
///     let ruleset = try landlock_create_ruleset(.known(toABI: landlock_abi_version()))
///     try landlock_add_rule(ruleset, beneath: "/usr", [.execute, .readFile, .readDir])
///     try Prctl.setNoNewPrivs()
///     try landlock_restrict_self(ruleset)
///
/// - Throws: EINVAL for a right that the kernel doesn't know; E2BIG for ports or scopes on a kernel that knows none;
///   ENOMSG for nothing at all; ENOSYS and EOPNOTSUPP without landlock.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/landlock_create_ruleset.2.html>
public func landlock_create_ruleset(
  _ files: LandlockFSAccess, ports: LandlockNetAccess = [], scopes: LandlockScopes = []
) throws(SystemCallError) -> LandlockRuleset {
  var attribute = clinux_landlock_ruleset_attr(
    handled_access_fs: files.rawValue, handled_access_net: ports.rawValue, scoped: scopes.rawValue)
  let size = MemoryLayout<clinux_landlock_ruleset_attr>.size
  let result = withUnsafeMutablePointer(to: &attribute) {
    systemCall(__NR_landlock_create_ruleset, address($0), size, 0)
  }
  try check(
    result, "landlock_create_ruleset",
    ["handled_access_fs": files, "handled_access_net": ports, "scoped": scopes],
    needs: KernelVersion(5, 13))
  return LandlockRuleset(Descriptor(owning: CInt(result)))
}

/// landlock_add_rule(ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0)
///
/// Allows these rights on what lies beneath a directory, or on a file.
///
/// - Parameter parent: opened with O_PATH, or for reading.
/// - Throws: EINVAL for a right that the ruleset doesn't handle, and for one of directories on a file; ENOMSG for no
///   right; EBADFD for a descriptor without a path (a pipe); EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/landlock_add_rule.2.html>
public func landlock_add_rule(
  _ ruleset: borrowing LandlockRuleset, beneath parent: borrowing some DescriptorLike & ~Copyable,
  _ allowed: LandlockFSAccess
) throws(SystemCallError) {
  let number = ruleset.number
  let parentNumber = parent.number
  var rule = clinux_landlock_path_beneath_attr(
    allowed_access: allowed.rawValue, parent_fd: Int32(parentNumber))
  let result = withUnsafeMutablePointer(to: &rule) {
    systemCall(
      __NR_landlock_add_rule, number, LINUX_LANDLOCK_RULE_PATH_BENEATH, address(UnsafeRawPointer($0)))
  }
  try check(
    result, "landlock_add_rule",
    ["ruleset": number, "parent_fd": parentNumber, "allowed_access": allowed], needs: KernelVersion(5, 13))
}

/// open(parent, O_PATH | O_CLOEXEC) and landlock_add_rule(ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0)
///
/// - Throws: the errors of open(2), and those of the function that takes a descriptor.
public func landlock_add_rule(
  _ ruleset: borrowing LandlockRuleset, beneath parent: some PathLike, _ allowed: LandlockFSAccess
) throws(SystemCallError) {
  let flags = LINUX_O_PATH | LINUX_O_CLOEXEC
  let result = parent._withAddress { systemCall(__NR_openat, LINUX_AT_FDCWD, $0, flags) }
  let directory = Descriptor(owning: CInt(try check(result, "open", ["path": parent])))
  try landlock_add_rule(ruleset, beneath: directory, allowed)
}

/// landlock_add_rule(ruleset, LANDLOCK_RULE_NET_PORT, &rule, 0)
///
/// Allows these rights on a TCP port. For `bindTCP` port 0 means every port that the kernel may choose itself.
/// Linux 6.7.
///
/// - Throws: EINVAL for a right that the ruleset doesn't handle, and before Linux 6.7; ENOMSG for no right;
///   EAFNOSUPPORT on a kernel without TCP.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/landlock_add_rule.2.html>
public func landlock_add_rule(
  _ ruleset: borrowing LandlockRuleset, port: UInt16, _ allowed: LandlockNetAccess
) throws(SystemCallError) {
  let number = ruleset.number
  var rule = clinux_landlock_net_port_attr(allowed_access: allowed.rawValue, port: UInt64(port))
  let result = withUnsafeMutablePointer(to: &rule) {
    systemCall(__NR_landlock_add_rule, number, LINUX_LANDLOCK_RULE_NET_PORT, address($0))
  }
  try check(
    result, "landlock_add_rule", ["ruleset": number, "port": port, "allowed_access": allowed],
    needs: KernelVersion(5, 13))
}

/// landlock_restrict_self(ruleset, flags)
///
/// Puts the calling thread, and its children, under the ruleset for ever, beside those that it is under already.
///
/// - Throws: EPERM without no_new_privs or CAP_SYS_ADMIN; E2BIG for the 17th; EINVAL for an unknown flag, and any
///   flag before Linux 6.15; EBADF, EBADFD.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/landlock_restrict_self.2.html>
@available(*, noasync, message: "acts on the calling thread only")
public func landlock_restrict_self(_ ruleset: borrowing LandlockRuleset, _ flags: LandlockRestrictFlags = [])
  throws(SystemCallError)
{
  let number = ruleset.number
  let result = systemCall(__NR_landlock_restrict_self, number, Int(flags.rawValue))
  try check(
    result, "landlock_restrict_self", ["ruleset": number, "flags": flags], needs: KernelVersion(5, 13))
}

import CLinux

/// sethostname(name, len)
///
/// Sets the host name of the caller's UTS namespace: at most 64 bytes.
///
/// - Throws: EPERM without CAP_SYS_ADMIN in the user namespace that owns the UTS namespace; EINVAL when it is
///   too long, or has a NUL byte inside.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/sethostname.2.html>
public func sethostname(_ name: String) throws(SystemCallError) {
  let length = name.utf8.count
  let result = withCStrings(name) { systemCall(__NR_sethostname, $0, length) }
  try check(result, "sethostname", ["name": name])
}

/// setdomainname(name, len)
///
/// Sets the NIS domain name of the caller's UTS namespace: at most 64 bytes.
///
/// - Throws: as `sethostname`.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/setdomainname.2.html>
public func setdomainname(_ name: String) throws(SystemCallError) {
  let length = name.utf8.count
  let result = withCStrings(name) { systemCall(__NR_setdomainname, $0, length) }
  try check(result, "setdomainname", ["name": name])
}

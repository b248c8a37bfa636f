import CLinux
import SystemPackage

/// keyctl(operation, arg2, arg3, arg4, arg5)
///
/// The raw call, for an operation that ``Keyctl`` has no function for.
///
///     try keyctl(18)  // KEYCTL_SESSION_TO_PARENT
///
/// - Throws: EOPNOTSUPP for an unknown operation; ENOSYS where the kernel is built without keys.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/keyctl.2.html>
@discardableResult
public func keyctl(
  _ operation: Int32, _ arg2: Int = 0, _ arg3: Int = 0, _ arg4: Int = 0, _ arg5: Int = 0
) throws(SystemCallError) -> Int {
  try check(
    systemCall(__NR_keyctl, Int(operation), arg2, arg3, arg4, arg5), "keyctl",
    ["operation": operation, "arg2": arg2, "arg3": arg3, "arg4": arg4, "arg5": arg5])
}

/// keyctl(2) by its operations, each with types of its own.
///
/// Each throws ENOSYS where the kernel is built without keys, and many a container's seccomp filter gives EPERM for
/// all of them. ENOKEY, EKEYEXPIRED and EKEYREVOKED tell of a key that isn't there any more, EACCES that its
/// permissions don't allow it.
///
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/keyctl.2.html>
public enum Keyctl {
  /// keyctl(KEYCTL_JOIN_SESSION_KEYRING, name)
  ///
  /// The calling thread's session keyring is another from now on, and that of what it executes: what a runtime does
  /// before a container's process starts, so that it can't use the keys of whoever started it.
  ///
  ///     try Keyctl.joinSessionKeyring("_ses.cask")
  ///
  /// - Parameter name: nil for a new keyring without a name; otherwise one that is there and that the caller may
  ///   search is joined, and if there is none it is made. A new one doesn't let its owner search it (`userSearch`).
  /// - Returns: the keyring.
  /// - Throws: EPERM for a name that begins with a full stop; EDQUOT at the user's limit; EACCES, ENOMEM.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/keyctl_join_session_keyring.3.html>
  @available(*, noasync, message: "acts on the calling thread only")
  @discardableResult
  public static func joinSessionKeyring(_ name: String? = nil) throws(SystemCallError) -> Key {
    let operation = Int(LINUX_KEYCTL_JOIN_SESSION_KEYRING)
    let result = withCStrings(name) { systemCall(__NR_keyctl, operation, $0) }
    try check(result, "keyctl", ["operation": Bare("KEYCTL_JOIN_SESSION_KEYRING"), "name": name])
    // The kernel gives 0 where the keyring of this name is the caller's already.
    return result == 0 ? try getKeyringID(.sessionKeyring) : Key(rawValue: Int32(result))
  }

  /// keyctl(KEYCTL_GET_KEYRING_ID, key, create)
  ///
  /// - Parameter create: make it where there is none.
  /// - Returns: the serial number that a name stands for; a serial number itself where the caller may find it.
  /// - Throws: ENOKEY where there is none; EDQUOT at the user's limit.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/keyctl_get_keyring_ID.3.html>
  public static func getKeyringID(_ key: Key, create: Bool = false) throws(SystemCallError) -> Key {
    let number = Int(LINUX_KEYCTL_GET_KEYRING_ID)
    let result = try operation(number, "KEYCTL_GET_KEYRING_ID", key, Int(create ? 1 : 0))
    return Key(rawValue: Int32(result))
  }

  /// keyctl(KEYCTL_DESCRIBE, key, buffer, length)
  ///
  /// - Throws: EACCES without the permission to view it.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/keyctl_describe.3.html>
  public static func describe(_ key: Key) throws(SystemCallError) -> KeyDescription {
    let bytes = try wholeText(Int(LINUX_KEYCTL_DESCRIBE), "KEYCTL_DESCRIBE", key)
    // The kernel's text ends with a NUL byte.
    guard let description = KeyDescription(text: String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
    else {
      throw SystemCallError(call: "keyctl", errno: .ioError, hint: "KEYCTL_DESCRIBE gave something else")
    }
    return description
  }

  /// keyctl(KEYCTL_READ, key, buffer, length)
  ///
  /// - Returns: the payload; of a keyring, four bytes for each key in it.
  /// - Throws: EACCES without the permission to read it; EOPNOTSUPP for a type that can't be read.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/keyctl_read.3.html>
  public static func read(_ key: Key) throws(SystemCallError) -> [UInt8] {
    try wholeText(Int(LINUX_KEYCTL_READ), "KEYCTL_READ", key)
  }

  /// keyctl(KEYCTL_SETPERM, key, perm)
  ///
  /// - Throws: EACCES for another's key without CAP_SYS_ADMIN; EINVAL for unknown bits.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/keyctl_setperm.3.html>
  public static func setPermissions(_ key: Key, _ permissions: KeyPermissions) throws(SystemCallError) {
    let (number, bits) = (Int(LINUX_KEYCTL_SETPERM), Int(permissions.rawValue))
    try operation(number, "KEYCTL_SETPERM", key, bits, shows: permissions)
  }

  /// keyctl(KEYCTL_CHOWN, key, uid, gid)
  ///
  /// - Parameters:
  ///   - uid: nil leaves it.
  ///   - gid: nil leaves it.
  /// - Throws: EACCES without CAP_SYS_ADMIN; EDQUOT at the new owner's limit; EINVAL for an id that isn't mapped.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/keyctl_chown.3.html>
  public static func chown(_ key: Key, _ uid: UserID?, _ gid: GroupID?) throws(SystemCallError) {
    let number = Int(LINUX_KEYCTL_CHOWN)
    let shown = Bare("\(uid.map(String.init) ?? "-1"):\(gid.map(String.init) ?? "-1")")
    try operation(number, "KEYCTL_CHOWN", key, Int(uid ?? .max), Int(gid ?? .max), shows: shown)
  }

  /// keyctl(KEYCTL_SEARCH, keyring, type, description, 0)
  ///
  /// - Returns: the first key of this type and name in the keyring, or in those that it holds.
  /// - Throws: ENOKEY; EACCES.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/keyctl_search.3.html>
  public static func search(
    _ keyring: Key, _ type: String, _ description: String
  ) throws(SystemCallError) -> Key {
    let result = withCStrings(type, description) {
      systemCall(__NR_keyctl, Int(LINUX_KEYCTL_SEARCH), Int(keyring.rawValue), $0, $1, 0)
    }
    try check(
      result, "keyctl",
      [
        "operation": Bare("KEYCTL_SEARCH"), "keyring": keyring, "type": type, "description": description,
      ])
    return Key(rawValue: Int32(result))
  }

  /// keyctl(KEYCTL_LINK, key, keyring)
  ///
  /// - Throws: EACCES; EDEADLK for a circle; ENFILE for a keyring that is full; EDQUOT.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/keyctl_link.3.html>
  public static func link(_ key: Key, into keyring: Key) throws(SystemCallError) {
    let (number, target) = (Int(LINUX_KEYCTL_LINK), Int(keyring.rawValue))
    try operation(number, "KEYCTL_LINK", key, target, shows: keyring)
  }

  /// keyctl(KEYCTL_UNLINK, key, keyring)
  ///
  /// A key that is in no keyring any more is gone.
  ///
  /// - Throws: ENOENT where it isn't in there; EACCES.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/keyctl_unlink.3.html>
  public static func unlink(_ key: Key, from keyring: Key) throws(SystemCallError) {
    let (number, target) = (Int(LINUX_KEYCTL_UNLINK), Int(keyring.rawValue))
    try operation(number, "KEYCTL_UNLINK", key, target, shows: keyring)
  }

  /// keyctl(KEYCTL_CLEAR, keyring)
  ///
  /// Takes everything out of a keyring.
  ///
  /// - Throws: ENOTDIR for another key; EACCES.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/keyctl_clear.3.html>
  public static func clear(_ keyring: Key) throws(SystemCallError) {
    try operation(Int(LINUX_KEYCTL_CLEAR), "KEYCTL_CLEAR", keyring)
  }

  /// keyctl(KEYCTL_REVOKE, key)
  ///
  /// Who uses it from now on gets EKEYREVOKED.
  ///
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/keyctl_revoke.3.html>
  public static func revoke(_ key: Key) throws(SystemCallError) {
    try operation(Int(LINUX_KEYCTL_REVOKE), "KEYCTL_REVOKE", key)
  }

  /// keyctl(KEYCTL_INVALIDATE, key)
  ///
  /// It is as if it weren't there from now on, and soon it isn't.
  ///
  /// - Throws: EACCES without the permission to search it.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/keyctl_invalidate.3.html>
  public static func invalidate(_ key: Key) throws(SystemCallError) {
    try operation(Int(LINUX_KEYCTL_INVALIDATE), "KEYCTL_INVALIDATE", key)
  }

  /// keyctl(KEYCTL_SET_TIMEOUT, key, seconds)
  ///
  /// - Parameter seconds: from now; 0 for no end.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/keyctl_set_timeout.3.html>
  public static func setTimeout(_ key: Key, seconds: UInt32) throws(SystemCallError) {
    let number = Int(LINUX_KEYCTL_SET_TIMEOUT)
    try operation(number, "KEYCTL_SET_TIMEOUT", key, Int(seconds), shows: seconds)
  }

  @discardableResult
  private static func operation(
    _ number: Int, _ name: StaticString, _ key: Key, _ arg3: Int = 0, _ arg4: Int = 0,
    shows argument: Any? = nil
  ) throws(SystemCallError) -> Int {
    let result = systemCall(__NR_keyctl, number, Int(key.rawValue), arg3, arg4)
    guard let argument else { return try check(result, "keyctl", ["operation": name, "key": key]) }
    return try check(result, "keyctl", ["operation": name, "key": key, "arg3": argument])
  }

  /// What an operation writes into a buffer: it gives the length of everything, also when that didn't fit.
  private static func wholeText(
    _ number: Int, _ name: StaticString, _ key: Key
  ) throws(SystemCallError) -> [UInt8] {
    var room = 256
    while true {
      var result = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
        result = systemCall(__NR_keyctl, number, Int(key.rawValue), address(buffer.baseAddress), room)
        filled = result >= 0 && result <= room ? result : 0
      }
      try check(result, "keyctl", ["operation": name, "key": key])
      if result <= room { return bytes }
      room = result
    }
  }
}

/// add_key(type, description, payload, length, keyring)
///
///     let key = try add_key("user", "cask:token", "secret".utf8, .processKeyring)
///
/// - Parameter type: "user", "logon" (which can't be read), "big_key"; "keyring", whose payload is empty.
/// - Returns: the new key; the one that was there, with the new payload, where the type and description are the same.
/// - Throws: EDQUOT at the user's limit; ENOKEY, EACCES for the keyring; ENODEV for an unknown type; EINVAL, EPERM for
///   a type that begins with a full stop; ENOSYS where the kernel is built without keys.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/add_key.2.html>
@discardableResult
public func add_key(
  _ type: String, _ description: String, _ payload: some Sequence<UInt8>, _ keyring: Key
) throws(SystemCallError) -> Key {
  let bytes = Array(payload)
  let result = bytes.withUnsafeBytes { bytes in
    withCStrings(type, description) {
      systemCall(
        __NR_add_key, $0, $1, bytes.isEmpty ? 0 : address(bytes.baseAddress), bytes.count,
        Int(keyring.rawValue))
    }
  }
  // The payload may be a secret: it isn't printed.
  try check(
    result, "add_key",
    ["type": type, "description": description, "plen": bytes.count, "keyring": keyring])
  return Key(rawValue: Int32(result))
}

import CLinux

/// A key's serial number, or one of the names that stand for the caller's own keyrings.
public struct Key: NamedValue {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Of the calling thread alone.
  public static let threadKeyring = Key(rawValue: Int32(LINUX_KEY_SPEC_THREAD_KEYRING))
  /// Of the process alone.
  public static let processKeyring = Key(rawValue: Int32(LINUX_KEY_SPEC_PROCESS_KEYRING))
  /// What a process, its children and what they execute have in common, until one joins another. A container that
  /// joins none can use the keys of whoever started it.
  public static let sessionKeyring = Key(rawValue: Int32(LINUX_KEY_SPEC_SESSION_KEYRING))
  /// Of the user.
  public static let userKeyring = Key(rawValue: Int32(LINUX_KEY_SPEC_USER_KEYRING))
  /// What stands in where there is no session keyring.
  public static let userSessionKeyring = Key(rawValue: Int32(LINUX_KEY_SPEC_USER_SESSION_KEYRING))

  public static var names: [(value: Key, name: String)] {
    [
      (.threadKeyring, "KEY_SPEC_THREAD_KEYRING"),
      (.processKeyring, "KEY_SPEC_PROCESS_KEYRING"),
      (.sessionKeyring, "KEY_SPEC_SESSION_KEYRING"),
      (.userKeyring, "KEY_SPEC_USER_KEYRING"),
      (.userSessionKeyring, "KEY_SPEC_USER_SESSION_KEYRING"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension Key {
  @available(*, unavailable, renamed: "threadKeyring")
  public static var KEY_SPEC_THREAD_KEYRING: Key { .threadKeyring }
  @available(*, unavailable, renamed: "processKeyring")
  public static var KEY_SPEC_PROCESS_KEYRING: Key { .processKeyring }
  @available(*, unavailable, renamed: "sessionKeyring")
  public static var KEY_SPEC_SESSION_KEYRING: Key { .sessionKeyring }
  @available(*, unavailable, renamed: "userKeyring")
  public static var KEY_SPEC_USER_KEYRING: Key { .userKeyring }
  @available(*, unavailable, renamed: "userSessionKeyring")
  public static var KEY_SPEC_USER_SESSION_KEYRING: Key { .userSessionKeyring }
}

/// What the kernel tells of a key.
public struct KeyDescription: Hashable, Sendable {
  /// "keyring", "user" and others.
  public let type: String
  public let uid: UserID
  public let gid: GroupID
  public let permissions: KeyPermissions
  /// Its name: "_ses" for a session keyring without one.
  public let description: String

  /// "type;uid;gid;perm;description", where the last may have semicolons.
  init?(text: String) {
    let fields = text.split(separator: ";", maxSplits: 4, omittingEmptySubsequences: false)
    guard fields.count == 5, let uid = Int32(fields[1]), let gid = Int32(fields[2]),
      let permissions = UInt32(fields[3], radix: 16)
    else { return nil }
    type = String(fields[0])
    self.uid = UserID(bitPattern: uid)
    self.gid = GroupID(bitPattern: gid)
    self.permissions = KeyPermissions(rawValue: permissions)
    description = String(fields[4])
  }
}

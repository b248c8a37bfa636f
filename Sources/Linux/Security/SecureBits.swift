import CLinux

/// How the kernel treats user 0 and capabilities. Each "locked" bit makes the one before it unchangeable, for ever
/// and for every descendant.
///
/// - SeeAlso: <https://man7.org/linux/man-pages/man7/capabilities.7.html>
public struct SecureBits: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// User 0 gets no capabilities at exec.
  public static let noRoot = SecureBits(rawValue: Int32(LINUX_SECBIT_NOROOT))
  public static let noRootLocked = SecureBits(rawValue: Int32(LINUX_SECBIT_NOROOT_LOCKED))
  /// A change of user IDs leaves the capabilities as they are.
  public static let noSetUIDFixup = SecureBits(rawValue: Int32(LINUX_SECBIT_NO_SETUID_FIXUP))
  public static let noSetUIDFixupLocked = SecureBits(rawValue: Int32(LINUX_SECBIT_NO_SETUID_FIXUP_LOCKED))
  /// The permitted set survives the change of all user IDs away from 0; cleared by exec.
  public static let keepCaps = SecureBits(rawValue: Int32(LINUX_SECBIT_KEEP_CAPS))
  public static let keepCapsLocked = SecureBits(rawValue: Int32(LINUX_SECBIT_KEEP_CAPS_LOCKED))
  /// Nothing can be added to the ambient set.
  public static let noCapAmbientRaise = SecureBits(rawValue: Int32(LINUX_SECBIT_NO_CAP_AMBIENT_RAISE))
  public static let noCapAmbientRaiseLocked = SecureBits(
    rawValue: Int32(LINUX_SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED))

  public static var names: [(flag: SecureBits, name: String)] {
    [
      (.noRoot, "SECBIT_NOROOT"),
      (.noRootLocked, "SECBIT_NOROOT_LOCKED"),
      (.noSetUIDFixup, "SECBIT_NO_SETUID_FIXUP"),
      (.noSetUIDFixupLocked, "SECBIT_NO_SETUID_FIXUP_LOCKED"),
      (.keepCaps, "SECBIT_KEEP_CAPS"),
      (.keepCapsLocked, "SECBIT_KEEP_CAPS_LOCKED"),
      (.noCapAmbientRaise, "SECBIT_NO_CAP_AMBIENT_RAISE"),
      (.noCapAmbientRaiseLocked, "SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension SecureBits {
  @available(*, unavailable, renamed: "noRoot")
  public static var SECBIT_NOROOT: SecureBits { .noRoot }
  @available(*, unavailable, renamed: "noRootLocked")
  public static var SECBIT_NOROOT_LOCKED: SecureBits { .noRootLocked }
  @available(*, unavailable, renamed: "noSetUIDFixup")
  public static var SECBIT_NO_SETUID_FIXUP: SecureBits { .noSetUIDFixup }
  @available(*, unavailable, renamed: "noSetUIDFixupLocked")
  public static var SECBIT_NO_SETUID_FIXUP_LOCKED: SecureBits { .noSetUIDFixupLocked }
  @available(*, unavailable, renamed: "keepCaps")
  public static var SECBIT_KEEP_CAPS: SecureBits { .keepCaps }
  @available(*, unavailable, renamed: "keepCapsLocked")
  public static var SECBIT_KEEP_CAPS_LOCKED: SecureBits { .keepCapsLocked }
  @available(*, unavailable, renamed: "noCapAmbientRaise")
  public static var SECBIT_NO_CAP_AMBIENT_RAISE: SecureBits { .noCapAmbientRaise }
  @available(*, unavailable, renamed: "noCapAmbientRaiseLocked")
  public static var SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED: SecureBits { .noCapAmbientRaiseLocked }
}

/// What may be done with a key: by whoever possesses it (reaches it through a keyring of their own), by its owner,
/// its group, and everybody else. The kernel's headers have no names for these; libkeyutils has.
public struct KeyPermissions: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// See type, description and owner.
  public static let possessorView = KeyPermissions(rawValue: 0x01000000)
  /// Read the payload, or a keyring's list.
  public static let possessorRead = KeyPermissions(rawValue: 0x02000000)
  /// Change the payload, or a keyring's list.
  public static let possessorWrite = KeyPermissions(rawValue: 0x04000000)
  /// Find it.
  public static let possessorSearch = KeyPermissions(rawValue: 0x08000000)
  /// Link it into keyrings.
  public static let possessorLink = KeyPermissions(rawValue: 0x10000000)
  /// Change owner, permissions and timeout.
  public static let possessorSetAttr = KeyPermissions(rawValue: 0x20000000)
  public static let userView = KeyPermissions(rawValue: 0x00010000)
  public static let userRead = KeyPermissions(rawValue: 0x00020000)
  public static let userWrite = KeyPermissions(rawValue: 0x00040000)
  public static let userSearch = KeyPermissions(rawValue: 0x00080000)
  public static let userLink = KeyPermissions(rawValue: 0x00100000)
  public static let userSetAttr = KeyPermissions(rawValue: 0x00200000)
  public static let groupView = KeyPermissions(rawValue: 0x00000100)
  public static let groupRead = KeyPermissions(rawValue: 0x00000200)
  public static let groupWrite = KeyPermissions(rawValue: 0x00000400)
  public static let groupSearch = KeyPermissions(rawValue: 0x00000800)
  public static let groupLink = KeyPermissions(rawValue: 0x00001000)
  public static let groupSetAttr = KeyPermissions(rawValue: 0x00002000)
  public static let otherView = KeyPermissions(rawValue: 0x00000001)
  public static let otherRead = KeyPermissions(rawValue: 0x00000002)
  public static let otherWrite = KeyPermissions(rawValue: 0x00000004)
  public static let otherSearch = KeyPermissions(rawValue: 0x00000008)
  public static let otherLink = KeyPermissions(rawValue: 0x00000010)
  public static let otherSetAttr = KeyPermissions(rawValue: 0x00000020)

  public static var names: [(flag: KeyPermissions, name: String)] {
    [
      (.possessorView, "KEY_POS_VIEW"),
      (.possessorRead, "KEY_POS_READ"),
      (.possessorWrite, "KEY_POS_WRITE"),
      (.possessorSearch, "KEY_POS_SEARCH"),
      (.possessorLink, "KEY_POS_LINK"),
      (.possessorSetAttr, "KEY_POS_SETATTR"),
      (.userView, "KEY_USR_VIEW"),
      (.userRead, "KEY_USR_READ"),
      (.userWrite, "KEY_USR_WRITE"),
      (.userSearch, "KEY_USR_SEARCH"),
      (.userLink, "KEY_USR_LINK"),
      (.userSetAttr, "KEY_USR_SETATTR"),
      (.groupView, "KEY_GRP_VIEW"),
      (.groupRead, "KEY_GRP_READ"),
      (.groupWrite, "KEY_GRP_WRITE"),
      (.groupSearch, "KEY_GRP_SEARCH"),
      (.groupLink, "KEY_GRP_LINK"),
      (.groupSetAttr, "KEY_GRP_SETATTR"),
      (.otherView, "KEY_OTH_VIEW"),
      (.otherRead, "KEY_OTH_READ"),
      (.otherWrite, "KEY_OTH_WRITE"),
      (.otherSearch, "KEY_OTH_SEARCH"),
      (.otherLink, "KEY_OTH_LINK"),
      (.otherSetAttr, "KEY_OTH_SETATTR"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension KeyPermissions {
  @available(*, unavailable, renamed: "possessorView")
  public static var KEY_POS_VIEW: KeyPermissions { .possessorView }
  @available(*, unavailable, renamed: "possessorRead")
  public static var KEY_POS_READ: KeyPermissions { .possessorRead }
  @available(*, unavailable, renamed: "possessorWrite")
  public static var KEY_POS_WRITE: KeyPermissions { .possessorWrite }
  @available(*, unavailable, renamed: "possessorSearch")
  public static var KEY_POS_SEARCH: KeyPermissions { .possessorSearch }
  @available(*, unavailable, renamed: "possessorLink")
  public static var KEY_POS_LINK: KeyPermissions { .possessorLink }
  @available(*, unavailable, renamed: "possessorSetAttr")
  public static var KEY_POS_SETATTR: KeyPermissions { .possessorSetAttr }
  @available(*, unavailable, renamed: "userView")
  public static var KEY_USR_VIEW: KeyPermissions { .userView }
  @available(*, unavailable, renamed: "userRead")
  public static var KEY_USR_READ: KeyPermissions { .userRead }
  @available(*, unavailable, renamed: "userWrite")
  public static var KEY_USR_WRITE: KeyPermissions { .userWrite }
  @available(*, unavailable, renamed: "userSearch")
  public static var KEY_USR_SEARCH: KeyPermissions { .userSearch }
  @available(*, unavailable, renamed: "userLink")
  public static var KEY_USR_LINK: KeyPermissions { .userLink }
  @available(*, unavailable, renamed: "userSetAttr")
  public static var KEY_USR_SETATTR: KeyPermissions { .userSetAttr }
  @available(*, unavailable, renamed: "groupView")
  public static var KEY_GRP_VIEW: KeyPermissions { .groupView }
  @available(*, unavailable, renamed: "groupRead")
  public static var KEY_GRP_READ: KeyPermissions { .groupRead }
  @available(*, unavailable, renamed: "groupWrite")
  public static var KEY_GRP_WRITE: KeyPermissions { .groupWrite }
  @available(*, unavailable, renamed: "groupSearch")
  public static var KEY_GRP_SEARCH: KeyPermissions { .groupSearch }
  @available(*, unavailable, renamed: "groupLink")
  public static var KEY_GRP_LINK: KeyPermissions { .groupLink }
  @available(*, unavailable, renamed: "groupSetAttr")
  public static var KEY_GRP_SETATTR: KeyPermissions { .groupSetAttr }
  @available(*, unavailable, renamed: "otherView")
  public static var KEY_OTH_VIEW: KeyPermissions { .otherView }
  @available(*, unavailable, renamed: "otherRead")
  public static var KEY_OTH_READ: KeyPermissions { .otherRead }
  @available(*, unavailable, renamed: "otherWrite")
  public static var KEY_OTH_WRITE: KeyPermissions { .otherWrite }
  @available(*, unavailable, renamed: "otherSearch")
  public static var KEY_OTH_SEARCH: KeyPermissions { .otherSearch }
  @available(*, unavailable, renamed: "otherLink")
  public static var KEY_OTH_LINK: KeyPermissions { .otherLink }
  @available(*, unavailable, renamed: "otherSetAttr")
  public static var KEY_OTH_SETATTR: KeyPermissions { .otherSetAttr }
}

extension KeyPermissions {
  /// KEY_POS_ALL
  public static let possessorAll = KeyPermissions(rawValue: 0x3f000000)
  /// KEY_USR_ALL
  public static let userAll = KeyPermissions(rawValue: 0x003f0000)
  /// KEY_GRP_ALL
  public static let groupAll = KeyPermissions(rawValue: 0x00003f00)
  /// KEY_OTH_ALL
  public static let otherAll = KeyPermissions(rawValue: 0x0000003f)
}

extension KeyPermissions {
  @available(*, unavailable, renamed: "possessorAll")
  public static var KEY_POS_ALL: KeyPermissions { .possessorAll }
  @available(*, unavailable, renamed: "userAll")
  public static var KEY_USR_ALL: KeyPermissions { .userAll }
  @available(*, unavailable, renamed: "groupAll")
  public static var KEY_GRP_ALL: KeyPermissions { .groupAll }
  @available(*, unavailable, renamed: "otherAll")
  public static var KEY_OTH_ALL: KeyPermissions { .otherAll }
}

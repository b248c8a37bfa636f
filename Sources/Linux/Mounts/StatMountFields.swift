import CLinux

/// What statmount(2) is asked for, and what it has given.
public struct StatMountFields: NamedFlags {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static let superblock = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_SB_BASIC))
  public static let mount = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_MNT_BASIC))
  public static let propagateFrom = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_PROPAGATE_FROM))
  public static let root = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_MNT_ROOT))
  public static let mountPoint = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_MNT_POINT))
  public static let filesystemType = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_FS_TYPE))
  /// Linux 6.11.
  public static let namespace = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_MNT_NS_ID))
  /// Linux 6.11.
  public static let options = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_MNT_OPTS))
  /// Linux 6.13.
  public static let filesystemSubtype = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_FS_SUBTYPE))
  /// Linux 6.13.
  public static let source = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_SB_SOURCE))
  /// Linux 6.13.
  public static let optionArray = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_OPT_ARRAY))
  /// Linux 6.13.
  public static let securityOptions = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_OPT_SEC_ARRAY))
  /// Linux 6.15.
  public static let supported = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_SUPPORTED_MASK))
  /// Linux 6.15.
  public static let uidMap = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_MNT_UIDMAP))
  /// Linux 6.15.
  public static let gidMap = StatMountFields(rawValue: UInt64(LINUX_STATMOUNT_MNT_GIDMAP))

  public static var names: [(flag: StatMountFields, name: String)] {
    [
      (.superblock, "STATMOUNT_SB_BASIC"),
      (.mount, "STATMOUNT_MNT_BASIC"),
      (.propagateFrom, "STATMOUNT_PROPAGATE_FROM"),
      (.root, "STATMOUNT_MNT_ROOT"),
      (.mountPoint, "STATMOUNT_MNT_POINT"),
      (.filesystemType, "STATMOUNT_FS_TYPE"),
      (.namespace, "STATMOUNT_MNT_NS_ID"),
      (.options, "STATMOUNT_MNT_OPTS"),
      (.filesystemSubtype, "STATMOUNT_FS_SUBTYPE"),
      (.source, "STATMOUNT_SB_SOURCE"),
      (.optionArray, "STATMOUNT_OPT_ARRAY"),
      (.securityOptions, "STATMOUNT_OPT_SEC_ARRAY"),
      (.supported, "STATMOUNT_SUPPORTED_MASK"),
      (.uidMap, "STATMOUNT_MNT_UIDMAP"),
      (.gidMap, "STATMOUNT_MNT_GIDMAP"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension StatMountFields {
  @available(*, unavailable, renamed: "superblock")
  public static var STATMOUNT_SB_BASIC: StatMountFields { .superblock }
  @available(*, unavailable, renamed: "mount")
  public static var STATMOUNT_MNT_BASIC: StatMountFields { .mount }
  @available(*, unavailable, renamed: "propagateFrom")
  public static var STATMOUNT_PROPAGATE_FROM: StatMountFields { .propagateFrom }
  @available(*, unavailable, renamed: "root")
  public static var STATMOUNT_MNT_ROOT: StatMountFields { .root }
  @available(*, unavailable, renamed: "mountPoint")
  public static var STATMOUNT_MNT_POINT: StatMountFields { .mountPoint }
  @available(*, unavailable, renamed: "filesystemType")
  public static var STATMOUNT_FS_TYPE: StatMountFields { .filesystemType }
  @available(*, unavailable, renamed: "namespace")
  public static var STATMOUNT_MNT_NS_ID: StatMountFields { .namespace }
  @available(*, unavailable, renamed: "options")
  public static var STATMOUNT_MNT_OPTS: StatMountFields { .options }
  @available(*, unavailable, renamed: "filesystemSubtype")
  public static var STATMOUNT_FS_SUBTYPE: StatMountFields { .filesystemSubtype }
  @available(*, unavailable, renamed: "source")
  public static var STATMOUNT_SB_SOURCE: StatMountFields { .source }
  @available(*, unavailable, renamed: "optionArray")
  public static var STATMOUNT_OPT_ARRAY: StatMountFields { .optionArray }
  @available(*, unavailable, renamed: "securityOptions")
  public static var STATMOUNT_OPT_SEC_ARRAY: StatMountFields { .securityOptions }
  @available(*, unavailable, renamed: "supported")
  public static var STATMOUNT_SUPPORTED_MASK: StatMountFields { .supported }
  @available(*, unavailable, renamed: "uidMap")
  public static var STATMOUNT_MNT_UIDMAP: StatMountFields { .uidMap }
  @available(*, unavailable, renamed: "gidMap")
  public static var STATMOUNT_MNT_GIDMAP: StatMountFields { .gidMap }
}

extension StatMountFields {
  /// Every field that this library knows. A kernel leaves out what it doesn't know.
  public static let all = StatMountFields(rawValue: names.reduce(0) { $0 | $1.flag.rawValue })
}

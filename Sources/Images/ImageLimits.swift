/// How much a tar may unpack to. The defaults are far above any root filesystem that people use; they end a tar that
/// was made to fill the disk.
public struct ImageLimits: Hashable, Sendable {
  /// Members: files, directories, links.
  public var members = 4_000_000
  /// Bytes of the tar, uncompressed. A hole in a sparse file takes none.
  public var bytes: UInt64 = 128 << 30
  /// Bytes of one member's path. The kernel takes no longer one.
  public var pathBytes = 4095

  public init() {}
}

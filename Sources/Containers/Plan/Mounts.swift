import Linux
import OCISpec

/// A new filesystem in the container.
public struct FilesystemMount: Hashable, Sendable {
  public var type: String
  public var source: String?
  public var path: String
  public var attributes: MountAttributes
  /// In this order; without a value a flag.
  public var options: [Option]
  /// What is changed once it is there.
  public var changes: [MountChange] = []
  /// Whether what the root has at that path is copied into it.
  public var copiesUp = false
  /// Whether its root directory gets the mode of the directory that it hides.
  public var takesMode = false

  public struct Option: Hashable, Sendable {
    public var key: String
    public var value: String?

    public init(_ key: String, _ value: String? = nil) {
      self.key = key
      self.value = value
    }
  }
}

/// A file or directory of the host in the container.
public struct BindMount: Hashable, Sendable {
  public var source: String
  public var path: String
  /// nil where only its turn shows what is there: of a source in the container's own root.
  public var kind: FileKind?
  /// Where a source in the container's own root is, from there.
  public var pathInRoot: String?
  public var isRecursive: Bool
  /// In this order.
  public var changes: [MountChange] = []
  /// Owners are shown through a map of ids.
  public var idMap: IDMap?

  /// - Parameter attributes: set on the mount, and on all below it where it is recursive.
  public init(
    source: String, path: String, kind: FileKind?, attributes: MountAttributes = [], isRecursive: Bool
  ) {
    self.source = source
    self.path = path
    self.kind = kind
    self.isRecursive = isRecursive
    if !attributes.isEmpty { changes = [MountChange(set: attributes, isRecursive: isRecursive)] }
  }
}

/// mount_setattr of a mount, or of all below it as well.
public struct MountChange: Hashable, Sendable {
  public var set: MountAttributes = []
  public var clear: MountAttributes = []
  public var propagation: MountPropagation?
  public var isRecursive = false
  /// What a user namespace keeps from being cleared stays.
  public var toleratesLocks = false

  public init(
    set: MountAttributes = [], clear: MountAttributes = [], propagation: MountPropagation? = nil,
    isRecursive: Bool = false, toleratesLocks: Bool = false
  ) {
    self.set = set
    self.clear = clear
    self.propagation = propagation
    self.isRecursive = isRecursive
    self.toleratesLocks = toleratesLocks
  }
}

/// Maps of ids as a mount shows them; without any those of the container's user namespace.
public struct IDMap: Hashable, Sendable {
  public var uids: [IDMapping]
  public var gids: [IDMapping]
  public var isRecursive: Bool
}

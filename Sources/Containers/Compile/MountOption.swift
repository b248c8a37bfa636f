import Linux

/// What one word among a mount's options means: the table of the specification. A word that isn't in it is the filesystem's.
enum MountOption: Hashable, Sendable {
  /// Flags of mount(2): of the mount, or of its filesystem.
  case flags(set: MountFlags, clear: MountFlags)
  /// The same of the mount and all below it.
  case recursive(set: MountFlags, clear: MountFlags)
  case propagation(MountPropagation, isRecursive: Bool)
  case bind(isRecursive: Bool)
  case idMap(isRecursive: Bool)
  case copyUp
  case nothing

  init?(_ name: String) {
    guard let option = Self.table[name] else { return nil }
    self = option
  }

  static let names = table.keys.sorted()

  private static let accessTimes: MountFlags = [.noATime, .relATime, .strictATime]

  private static let table: [String: MountOption] = [
    "async": .flags(set: [], clear: .synchronous),
    "atime": .flags(set: [], clear: .noATime),
    "bind": .bind(isRecursive: false),
    "defaults": .nothing,
    "dev": .flags(set: [], clear: .noDev),
    "diratime": .flags(set: [], clear: .noDirATime),
    "dirsync": .flags(set: .dirSync, clear: []),
    "exec": .flags(set: [], clear: .noExec),
    "idmap": .idMap(isRecursive: false),
    "iversion": .flags(set: .iVersion, clear: []),
    "lazytime": .flags(set: .lazyTime, clear: []),
    "loud": .flags(set: [], clear: .silent),
    "mand": .flags(set: .mandatoryLock, clear: []),
    "noatime": .flags(set: .noATime, clear: accessTimes),
    "nodev": .flags(set: .noDev, clear: []),
    "nodiratime": .flags(set: .noDirATime, clear: []),
    "noexec": .flags(set: .noExec, clear: []),
    "noiversion": .flags(set: [], clear: .iVersion),
    "nolazytime": .flags(set: [], clear: .lazyTime),
    "nomand": .flags(set: [], clear: .mandatoryLock),
    "norelatime": .flags(set: [], clear: .relATime),
    "nostrictatime": .flags(set: [], clear: .strictATime),
    "nosuid": .flags(set: .noSuid, clear: []),
    "nosymfollow": .flags(set: .noSymFollow, clear: []),
    "private": .propagation(.private, isRecursive: false),
    "ratime": .recursive(set: [], clear: .noATime),
    "rbind": .bind(isRecursive: true),
    "rdev": .recursive(set: [], clear: .noDev),
    "rdiratime": .recursive(set: [], clear: .noDirATime),
    "relatime": .flags(set: .relATime, clear: accessTimes),
    "remount": .flags(set: .remount, clear: []),
    "rexec": .recursive(set: [], clear: .noExec),
    "ridmap": .idMap(isRecursive: true),
    "rnoatime": .recursive(set: .noATime, clear: accessTimes),
    "rnodev": .recursive(set: .noDev, clear: []),
    "rnodiratime": .recursive(set: .noDirATime, clear: []),
    "rnoexec": .recursive(set: .noExec, clear: []),
    "rnorelatime": .recursive(set: [], clear: .relATime),
    "rnostrictatime": .recursive(set: [], clear: .strictATime),
    "rnosuid": .recursive(set: .noSuid, clear: []),
    "rnosymfollow": .recursive(set: .noSymFollow, clear: []),
    "ro": .flags(set: .readOnly, clear: []),
    "rprivate": .propagation(.private, isRecursive: true),
    "rrelatime": .recursive(set: .relATime, clear: accessTimes),
    "rro": .recursive(set: .readOnly, clear: []),
    "rrw": .recursive(set: [], clear: .readOnly),
    "rshared": .propagation(.shared, isRecursive: true),
    "rslave": .propagation(.slave, isRecursive: true),
    "rstrictatime": .recursive(set: .strictATime, clear: accessTimes),
    "rsuid": .recursive(set: [], clear: .noSuid),
    "rsymfollow": .recursive(set: [], clear: .noSymFollow),
    "runbindable": .propagation(.unbindable, isRecursive: true),
    "rw": .flags(set: [], clear: .readOnly),
    "shared": .propagation(.shared, isRecursive: false),
    "silent": .flags(set: .silent, clear: []),
    "slave": .propagation(.slave, isRecursive: false),
    "strictatime": .flags(set: .strictATime, clear: accessTimes),
    "suid": .flags(set: [], clear: .noSuid),
    "symfollow": .flags(set: [], clear: .noSymFollow),
    "sync": .flags(set: .synchronous, clear: []),
    "tmpcopyup": .copyUp,
    "unbindable": .propagation(.unbindable, isRecursive: false),
  ]
}

/// A mount's options, each in its place.
struct MountOptions {
  var bind: (isRecursive: Bool, Void)?
  var flags = FlagChange()
  var recursive = FlagChange()
  var propagations: [MountChange] = []
  var idMap: (isRecursive: Bool, Void)?
  var copiesUp = false
  /// The filesystem's own, in their order.
  var data: [FilesystemMount.Option] = []

  /// - Throws: ``CompileError`` for a word that nobody could mean.
  init(_ words: [String], _ property: String) throws {
    for word in words {
      switch MountOption(word) {
      case .flags(let set, let clear): flags.apply(set, clear)
      case .recursive(let set, let clear): recursive.apply(set, clear)
      case .propagation(let kind, let isRecursive):
        propagations.append(MountChange(propagation: kind, isRecursive: isRecursive))
      case .bind(let isRecursive): bind = (isRecursive || bind?.isRecursive == true, ())
      case .idMap(let isRecursive): idMap = (isRecursive, ())
      case .copyUp: copiesUp = true
      case .nothing: break
      case nil:
        let parts = word.parts(at: "=", maxSplits: 1)
        if parts[0].isEmpty {
          throw CompileError("\(property).options", "invalid mount: \"\(word)\" is no mount option")
        }
        data.append(.init(parts[0], parts.count == 2 ? parts[1] : nil))
      }
    }
  }

  /// What a bind mount is changed by, after it was made.
  var changes: [MountChange] {
    [flags.change(isRecursive: false), recursive.change(isRecursive: true)].compactMap(\.self) + propagations
  }

  /// The same as mount(2) with MS_REMOUNT does it, which the engines count on: a bind mount without a word about
  /// attributes has its source's, and one with any has those words' alone. Only how access times are kept stays, unless
  /// a word sets it.
  ///
  /// - Parameter keepsLocked: the mount is made in a user namespace, which can't clear what it hasn't set.
  func replacingChanges(keepsLocked: Bool) -> [MountChange] {
    guard var change = flags.replacement else { return changes }
    var others: [MountChange] = []
    let unsaid = MountAttributes.replaceable.subtracting(change.set).subtracting(change.clear)
    if keepsLocked {
      others = MountAttributes.each.filter { unsaid.contains($0) }
        .map { MountChange(clear: $0, toleratesLocks: true) }
    } else {
      change.clear.formUnion(unsaid)
    }
    let rest = [recursive.change(isRecursive: true)].compactMap(\.self) + propagations
    return [change].filter { !$0.set.isEmpty || !$0.clear.isEmpty } + others + rest
  }
}

/// Flags that are set and cleared, the last word of each deciding.
struct FlagChange {
  private(set) var set: MountFlags = []
  private(set) var clear: MountFlags = []

  mutating func apply(_ set: MountFlags, _ clear: MountFlags) {
    self.set = self.set.subtracting(clear).union(set)
    self.clear = self.clear.union(clear).subtracting(set)
  }

  /// What the words set and clear of a mount of its own; nil where none is about an attribute. A word that only clears
  /// a way of keeping access times says nothing of which one is meant.
  var replacement: MountChange? {
    if set.attributes.isEmpty && clear.attributes.isEmpty && set.isDisjoint(with: .relATime)
      && clear.isDisjoint(with: .relATime)
    {
      return nil
    }
    let times: MountFlags = [.noATime, .relATime, .strictATime, .noDirATime]
    let timeAttributes: MountAttributes = [.noATime, .strictATime, .noDirATime]
    let settled = set.attributes
    var cleared = clear.attributes.subtracting(timeAttributes)
    if !set.isDisjoint(with: times) {
      cleared.insert(.accessTime)
      if !set.contains(.noDirATime) { cleared.insert(.noDirATime) }
    }
    return MountChange(set: settled, clear: cleared)
  }

  /// As mount_setattr(2) takes it; nil where nothing of it is an attribute of a mount.
  func change(isRecursive: Bool) -> MountChange? {
    let times: MountFlags = [.noATime, .relATime, .strictATime]
    var cleared = clear.attributes
    if !set.union(clear).isDisjoint(with: times) {
      cleared.subtract([.noATime, .strictATime])
      cleared.insert(.accessTime)
    }
    if set.attributes.isEmpty && cleared.isEmpty { return nil }
    return MountChange(set: set.attributes, clear: cleared, isRecursive: isRecursive)
  }
}

extension MountAttributes {
  /// Those that a bind mount has of its source unless its options have a word about any.
  fileprivate static let each: [MountAttributes] = [.readOnly, .noSuid, .noDev, .noExec, .noSymFollow]
  fileprivate static let replaceable = MountAttributes(each)
}

extension MountFlags {
  /// Those that are a mount's and not its filesystem's.
  var attributes: MountAttributes {
    let table: [(MountFlags, MountAttributes)] = [
      (.readOnly, .readOnly), (.noSuid, .noSuid), (.noDev, .noDev), (.noExec, .noExec), (.noATime, .noATime),
      (.strictATime, .strictATime), (.noDirATime, .noDirATime), (.noSymFollow, .noSymFollow),
    ]
    return table.reduce(into: []) { if contains($1.0) { $0.insert($1.1) } }
  }

  /// Those that are a new filesystem's, by the names that fsconfig(2) knows.
  var filesystemOptions: [FilesystemMount.Option] {
    let table: [(MountFlags, String)] = [
      (.synchronous, "sync"), (.dirSync, "dirsync"), (.mandatoryLock, "mand"), (.lazyTime, "lazytime"),
    ]
    return table.filter { contains($0.0) }.map { .init($0.1) }
  }
}

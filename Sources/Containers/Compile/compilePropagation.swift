import Linux
import OCISpec

/// How the machine's mounts reach the container. By default what is mounted there later is seen in it, and never the
/// other way.
func compilePropagation(_ request: ContainerRequest, _ host: HostFacts) -> [ChildStep] {
  guard let root = request.rootDirectory else { return [.makeMountsPrivate] }
  if !request.config.linux.hasNamespace(.mount) { return [] }
  let propagation = request.config.linux.rootfsPropagation?.kind
  guard propagation == .shared else {
    return [
      .propagate(propagation == .private ? .private : .slave, path: "/", isRecursive: true)
    ]
  }
  // pivot_root takes a root whose parent is not shared, and mounts on that parent would reach the machine.
  let parent = host.mounts.filter { root.isBelow($0.mountPoint) }.max {
    $0.mountPoint.utf8.count <= $1.mountPoint.utf8.count
  }
  return [.propagate(.private, path: parent?.mountPoint ?? "/", isRecursive: false)]
}

/// The way into the root. Where the machine's mounts are shared with the container until then, its old root must not be
/// unmounted as it is, nor may another be moved over it: the machine would do the same.
func compilePivot(_ request: ContainerRequest, _ host: HostFacts) throws -> ChildStep {
  if request.bundle != nil && !request.config.linux.hasNamespace(.mount) { return .changeRoot }
  let isShared = request.bundle != nil && request.config.linux.rootfsPropagation?.kind == .shared
  guard request.bundle?.noPivot == true else { return isShared ? .pivotSharedRoot : .pivotRoot }
  if isShared {
    throw CompileError("linux.rootfsPropagation", "shared takes pivot_root, which --no-pivot forbids")
  }
  let systems = host.mounts.filter { ["proc", "sysfs"].contains($0.type) }.map(\.mountPoint)
  return .moveRoot(
    hiding: systems.filter { path in request.rootDirectory.map { !path.isBelow($0) } ?? true }.reversed())
}

/// What `rootfsPropagation` says of the container's own root.
func finalPropagation(_ linux: LinuxConfig) -> [ChildStep] {
  linux.rootfsPropagation.map {
    [.propagate($0.kind, path: "/", isRecursive: $0.rawValue.utf8.first == UInt8(ascii: "r"))]
  } ?? []
}

extension LinuxConfig.Propagation {
  /// The words of the specification, and those that engines write: with what is mounted below.
  fileprivate var kind: MountPropagation {
    switch self {
    case .shared, .rshared: .shared
    case .slave, .rslave: .slave
    case .private, .rprivate: .private
    case .unbindable, .runbindable: .unbindable
    }
  }
}

extension String {
  /// Whether this path is a directory's, or of something in it.
  fileprivate func isBelow(_ directory: String) -> Bool {
    directory == "/" || isSame(as: directory) || begins(with: "\(directory)/")
  }
}

import SystemPackage

/// What refers to a mount: one in the tree, or a detached one, which goes with its descriptor unless `move_mount`
/// attaches it. Made by ``open_tree(_:_:)`` and ``fsmount(_:_:)``; good as `at:` too.
public struct MountDescriptor: ~Copyable, Sendable, DescriptorLike {
  public let descriptor: Descriptor
  public init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  public var fileDescriptor: FileDescriptor { descriptor.fileDescriptor }
}

/// A filesystem that is being configured, before it is mounted (``fsopen(_:)``) or while it is
/// (``fspick(_:_:)``).
public struct FilesystemContext: ~Copyable, Sendable, DescriptorLike {
  public let descriptor: Descriptor
  public init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  public var fileDescriptor: FileDescriptor { descriptor.fileDescriptor }
}

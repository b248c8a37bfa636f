/// A type of owned descriptors, made of a plain one and given back as one, for code that keeps numbers: Python's.
package protocol OwnedDescriptor: ~Copyable {
  init(_ descriptor: consuming Descriptor)
  /// Gives the ownership away: the caller closes the number.
  consuming func release() -> CInt
}

extension PIDFD: OwnedDescriptor {
  package consuming func release() -> CInt { descriptor.release() }
}

extension MountDescriptor: OwnedDescriptor {
  package consuming func release() -> CInt { descriptor.release() }
}

extension FilesystemContext: OwnedDescriptor {
  package consuming func release() -> CInt { descriptor.release() }
}

extension SeccompListener: OwnedDescriptor {
  package consuming func release() -> CInt { descriptor.release() }
}

/// Calls `body` with somebody else's descriptor as an owned one, and doesn't close it.
package func lending<Owned: OwnedDescriptor & ~Copyable, Result>(
  _ number: CInt, as type: Owned.Type,
  _ body: (borrowing Owned) throws(SystemCallError) -> Result
) throws(SystemCallError) -> Result {
  let owned = Owned(Descriptor(owning: number))
  let result: Result
  do {
    result = try body(owned)
  } catch {
    _ = owned.release()
    throw error
  }
  _ = owned.release()
  return result
}

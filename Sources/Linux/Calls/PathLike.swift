import SystemPackage

/// What names a file: a `FilePath` of SystemPackage, or a text.
///
/// Texts are taken as they are, so that `"/proc/\(pid)/uid_map"` needs no wrapping, and so that these functions,
/// and not Glibc's with the same names, are what `umount("/mnt")` calls in a file that imports both.
public protocol PathLike: CustomStringConvertible {
  /// Calls `body` with the address of the path as a C string; -EINVAL where there is a NUL byte inside.
  func _withAddress(_ body: (Int) -> Int) -> Int
}

extension FilePath: PathLike {
  public func _withAddress(_ body: (Int) -> Int) -> Int { withPlatformString { body(address($0)) } }
}

extension String: PathLike {
  public func _withAddress(_ body: (Int) -> Int) -> Int { withCStrings(self, body: body) }
}

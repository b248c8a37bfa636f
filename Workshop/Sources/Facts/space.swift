import Glibc

/// statvfs(3): the bytes that are free, on the filesystem of `path`; nil where it can't be asked.
public func freeSpace(_ path: String) -> Int? {
  var status = statvfs()
  guard statvfs(path, &status) == 0 else { return nil }
  return Int(status.f_bavail) * Int(status.f_frsize)
}

import Glibc

/// getpid(2): where there is no /proc, nobody else tells.
public func ownPID() -> Int { Int(getpid()) }

import CLinux

// Programs that import Glibc too mean Glibc's, which do the same.

/// exit(status)
///
/// Ends the process: runs what atexit(3) registered, and flushes C's stdio and so what `print` holds back.
///
/// - SeeAlso: <https://man7.org/linux/man-pages/man3/exit.3.html>
@_disfavoredOverload public func exit(_ status: Int32) -> Never { clinux_exit_normally(status) }

/// _exit(status): exit_group(2)
///
/// Ends the process at once, and flushes nothing: for a child made by ``fork()``, which has a copy of what its parent
/// holds back.
///
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/_exit.2.html>
@_disfavoredOverload public func _exit(_ status: Int32) -> Never { clinux_exit(status) }

import CLinux

/// A duration as ppoll and epoll_pwait2 take it: rounded up to nanoseconds, never negative.
func timespec(_ duration: Duration) -> clinux_timespec {
  let (seconds, attoseconds) = duration.components
  if seconds < 0 || attoseconds < 0 { return clinux_timespec() }
  let nanoseconds = (attoseconds + 999_999_999) / 1_000_000_000
  // The kernel refuses a thousand million of them.
  return nanoseconds == 1_000_000_000
    ? clinux_timespec(tv_sec: seconds + 1, tv_nsec: 0)
    : clinux_timespec(tv_sec: seconds, tv_nsec: nanoseconds)
}

/// Calls `body` with the address of a timespec, or with NULL for no limit.
func withTimeout(_ duration: Duration?, _ body: (Int) -> Int) -> Int {
  guard let duration else { return body(0) }
  var limit = timespec(duration)
  return withUnsafeMutablePointer(to: &limit) { body(address($0)) }
}

/// Calls `body` with address and size of a signal mask, or with NULL for none.
func withSignalMask(_ mask: SignalSet?, _ body: (Int, Int) -> Int) -> Int {
  guard var bits = mask?.rawValue else { return body(0, MemoryLayout<UInt64>.size) }
  return withUnsafeMutablePointer(to: &bits) { body(address($0), MemoryLayout<UInt64>.size) }
}

/// The time since the machine started, for a wait that goes on after a signal.
func monotonicTime() -> Duration {
  var now = clinux_timespec()
  _ = withUnsafeMutablePointer(to: &now) {
    systemCall(__NR_clock_gettime, Int(LINUX_CLOCK_MONOTONIC), address($0))
  }
  return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
}

/// A timeout as an error prints it.
func describedTimeout(_ timeout: Duration?) -> Bare { Bare(timeout.map { "\($0)" } ?? "none") }

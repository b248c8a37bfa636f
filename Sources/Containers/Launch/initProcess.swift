import CLinux

/// What the init of `--init` needs.
struct InitMemory {
  /// Every signal: what init blocks and waits for.
  var allSignals: UInt64 = ~0
  var noSignals: UInt64 = 0
  var status: Int32 = 0
  var group: Int32 = 0
  /// Where the kernel reads /proc/PID/cmdline.
  var commandLine = 0
  var commandLineLength = 0
}

/// setpgid and tcsetpgrp: what the terminal sends on ^C goes to the command's process group and not to init as well,
/// which would pass it on a second time. SIGTTOU is blocked here, and without a terminal nothing happens.
@_noLocks @_noAllocation
private func takeForeground(_ memory: UnsafeMutablePointer<InitMemory>) {
  let setForegroundGroup = 0x5410
  _ = clinux_syscall(Int(__NR_setpgid), 0, 0, 0, 0, 0, 0)
  memory.pointee.group = Int32(truncatingIfNeeded: clinux_syscall(Int(__NR_getpid), 0, 0, 0, 0, 0, 0))
  _ = clinux_syscall(Int(__NR_ioctl), 0, setForegroundGroup, Int(bitPattern: memory) + 20, 0, 0, 0)
}

/// The caller's arguments, with paths and secrets perhaps, are what the container would read of pid 1.
@_noLocks @_noAllocation
private func hideCommandLine(_ memory: UnsafeMutablePointer<InitMemory>) {
  guard let bytes = UnsafeMutablePointer<UInt8>(bitPattern: memory.pointee.commandLine) else { return }
  var index = 0
  while index < memory.pointee.commandLineLength {
    bytes[index] = 0
    index += 1
  }
}

/// Clones the command's process and goes on in it; the process that called stays as init and never returns.
///
/// Init holds no descriptor but stdio, can't be traced or read by the command, reaps every orphan, passes on every
/// signal, and ends as the command ends: with its status, or with 128 and the number of its signal.
@_noLocks @_noAllocation
func becomeInit(_ memory: UnsafeMutablePointer<InitMemory>) -> Int {
  let signals = Int(bitPattern: memory) + 0
  _ = clinux_syscall(Int(__NR_rt_sigprocmask), 2, signals, 0, 8, 0, 0)
  let command = clinux_syscall(Int(__NR_clone), Int(LINUX_SIGCHLD), 0, 0, 0, 0, 0)
  if command == 0 {
    takeForeground(memory)
    return clinux_syscall(Int(__NR_rt_sigprocmask), 2, signals + 8, 0, 8, 0, 0)
  }
  if command < 0 { return command }
  _ = clinux_syscall(Int(__NR_prctl), Int(LINUX_PR_SET_DUMPABLE), 0, 0, 0, 0, 0)
  hideCommandLine(memory)
  _ = clinux_syscall(Int(__NR_close_range), 3, Int(UInt32.max), 0, 0, 0, 0)
  let status = Int(bitPattern: memory) + 16
  while true {
    let signal = clinux_syscall(Int(__NR_rt_sigtimedwait), signals, 0, 0, 8, 0, 0)
    if signal == Int(LINUX_SIGCHLD) {
      while true {
        let ended = clinux_syscall(Int(__NR_wait4), -1, status, Int(LINUX_WNOHANG), 0, 0, 0)
        if ended <= 0 { break }
        if ended != command { continue }
        let value = memory.pointee.status
        clinux_exit(value & 0x7f == 0 ? (value >> 8) & 0xff : 128 + (value & 0x7f))
      }
    } else if signal > 0 {
      _ = clinux_syscall(Int(__NR_kill), command, signal, 0, 0, 0, 0)
    } else if signal != -4 /* EINTR */ && signal != -11 /* EAGAIN */ {
      // A filter forbids it to wait: this would go round for ever.
      clinux_exit(125)
    }
  }
}

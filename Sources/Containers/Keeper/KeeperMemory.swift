import CLinux
import Linux

/// What the keeper needs, all of it prepared before its clone: numbers and C strings.
struct KeeperMemory {
  /// The end of a socket pair whose other end only the host side has.
  var socket = 0
  /// The caller's terminal and its settings, to be restored; -1 without one.
  var terminal = -1
  var terminalSettings = 0
  /// The directory of all containers, this one's name in it, and room for the answer whether it could be made.
  var parent = 0
  var name = 0
  var answer = 0
  /// NULL-terminated arrays of paths: cgroups to remove, those of scopes, files to unlink, directories to remove after
  /// them.
  var cgroups = 0
  var scopes = 0
  /// The same scopes' cgroup.procs.
  var scopeProcesses = 0
  /// What the last message said of the scopes: `noScopes`, `scopesRequested` or `scopes`.
  var scopeState = KeeperMemory.noScopes
  var files = 0
  var directories = 0
  /// The container's directory, opened: a path may be another's by now. -1 where the path is good enough.
  var place = -1
  /// struct msghdr for a short text and one descriptor, and where they come to lie. The text's first byte is its kind.
  var message = 0
  var kind = 0
  var descriptor = 0
  /// As long as a message can be, and room for as much of a file.
  var textLength = 16
  var text = 0
  /// struct pollfd, and struct timespec for none, for a short sleep, for the usual end, and for the longest wait.
  var poll = 0
  var noTime = 0
  var shortTime = 0
  var briefTime = 0
  var longTime = 0
  /// "freezer.state" and "THAWED", and room for the descriptors on the way down a tree.
  var freezerState = 0
  var thawed = 0
  var path = 0
  var pathLength = 64
  /// How often busy cgroups are tried again, one short sleep between two.
  var tries = 1000
  /// How long systemd may take to make or to remove a scope, in milliseconds; and struct timespec for the clock.
  var scopeTime = 0
  var clock = 0
  /// An empty path, and struct statx.
  var empty = 0
  var status = 0
  /// A buffer for getdents64, and a name of it.
  var entries = 0
  var entriesSize = 4096
  var childName = 0
  /// The signals that the keeper blocks: all.
  var allSignals = 0
}

extension KeeperMemory {
  /// The messages to a keeper: a pidfd to kill; that no scope is the container's, and one of the same name is somebody
  /// else's; that systemd is asked for one, with the child's line in its cgroup.procs and the child's channel; that it
  /// is there; that there is nothing to do any more.
  static var process: UInt8 { @_noLocks @_noAllocation get { 0 } }
  static var noScopes: UInt8 { @_noLocks @_noAllocation get { 1 } }
  static var scopesRequested: UInt8 { @_noLocks @_noAllocation get { 2 } }
  static var scopes: UInt8 { @_noLocks @_noAllocation get { 3 } }
  static var dismissal: UInt8 { @_noLocks @_noAllocation get { 4 } }

  /// What a keeper answers in place of an errno where others may write to the parent of all directories.
  static var notOurs: Int { @_noLocks @_noAllocation get { -4096 } }

  /// What became of a removal, and a keeper's exit status: all is gone; something is left; another command was faster.
  static var removed: Int32 { @_noLocks @_noAllocation get { 0 } }
  static var left: Int32 { @_noLocks @_noAllocation get { 1 } }
  static var removedByAnother: Int32 { @_noLocks @_noAllocation get { 2 } }
}

/// Builds a keeper's memory, and owns what it points to.
final class KeeperMemoryBuilder {
  let pointer: UnsafeMutablePointer<KeeperMemory>
  private let builder = ProgramBuilder()

  /// - Parameters:
  ///   - cgroups: in the order of making.
  ///   - scopes: the cgroups of scopes.
  ///   - files: what the directory can have.
  init(
    cgroups: [String], scopes: [String], directory: String, files: [String], tries: Int = 1000,
    scopeTime: Int = 10_000
  ) {
    pointer = builder.allocate(MemoryLayout<KeeperMemory>.size).bindMemory(to: KeeperMemory.self, capacity: 1)
    pointer.initialize(to: KeeperMemory())
    pointer.pointee.cgroups = number(builder.texts(cgroups.reversed()))
    pointer.pointee.scopes = number(builder.texts(scopes))
    pointer.pointee.scopeProcesses = number(builder.texts(scopes.map { "\($0)/cgroup.procs" }))
    pointer.pointee.files = number(builder.texts(files.map { "\(directory)/\($0)" }))
    let (parent, name) = directory.cutAtLastSlash
    pointer.pointee.directories = number(builder.texts([directory, parent]))
    pointer.pointee.parent = number(builder.text(parent))
    pointer.pointee.name = number(builder.text(name))
    pointer.pointee.answer = Int(bitPattern: builder.allocate(8))
    pointer.pointee.tries = tries
    pointer.pointee.scopeTime = scopeTime
    pointer.pointee.clock = Int(bitPattern: builder.allocate(16))
    pointer.pointee.empty = number(builder.text(""))
    pointer.pointee.status = Int(bitPattern: builder.allocate(256))
    pointer.pointee.entries = Int(bitPattern: builder.allocate(pointer.pointee.entriesSize))
    pointer.pointee.childName = Int(bitPattern: builder.allocate(256))

    let text = builder.allocate(pointer.pointee.textLength)
    let buffer = builder.bytes((text, pointer.pointee.textLength))
    let control = builder.allocate(24)
    let message = builder.bytes((Int(0), Int(0), buffer, Int(1), control, Int(24), Int(0)))
    pointer.pointee.message = Int(bitPattern: message)
    pointer.pointee.kind = Int(bitPattern: text)
    pointer.pointee.text = Int(bitPattern: builder.allocate(pointer.pointee.textLength))
    pointer.pointee.descriptor = Int(bitPattern: control + 16)
    (control + 16).storeBytes(of: -1, as: Int32.self)
    pointer.pointee.poll = Int(bitPattern: builder.allocate(8))
    pointer.pointee.noTime = Int(bitPattern: builder.bytes((0, 0)))
    pointer.pointee.shortTime = Int(bitPattern: builder.bytes((0, 2_000_000)))
    pointer.pointee.briefTime = Int(bitPattern: builder.bytes((0, 300_000_000)))
    pointer.pointee.freezerState = number(builder.text("freezer.state"))
    pointer.pointee.thawed = number(builder.text("THAWED"))
    pointer.pointee.path = Int(
      bitPattern: builder.allocate(pointer.pointee.pathLength * MemoryLayout<Int>.stride))
    pointer.pointee.longTime = Int(bitPattern: builder.bytes((10, 0)))
    pointer.pointee.allSignals = Int(bitPattern: builder.bytes(UInt64.max))
  }

  /// The terminal to restore, with the settings that it has now.
  func restoreTerminal(_ descriptor: Int32) {
    let settings = builder.allocate(64)
    let getSettings = 0x5401
    guard
      clinux_syscall(Int(__NR_ioctl), Int(descriptor), getSettings, Int(bitPattern: settings), 0, 0, 0) == 0
    else { return }
    pointer.pointee.terminal = Int(descriptor)
    pointer.pointee.terminalSettings = Int(bitPattern: settings)
  }

  private func number(_ argument: Argument) -> Int {
    if case .value(let value) = argument { value } else { 0 }
  }
}

extension String {
  /// The directory that a path is in, and its name there.
  fileprivate var cutAtLastSlash: (String, String) {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", self) }
    return (
      String(decoding: utf8[..<slash], as: UTF8.self),
      String(decoding: utf8[slash...].dropFirst(), as: UTF8.self)
    )
  }
}

import Linux
import SystemPackage

/// Waits for what becomes of a container: its end, and processes that are killed for want of memory.
///
/// Cgroups of version 2 tell of these at once; with version 1 they are looked for when the time is over.
public struct ContainerWatch: ~Copyable {
  public enum Event { case outOfMemory, ended, timeIsOver }

  private let process: PIDFD
  private let files: CgroupFiles
  /// v2's memory.events
  private let memory: Descriptor?
  private var kills: UInt64 = 0

  init(_ record: ContainerRecord) throws {
    guard let process = try record.openProcess() else {
      throw ContainerError("container not running: \(record.id)")
    }
    self.process = process
    files = CgroupFiles(record.allCgroups)
    memory = record.allCgroups.firstResult { try? open("\($0)/memory.events").release() }
      .map { Descriptor(owning: $0) }
    kills = countKills() ?? 0
  }

  public mutating func next(within time: Duration) throws -> Event {
    let end = monotonicTime() + Int(time / .microseconds(1))
    while true {
      // To read the file is what makes its next change count.
      let count = countKills()
      if let count, count > kills {
        kills = count
        return .outOfMemory
      }
      var requests = [PollDescriptor(process)]
      // A cgroup that is gone has nothing to tell, and would at once.
      if count != nil { add(memory, to: &requests) }
      let left = end - monotonicTime()
      if left <= 0 { return .timeIsOver }
      _ = try poll(&requests, timeout: .microseconds(left))
      if !requests[0].revents.isEmpty && (countKills() ?? 0) <= kills { return .ended }
    }
  }

  private func add(_ file: borrowing Descriptor?, to requests: inout [PollDescriptor]) {
    switch file {
    case .some(let file): requests.append(PollDescriptor(file, .pri))
    case .none: break
    }
  }

  /// How many processes were killed; nil where the cgroup is gone.
  private func countKills() -> UInt64? {
    let text: String?
    switch memory {
    case .some(let file):
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = try? bytes.withUnsafeMutableBytes {
        try file.fileDescriptor.read(fromAbsoluteOffset: 0, into: $0)
      }
      text = count.map { String(decoding: bytes.prefix($0), as: UTF8.self) }
    case .none: text = files.text("memory.oom_control")
    }
    return text.map { numberedLines($0).first { $0.0 == "oom_kill" }?.1 ?? 0 }
  }
}

extension Runtime {
  public func watch(_ id: String) throws -> ContainerWatch {
    try ContainerWatch(ContainerDirectory(root: root, id: id).read())
  }
}

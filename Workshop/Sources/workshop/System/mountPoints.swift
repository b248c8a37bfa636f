import Facts
import Linux

/// Where something is mounted, in the order of this process's table.
func mountPoints() -> [String] { mounts("self").map(\.point) }

func mountPoints(below directory: String) -> [String] {
  mountPoints().filter { $0.hasPrefix("\(directory)/") }
}

/// What was unmounted, and what stays, with the reason.
struct Unmounted {
  var done: [String] = []
  var left: [String] = []

  mutating func unmount(_ point: String) {
    do {
      try umount2(point, .noFollow)
      done.append(point)
    } catch { left.append("\(point): \(error.errno.sentence)") }
  }

  /// What is mounted below a directory, the last first. What is in use stays, and what it is mounted on.
  mutating func unmountAll(below directory: String) {
    for point in mountPoints(below: directory).reversed() {
      // One of the others may have taken it along: shared mounts go together.
      if mountPoints(below: directory).contains(point) { unmount(point) }
    }
  }
}

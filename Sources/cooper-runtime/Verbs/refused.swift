/// Commands of other runtimes that this one doesn't have.
extension Verb {
  static let checkpoint = Verb(
    name: "checkpoint", words: "ID", summary: "Refused: this runtime doesn't drive CRIU.", usesState: false
  ) { _, _ in throw UsageError("not supported: this runtime doesn't drive CRIU") }

  static let restore = Verb(
    name: "restore", words: "ID", summary: "Refused: this runtime doesn't drive CRIU.", usesState: false
  ) { _, _ in throw UsageError("not supported: this runtime doesn't drive CRIU") }

  static let mounts = Verb(
    name: "mounts", words: "ID", summary: "Refused: mounts are not changed while a container lives.",
    usesState: false
  ) { _, _ in throw UsageError("not supported: mounts are not changed while a container lives") }
}

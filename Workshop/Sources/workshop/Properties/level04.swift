let writes = Scenario(probe: ["write"])
private let layers = Scenario(image: "/images/top:/images/small", deed: .look)

let level04: [Property] = [
  Property(
    4, "image", "What the command makes, changes and removes doesn't reach the image.",
    read: "the kernel's overlayfs: upper and lower", writes
  ) {
    let names = changed($0.before.images, $0.after.images)
    return names.isEmpty ? nil : "changed: \(listed(names.map { "/images\($0)" }))"
  },
  Property(
    4, "changes", "The command can make, change and remove files, and sees that it did.",
    read: "the kernel's overlayfs: copy-up and whiteouts", writes
  ) {
    if let silence = $0.silence { return silence }
    for name in ["makes", "changes", "removes"] where !$0.answers.isSo(name) { return "it \(name) no file" }
    return $0.answers.isSo("sees") ? nil : "it sees the image's files as they were"
  },
  Property(
    4, "layers", "Of an image TOP:BASE the command sees the files of both, and TOP's where both have one.",
    read: "the kernel's overlayfs: lowerdir with several directories", layers
  ) {
    if let silence = $0.silence { return silence }
    let found = $0.answers.all("layer")
    return found == ["base", "top", "top"] ? nil : "the three files say \(listed(found.map { "\"\($0)\"" }))"
  },
  Property(
    4, "descriptors", "The command has no open file but 0, 1 and 2: a directory of the host's leads out too.",
    read: "man 2 close_range", looks
  ) {
    if let silence = $0.silence { return silence }
    let more = ($0.probe?.files ?? []).filter { !["0 ", "1 ", "2 "].contains(String($0.prefix(2))) }
    return more.isEmpty ? nil : "it has descriptor \(listed(more))"
  },
]

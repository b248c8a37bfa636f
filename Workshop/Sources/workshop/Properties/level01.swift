import Facts

/// A link to the probe that only the image has.
private let inImage = Scenario(command: ["/in-image", "exit", "3"])

let level01: [Property] = [
  Property(
    1, "root", "The command's / is the image.", read: "man 2 chroot", looks
  ) {
    if let silence = $0.silence { return silence }
    let names = $0.answers.all("root-name")
    if names.contains(hostMarker) { return "its / is the host's: /\(hostMarker) is there" }
    return names.contains(imageMarker) ? nil : "its / has \(listed(names))"
  },
  Property(
    1, "directory", "The command's working directory is inside the image: /.",
    read: "man 2 chroot: \"does not change the current working directory\"", looks
  ) {
    if let silence = $0.silence { return silence }
    if $0.answers["cwd"] == "/" && $0.answers.all("cwd-name").contains(imageMarker) { return nil }
    let outside = $0.probe?.cwd ?? "?"
    return "it is \($0.answers["cwd"] ?? "outside of the image"), which the host knows as \(outside)"
  },
  Property(
    1, "command", "The command is looked for in the image, not on the host.", read: "man 2 chroot", inImage
  ) { $0.status == 3 ? nil : "/in-image, which only the image has, wasn't executed: rd \($0.ending)" },
  Property(
    1, "no-file", "No file is left on the host when rd ends.", read: "the section \"Nothing is left\"", looks
  ) {
    let names = changed($0.before.files, $0.after.files)
    return names.isEmpty ? nil : "changed: \(listed(names))"
  },
]

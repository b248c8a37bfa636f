import Facts

let level01: [Property] = [
  Property(
    1, "root", "The command's / is the image.", read: "man 2 chroot", looks
  ) {
    if let silence = $0.silence { return silence }
    let names = $0.facts["rootNames"].strings
    if names.contains(hostMarker) { return "its / is the host's: /\(hostMarker) is there" }
    return names.contains(imageMarker) ? nil : "its / has \(listed(names))"
  },
  Property(
    1, "directory", "The command's working directory is inside the image: /.",
    read: "man 2 chroot: \"does not change the current working directory\"", looks
  ) {
    if let silence = $0.silence { return silence }
    if $0.facts["cwd"] == "/" && $0.facts["cwdNames"].strings.contains(imageMarker) { return nil }
    let outside = $0.probe["cwd"].string ?? "?"
    return "it is \($0.facts["cwd"].string ?? "outside of the image"), which the host knows as \(outside)"
  },
  Property(
    1, "command", "The command is looked for in the image, not on the host.", read: "man 2 chroot", looks
  ) {
    if let silence = $0.silence { return silence }
    return nil
  },
  Property(
    1, "no-file", "No file is left on the host when rd ends.", read: "the section \"Nothing is left\"", looks
  ) {
    let names = changed($0.json["before"]["files"], $0.json["after"]["files"])
    return names.isEmpty ? nil : "changed: \(listed(names))"
  },
]

import Facts
import Linux

/// Programs, and room.
func tools(_ folder: Folder) -> [Finding] {
  let packages = [
    ("strace", "strace", "00 to 16, where you look at system calls"), ("unshare", "util-linux", "02 to 13"),
    ("nsenter", "util-linux", "02 to 15"),
  ]
  return [busybox()]
    + packages.map { command, package, levels in
      isThere(command)
        ? .good(command)
        : .short("\(command) isn't there", levels: levels, remedy: "apt-get install \(package)")
    } + [edition(), space(folder)]
}

private func busybox() -> Finding {
  let remedy = "apt-get install busybox-static"
  guard let path = busyboxOfTheHost() else {
    return .short("busybox isn't there, and the image is made of it", levels: "01 to 16", remedy: remedy)
  }
  // The path of the loader of libraries is near the beginning, elf(5), PT_INTERP.
  guard let text = try? readFile(path), !String(text.prefix(4096)).contains("/ld-") else {
    return .short(
      "\(path) needs libraries, which an image doesn't have", levels: "01 to 16", remedy: remedy)
  }
  return .good("busybox, without libraries")
}

private func edition() -> Finding {
  let python = isThere("python3") ? try? output(of: ["python3", "-c", "import linux"]) : nil
  let isPython = python?.isSuccess ?? false
  let isSwift = isThere("swift")
  switch (isSwift, isPython) {
  case (true, true): return .good("both editions: swift, and python3 with the module linux")
  case (true, false): return .good("the Swift edition: swift")
  case (false, true): return .good("the Python edition: python3 with the module linux")
  case (false, false):
    return .short(
      python == nil
        ? "neither swift nor python3 is there" : "python3 finds no module linux, and swift isn't there",
      levels: "00 to 16", remedy: "Workshop/install.sh --python, or --swift")
  }
}

private func space(_ folder: Folder) -> Finding {
  let free = (freeSpace(folder.path) ?? 0) >> 20
  if free >= 500 { return .good("\(free) MiB free in \(folder.path)") }
  return .short(
    "\(free) MiB free in \(folder.path); an image takes 5, the Swift edition 400", levels: "00 to 16",
    remedy: "a folder on another filesystem")
}

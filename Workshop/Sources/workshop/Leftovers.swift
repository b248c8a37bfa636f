import Facts
import Linux

/// What the course's programs make outside of the folder.
enum Leftovers {
  /// A program that forgot its own table of mounts covers the machine's /run, and puts an overlay there.
  static var places: [String] {
    let names = Set(names(in: "/run"))
    let covers = mountPoints().count { $0 == "/run" }
    // One cover alone may be the machine's own. What mount(8) makes says nothing.
    guard names.isSuperset(of: ["root", "upper", "work"]),
      covers > 1 || names.subtracting(["mount"]).count == 3
    else { return [] }
    return mountPoints(below: "/run").filter { $0 == "/run/root" } + ["/run"]
  }

  static var containers: [String] { names(in: Classic.containers).map { "\(Classic.containers)/\($0)" } }

  static var cgroups: [String] {
    let top = "/sys/fs/cgroup"
    let trees = exists("\(top)/cgroup.controllers") ? [top] : names(in: top).map { "\(top)/\($0)" }
    return trees.flatMap { tree in
      // "cpu" may be a link to "cpu,cpuacct".
      (try? readlink(tree)) == nil ? names(in: tree).filter(isOurs).map { "\(tree)/\($0)" } : []
    }
  }

  private static func isOurs(_ name: String) -> Bool {
    if name.hasPrefix("cooper.rd-") { return true }
    guard name.hasPrefix(CageCgroups.prefix) else { return false }
    return !exists("/proc/\(name.dropFirst(CageCgroups.prefix.count))")
  }

  /// A device in this process's network has a folder there.
  private static var devices: [String] { names(in: "/proc/sys/net/ipv4/conf") }

  static var hasBridge: Bool { devices.contains("rd0") }

  /// The bridge's ends of the cables to containers: rd2, rd3 and so on.
  static var cables: [String] { devices.filter { isNumbered($0) && $0 != "rd0" } }

  /// Those of nft that are called as a cable is.
  static var tables: [String] {
    guard isThere("nft"), let list = try? output(of: ["nft", "list", "tables"]) else { return [] }
    return list.text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      return words.count == 3 && words[1] == "ip" && isNumbered(words[2]) ? words[2] : nil
    }
  }

  private static func isNumbered(_ name: String) -> Bool {
    name.hasPrefix("rd") && name.count > 2 && name.dropFirst(2).allSatisfy(\.isNumber)
  }
}

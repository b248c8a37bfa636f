import Facts
import Linux

/// A network beside the cage's, with a cable to it: it stands for the rest of the world, and knows no address but the
/// cage's. Made before the guard, which every program that is executed after it would wait for.
struct Outside {
  static let host = "192.0.2.1"
  static let address = "192.0.2.2"
  /// A server there, whose directory is that of a bundle.
  static let port = "7000"
  /// Of the host's, which leads to the container's port 80.
  static let published = "8080"
  static let programs = ["ip", "nft", "nsenter"]

  private let holder: ProcessID

  init() throws {
    let missing = Self.programs.filter { !isThere($0) }
    if !missing.isEmpty {
      throw CheckError("\(missing.joined(separator: ", ")): not found; workshop doctor tells what to install")
    }
    var gate = try pipe()
    holder = try fork {
      gate.closeReadEnd()
      try unshare(.newNet)
      try gate.writeEnd.write("r")
      try close_range(3)
      try exec(["busybox", "httpd", "-f", "-p", Outside.port, "-h", Bundles.user])
    }
    gate.closeWriteEnd()
    if try gate.readEnd.read(upTo: 1).isEmpty { throw CheckError("busybox: it doesn't run") }
    try ip("link add wan0 type veth peer name eth0 netns \(holder)")
    try ip("address add \(Self.host)/24 dev wan0")
    try ip("link set wan0 up")
    for line in ["address add \(Self.address)/24 dev eth0", "link set eth0 up"] {
      try call(inside + ["ip"] + words(line))
    }
    try writeFile("/proc/sys/net/ipv4/ip_forward", "1")
  }

  func isHolder(_ process: Int) -> Bool { process == Int(holder) }

  /// What asks from there for a page of the container's.
  var request: [String] {
    inside + words("busybox timeout 3 busybox wget -q -O - http://\(Self.host):\(Self.published)/motd")
  }

  private var inside: [String] { ["nsenter", "--target", "\(holder)", "--net"] }

  private func ip(_ line: String) throws { try call(["ip"] + words(line)) }

  private func call(_ argv: [String]) throws {
    let (text, isSuccess) = try output(of: argv)
    if !isSuccess { throw CheckError("\(argv.joined(separator: " ")): \(text)") }
  }
}

private func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

import Facts
import Linux

/// What level 14 takes: a pair of devices, a bridge, and rules that change addresses.
func network() -> [Finding] {
  [
    network("ip", "iproute2", "a bridge", ["ip", "link", "add", "bridge0", "type", "bridge"]),
    network(
      "ip", "iproute2", "a pair of network devices",
      ["ip", "link", "add", "end0", "type", "veth", "peer", "name", "end1"]),
    network("nft", "nftables", "rules for packets", ["nft", "add", "table", "ip", "workshop"]),
  ]
}

/// In a network of its own.
private func network(_ command: String, _ package: String, _ what: String, _ argv: [String]) -> Finding {
  guard isThere(command) else {
    return .short("\(what): \(command) isn't there", levels: "14", remedy: "apt-get install \(package)")
  }
  return tried(
    "\(what), by \(command)", levels: "14",
    remedy: "as root; modprobe bridge veth nf_tables; or another kernel"
  ) {
    try unshare(.newNet)
    let result = try output(of: argv)
    if !result.isSuccess { throw CheckError("\(result.text.split(separator: "\n").first ?? "it failed")") }
  }
}

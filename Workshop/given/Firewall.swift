/// What nft is told of a container with the address 10.88.0.NUMBER. Given.

/// Nobody outside knows our addresses: what goes out gets the host's, and what comes to a published port of the
/// host's gets ours. The kernel remembers it for the answers.
func translate(_ number: Int, _ ports: [Port]) throws {
  let table = "rd\(number)"
  let address = "10.88.0.\(number)"
  // What an rd that was killed has left goes.
  try stopTranslating(number)
  try call("nft add table ip \(table)")
  try call("nft add chain ip \(table) out { type nat hook postrouting priority 100 ; }")
  try call("nft add rule ip \(table) out ip saddr \(address) oifname != rd0 masquerade")
  // From elsewhere, and from the host itself.
  for hook in ["prerouting", "output"] {
    try call("nft add chain ip \(table) \(hook) { type nat hook \(hook) priority -100 ; }")
    for port in ports {
      let from = "fib daddr type local ip daddr != 127.0.0.0/8 tcp dport \(port.outside)"
      try call("nft add rule ip \(table) \(hook) \(from) dnat to \(address):\(port.inside)")
    }
  }
}

/// To add a table that is there is no error; to delete one that isn't there is.
func stopTranslating(_ number: Int) throws {
  try call("nft add table ip rd\(number)")
  try call("nft delete table ip rd\(number)")
}

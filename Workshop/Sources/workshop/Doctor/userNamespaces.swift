import Facts
import Linux

/// What level 13 takes: a user namespace for who isn't root, and more than one id in it.
func userNamespaces() -> [Finding] {
  let failure = attempt {
    // As nobody, where root can be that.
    try? setgroups([])
    try? setresgid(65534, 65534, 65534)
    try? setresuid(65534, 65534, 65534)
    // AppArmor lets the first be made, and forbids all in it: the second tells.
    try unshare([.newUser, .newUTS])
  }
  let maps =
    isThere("newuidmap")
    ? Finding.good("newuidmap, for many ids without root")
    : .short(
      "newuidmap isn't there: without root, a container has one id only", levels: "13",
      remedy: "apt-get install uidmap")
  guard let failure else { return [.good("a user namespace without root"), maps] }
  let (who, remedy) = whoForbids()
  return [.short("a user namespace without root: \(who); \(failure)", levels: "13", remedy: remedy), maps]
}

/// The switch that says no, and how to turn it.
private func whoForbids() -> (String, String) {
  let switches = [
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "0", "AppArmor forbids it"),
    ("kernel/unprivileged_userns_clone", "0", "1", "Debian's switch forbids it"),
    ("user/max_user_namespaces", "0", "10000", "the number of user namespaces is 0"),
  ]
  for (name, bad, good, who) in switches where lines(of: "/proc/sys/\(name)").first == bad {
    let setting = name.split(separator: "/").joined(separator: ".")
    return ("\(who) (\(setting)=\(bad))", "sysctl -w \(setting)=\(good), for as long as the course takes")
  }
  return (
    "it is forbidden, and no switch says by whom", "not in a container; or a kernel with CONFIG_USER_NS"
  )
}

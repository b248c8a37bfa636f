import Linux

/// What `compile` must know of a caller who is not root: the ids that can be mapped, and whether user namespaces are
/// allowed.
public struct UserFacts: Hashable, Sendable {
  /// The first range that /etc/subuid gives the caller, and the one of /etc/subgid.
  public var uids: IDRange?
  public var gids: IDRange?
  /// The programs that write maps of other ids than the caller's own; nil where they are missing.
  public var newuidmap: String?
  public var newgidmap: String?
  /// Whether no_new_privs keeps those programs from their privileges.
  public var hasNoNewPrivileges = false
  /// kernel.unprivileged_userns_clone, which Debian's kernels have; nil elsewhere.
  public var unprivilegedClone: Int?
  /// user.max_user_namespaces
  public var maximum: Int?
  /// kernel.apparmor_restrict_unprivileged_userns, which Ubuntu's kernels have.
  public var isRestrictedByAppArmor = false

  public init() {}
}

/// A range of ids of the host.
public struct IDRange: Hashable, Sendable {
  public var first: UInt32
  public var count: UInt32

  public init(first: UInt32, count: UInt32) {
    self.first = first
    self.count = count
  }
}

extension UserFacts {
  /// Reads them from /etc, /proc/sys and the places where Linux distributions put newuidmap.
  static func read(uid: UInt32) -> UserFacts {
    var facts = UserFacts()
    let names = ImageFacts(passwd: (try? readFile("/etc/passwd")) ?? "").users
      .filter { $0.uid == uid }.map(\.name)
    let owners = names + ["\(uid)"]
    facts.uids = firstRange(in: (try? readFile("/etc/subuid")) ?? "", of: owners)
    facts.gids = firstRange(in: (try? readFile("/etc/subgid")) ?? "", of: owners)
    facts.newuidmap = findProgram("newuidmap")
    facts.newgidmap = findProgram("newgidmap")
    facts.hasNoNewPrivileges = (try? Prctl.getNoNewPrivs()) ?? false
    facts.unprivilegedClone = number(in: "/proc/sys/kernel/unprivileged_userns_clone")
    facts.maximum = number(in: "/proc/sys/user/max_user_namespaces")
    facts.isRestrictedByAppArmor = appArmorRestrictsUsers()
    return facts
  }
}

/// The first of the lines "OWNER:FIRST:COUNT" that is one of these owners'.
func firstRange(in text: String, of owners: [String]) -> IDRange? {
  for line in text.parts(at: "\n") {
    let fields = line.parts(at: ":")
    guard fields.count == 3, owners.contains(where: { $0.isSame(as: fields[0]) }),
      let first = UInt32(fields[1]), let count = UInt32(fields[2]), count > 0,
      !first.addingReportingOverflow(count).overflow
    else { continue }
    return IDRange(first: first, count: count)
  }
  return nil
}

/// Not in the caller's PATH: what is found there is run for its setuid bit.
private func findProgram(_ name: String) -> String? {
  ["/usr/bin", "/bin", "/usr/local/bin", "/run/wrappers/bin"].map { "\($0)/\(name)" }
    .first { (try? access($0, .execute)) != nil }
}

func appArmorRestrictsUsers() -> Bool {
  number(in: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns").map { $0 != 0 } ?? false
}

private func number(in file: String) -> Int? {
  guard let text = try? readFile(file), let word = text.parts(at: "\n").first else { return nil }
  return Int(word)
}

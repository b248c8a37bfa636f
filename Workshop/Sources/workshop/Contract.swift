/// What is asked of `rd`, level by level, and nothing else: not the language, nor how it is done.
struct Contract: Sendable {
  let level: Int
  let name: String
  /// What `rd run` takes from this level on.
  let option: String?
  let sentence: String
  /// A whole command line that this level brings.
  var verb: String?

  static let levels = [
    Contract(
      level: 0, name: "fork-exec", option: nil,
      sentence: "The command runs in a process of its own, with its arguments as they are; rd waits for it."),
    Contract(
      level: 1, name: "chroot", option: "--image DIR",
      sentence: "The command's / and its working directory are DIR. It is looked for in there."),
    Contract(
      level: 2, name: "mounts", option: nil,
      sentence:
        "It has a table of mounts of its own, with /proc, /sys (read-only) and /dev; the host's isn't changed."
    ),
    Contract(
      level: 3, name: "pivot-root", option: nil,
      sentence: "No way leads back to the host's files, for root in the container neither."),
    Contract(
      level: 4, name: "overlay", option: "--image DIR[:DIR…]",
      sentence:
        "What the command changes never reaches DIR. Of several the first lies on top. No descriptor is handed on."
    ),
    Contract(
      level: 5, name: "uts-ipc", option: "--hostname NAME",
      sentence: "It has a host name, System V and POSIX queues of its own; /dev/mqueue shows these."),
    Contract(
      level: 6, name: "pid", option: nil,
      sentence:
        "It sees only its own processes. Signals to rd reach it, the dead are waited for, and all end with it."
    ),
    Contract(
      level: 7, name: "network", option: nil,
      sentence: "It has a network of its own, with a loopback that is up and nothing else."),
    Contract(
      level: 8, name: "cpu", option: "--cpu-shares N",
      sentence: "It runs in a cgroup of its own, and N is its part of the processors; 1024 is everybody's."),
    Contract(
      level: 9, name: "memory-pids", option: "--memory SIZE] [--pids-limit N",
      sentence: "It gets no more memory and processes than that, and sees its cgroup as /."),
    Contract(
      level: 10, name: "users", option: "--user UID[:GID]",
      sentence: "It is that user and group in all their ids, has no other group, and can't become root again."
    ),
    Contract(
      level: 11, name: "capabilities", option: nil,
      sentence: "No capability over the machine is in any of its five sets, and no program gives it one."),
    Contract(
      level: 12, name: "seccomp", option: nil,
      sentence:
        "A filter refuses the system calls that are of the machine or make namespaces; programs go on to work."
    ),
    Contract(
      level: 13, name: "user-namespace", option: nil,
      sentence:
        "A user who isn't root gets all of it too, in a user namespace; limits only where a cgroup is delegated."
    ),
    Contract(
      level: 14, name: "bridge", option: "--network bridge] [--publish HOST:CONTAINER",
      sentence:
        "With them, as root, it has an address and a way out, and the host's TCP port HOST leads to its own."
    ),
    Contract(
      level: 15, name: "volumes-exec", option: "--volume SRC:DST[:ro]",
      sentence:
        "SRC is at DST in the image, where links don't lead out of it; with ro nothing below can be changed.",
      verb: "rd exec --pid PID [--user UID[:GID]] -- COMMAND ARG…"),
    Contract(
      level: 16, name: "bundle", option: nil,
      sentence:
        "It is as DIR/config.json says, and its user enters cwd; what rd doesn't do is refused by its name, with 125.",
      verb: "rd run --bundle DIR [-- COMMAND ARG…]"),
  ]

  static func of(_ level: Int) -> Contract { levels[level] }

  /// The directory of its lesson.
  var directory: String { "\(twoDigits(level))-\(name)" }

  private static func usage(through level: Int) -> String {
    var options: [String] = []
    for contract in levels where contract.level <= level {
      guard let option = contract.option else { continue }
      options.removeAll { $0.split(separator: " ")[0] == option.split(separator: " ")[0] }
      options.append(option)
    }
    return (["rd run"] + options.map { "[\($0)]" } + ["-- COMMAND ARG…"]).joined(separator: " ")
  }

  static func print() {
    Swift.print(
      """
      The exit status of rd is the command's; 128 and the signal's number when a signal ended the command; 127
      when there is no such command; 125, with one line on stderr, when rd itself failed; 2 for a command line
      that it doesn't understand. Its output is the command's and nothing else. Nothing is left when it ends: no
      mount, cgroup, file, process, network device. SIZE is bytes, or has k, m or g. It is started as root; from 13
      on by others too. The checker runs it where all files but those in /run, /tmp and /var/tmp lie on an overlay,
      which can't have another's upper directory.
      """)
    for contract in levels {
      Swift.print("\n\(contract.directory)\n    \(usage(through: contract.level))")
      for verb in levels.prefix(through: contract.level).compactMap(\.verb) { Swift.print("    \(verb)") }
      Swift.print("  \(contract.sentence)")
    }
  }
}

func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

import Linux

// Given: which system calls the command may not make. Each is of the machine, or leads out of the container,
// or has more ways in than anybody has looked at. What isn't here is allowed; a real runtime's list is the
// other way round.

#if arch(x86_64)
  private let column = 0
#elseif arch(arm64)
  private let column = 1
#endif

/// The numbers on x86-64 and on aarch64.
private let refused: KeyValuePairs<String, [UInt32]> = [
  "acct": [163, 89],
  "add_key": [248, 217],
  "bpf": [321, 280],
  "clock_settime": [227, 112],
  "delete_module": [176, 106],
  "finit_module": [313, 273],
  "fsconfig": [431, 431],
  "fsmount": [432, 432],
  "fsopen": [430, 430],
  "fspick": [433, 433],
  "init_module": [175, 105],
  "io_uring_setup": [425, 425],
  "kexec_file_load": [320, 294],
  "kexec_load": [246, 104],
  "keyctl": [250, 219],
  "mount": [165, 40],
  "mount_setattr": [442, 442],
  "move_mount": [429, 429],
  "name_to_handle_at": [303, 264],
  "open_by_handle_at": [304, 265],
  "open_tree": [428, 428],
  "open_tree_attr": [467, 467],
  "perf_event_open": [298, 241],
  "pivot_root": [155, 41],
  "process_vm_readv": [310, 270],
  "process_vm_writev": [311, 271],
  "ptrace": [101, 117],
  "quotactl": [179, 60],
  "reboot": [169, 142],
  "request_key": [249, 218],
  "setns": [308, 268],
  "settimeofday": [164, 170],
  "swapoff": [168, 225],
  "swapon": [167, 224],
  "syslog": [103, 116],
  "umount2": [166, 39],
  "unshare": [272, 97],
  "userfaultfd": [323, 282],
]
private let clone: [UInt32] = [56, 220]
private let clone3: UInt32 = 435
private let newNamespaces = UInt32(CloneFlags.namespaces.subtracting(.newTime).rawValue)

/// Each instruction looks at the call's number, its architecture or an argument, and goes on or answers.
let filter: [BPFInstruction] =
  [
    // The same number is another call on another architecture.
    .load(SeccompData.architectureOffset),
    .jumpIfEqual(AuditArchitecture.native.rawValue, then: 1, else: 0),
    .return(.killProcess),
    .load(SeccompData.numberOffset),
    // x86-64 has a second set of numbers, x32, above these.
    .jump(.jmp | .jge | .k, 0x4000_0000, 0, 1),
    .return(.errno(.noFunction)),
    // Its flags are in memory, where a filter can't look. "There is no such call": programs take clone.
    .jumpIfEqual(clone3, then: 0, else: 1),
    .return(.errno(.noFunction)),
  ]
  // The types are written out: without them the compiler looks for them for most of a minute.
  + refused.flatMap { entry -> [BPFInstruction] in
    [.jumpIfEqual(entry.value[column], then: 0, else: 1), .return(.errno(.notPermitted))]
  }
  + [
    .jumpIfEqual(clone[column], then: 0, else: 3),
    .load(SeccompData.argumentOffset(0)),
    .jump(.jmp | .jset | .k, newNamespaces, 0, 1),
    .return(.errno(.notPermitted)),
    .return(.allow),
  ]

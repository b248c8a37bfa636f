/// The kernel's capabilities, by number. <linux/capability.h>
let capabilityNames = [
  "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
  "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
  "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
  "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
  "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
  "CHECKPOINT_RESTORE",
]

func capabilityName(_ number: Int) -> String {
  number < capabilityNames.count ? "CAP_" + capabilityNames[number] : "CAP_\(number)"
}

/// "CAP_NET_ADMIN" as a number.
func capabilityNumber(_ name: String) -> Int? {
  name.hasPrefix("CAP_") ? capabilityNames.firstIndex(of: String(name.dropFirst(4))) : nil
}

/// "CAP_CHOWN" and all others.
public let allCapabilities = capabilityNames.map { "CAP_" + $0 }

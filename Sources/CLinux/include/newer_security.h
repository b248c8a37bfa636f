// Constants of this library's security part that Debian 12's kernel headers (Linux 6.1) lack, each with the kernel
// that brought it.
#pragma once

// <linux/prctl.h>
enum {
  LINUX_PR_SET_MDWE = 65,                    // Linux 6.3
  LINUX_PR_GET_MDWE = 66,                    // Linux 6.3
  LINUX_PR_MDWE_REFUSE_EXEC_GAIN = 1,        // Linux 6.3
  LINUX_PR_MDWE_NO_INHERIT = 2,              // Linux 6.6
  LINUX_PR_SET_MEMORY_MERGE = 67,            // Linux 6.4
  LINUX_PR_GET_MEMORY_MERGE = 68,            // Linux 6.4
};

// <linux/seccomp.h>
enum {
  LINUX_SECCOMP_IOCTL_NOTIF_SET_FLAGS = 0x40082104,  // Linux 6.6
  LINUX_SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP = 1,      // Linux 6.6
};

// <linux/landlock.h>
enum {
  LINUX_LANDLOCK_ACCESS_FS_TRUNCATE = 1 << 14,              // Linux 6.2
  LINUX_LANDLOCK_ACCESS_FS_IOCTL_DEV = 1 << 15,             // Linux 6.10
  LINUX_LANDLOCK_RULE_NET_PORT = 2,                         // Linux 6.7
  LINUX_LANDLOCK_ACCESS_NET_BIND_TCP = 1 << 0,              // Linux 6.7
  LINUX_LANDLOCK_ACCESS_NET_CONNECT_TCP = 1 << 1,           // Linux 6.7
  LINUX_LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0,       // Linux 6.12
  LINUX_LANDLOCK_SCOPE_SIGNAL = 1 << 1,                     // Linux 6.12
  LINUX_LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF = 1 << 0,  // Linux 6.15
  LINUX_LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON = 1 << 1,    // Linux 6.15
  LINUX_LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF = 1 << 2, // Linux 6.15
};

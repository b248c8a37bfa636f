// Constants of pidfds that Debian 12's kernel headers (Linux 6.1) lack.
#pragma once

// <linux/pidfd.h>
enum {
  LINUX_PIDFD_THREAD = 0200,                // Linux 6.9
  LINUX_PIDFD_SIGNAL_THREAD = 1,            // Linux 6.9
  LINUX_PIDFD_SIGNAL_THREAD_GROUP = 2,      // Linux 6.9
  LINUX_PIDFD_SIGNAL_PROCESS_GROUP = 4,     // Linux 6.9
};

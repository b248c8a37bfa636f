// Constants of scheduling that Debian 12's kernel headers (Linux 6.1) lack, each with the kernel that brought it.
#pragma once

// <linux/sched.h>, <linux/mempolicy.h>
enum {
  LINUX_SCHED_EXT = 7,                  // Linux 6.12
  LINUX_MPOL_WEIGHTED_INTERLEAVE = 6,   // Linux 6.9
};

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

// Constants of files that Debian 12's kernel headers (Linux 6.1) lack.
#pragma once

// <linux/memfd.h>, <linux/fcntl.h>, <linux/stat.h>
enum {
  LINUX_MFD_NOEXEC_SEAL = 8,            // Linux 6.3
  LINUX_MFD_EXEC = 16,                  // Linux 6.3
  LINUX_F_SEAL_EXEC = 0x20,             // Linux 6.3
  LINUX_STATX_MNT_ID_UNIQUE = 0x4000,   // Linux 6.8
};

// Constants that Debian 12's kernel headers (Linux 6.1) lack, each with the kernel that brought it.
// A test checks them against any newer header that it finds.
#pragma once

enum {
  LINUX_MOVE_MOUNT_BENEATH = 0x200,  // Linux 6.5
};

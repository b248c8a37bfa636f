// Constants of the mount interface that Debian 12's kernel headers (Linux 6.1) lack. MOVE_MOUNT_BENEATH stands
// in newer.h.
#pragma once

// <linux/mount.h>
enum {
  LINUX_FSCONFIG_CMD_CREATE_EXCL = 8,  // Linux 6.6
  LINUX_OPEN_TREE_NAMESPACE = 2,       // Linux 7.0
  LINUX_LISTMOUNT_REVERSE = 1,         // Linux 6.11

  LINUX_STATMOUNT_SB_BASIC = 0x0001,        // Linux 6.8
  LINUX_STATMOUNT_MNT_BASIC = 0x0002,       // Linux 6.8
  LINUX_STATMOUNT_PROPAGATE_FROM = 0x0004,  // Linux 6.8
  LINUX_STATMOUNT_MNT_ROOT = 0x0008,        // Linux 6.8
  LINUX_STATMOUNT_MNT_POINT = 0x0010,       // Linux 6.8
  LINUX_STATMOUNT_FS_TYPE = 0x0020,         // Linux 6.8
  LINUX_STATMOUNT_MNT_NS_ID = 0x0040,       // Linux 6.11
  LINUX_STATMOUNT_MNT_OPTS = 0x0080,        // Linux 6.11
  LINUX_STATMOUNT_FS_SUBTYPE = 0x0100,      // Linux 6.13
  LINUX_STATMOUNT_SB_SOURCE = 0x0200,       // Linux 6.13
  LINUX_STATMOUNT_OPT_ARRAY = 0x0400,       // Linux 6.13
  LINUX_STATMOUNT_OPT_SEC_ARRAY = 0x0800,   // Linux 6.13
  LINUX_STATMOUNT_SUPPORTED_MASK = 0x1000,  // Linux 6.15
  LINUX_STATMOUNT_MNT_UIDMAP = 0x2000,      // Linux 6.15
  LINUX_STATMOUNT_MNT_GIDMAP = 0x4000,      // Linux 6.15
};
#define LINUX_LSMT_ROOT 0xffffffffffffffffULL  // Linux 6.8

// Structures of the mount interface. layout_mounts.c compares each with the kernel's own header.
#pragma once

#include <stdint.h>

// struct mount_attr, <linux/mount.h>
struct clinux_mount_attr {
  uint64_t attr_set;
  uint64_t attr_clr;
  uint64_t propagation;
  uint64_t userns_fd;
};

// struct mnt_id_req, <linux/mount.h>: Linux 6.8, its last field 6.11
struct clinux_mnt_id_req {
  uint32_t size;
  uint32_t spare;
  uint64_t mnt_id;
  uint64_t param;  // statmount: the mask; listmount: the last id that is known
  uint64_t mnt_ns_id;
};

// struct statmount, <linux/mount.h>: Linux 6.8, with the fields of 6.15. What is marked [text] is the offset of a
// text in the bytes that follow the structure.
struct clinux_statmount {
  uint32_t size;
  uint32_t mnt_opts;  // [text]
  uint64_t mask;
  uint32_t sb_dev_major;
  uint32_t sb_dev_minor;
  uint64_t sb_magic;
  uint32_t sb_flags;
  uint32_t fs_type;  // [text]
  uint64_t mnt_id;
  uint64_t mnt_parent_id;
  uint32_t mnt_id_old;
  uint32_t mnt_parent_id_old;
  uint64_t mnt_attr;
  uint64_t mnt_propagation;
  uint64_t mnt_peer_group;
  uint64_t mnt_master;
  uint64_t propagate_from;
  uint32_t mnt_root;   // [text]
  uint32_t mnt_point;  // [text]
  uint64_t mnt_ns_id;
  uint32_t fs_subtype;  // [text]
  uint32_t sb_source;   // [text]
  uint32_t opt_num;
  uint32_t opt_array;  // [text] of opt_num texts
  uint32_t opt_sec_num;
  uint32_t opt_sec_array;  // [text] of opt_sec_num texts
  uint64_t supported_mask;
  uint32_t mnt_uidmap_num;
  uint32_t mnt_uidmap;  // [text] of mnt_uidmap_num texts
  uint32_t mnt_gidmap_num;
  uint32_t mnt_gidmap;  // [text] of mnt_gidmap_num texts
  uint64_t spare[43];
};

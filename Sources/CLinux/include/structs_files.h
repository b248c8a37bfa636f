// Structures of files. layout_files.c compares each with the kernel's own header.
#pragma once

#include <stdint.h>

// struct open_how, <linux/openat2.h>
struct clinux_open_how {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};

// struct statx_timestamp, <linux/stat.h>
struct clinux_statx_timestamp {
  int64_t tv_sec;
  uint32_t tv_nsec;
  int32_t reserved;
};

// struct statx, <linux/stat.h>
struct clinux_statx {
  uint32_t stx_mask;
  uint32_t stx_blksize;
  uint64_t stx_attributes;
  uint32_t stx_nlink;
  uint32_t stx_uid;
  uint32_t stx_gid;
  uint16_t stx_mode;
  uint16_t spare0;
  uint64_t stx_ino;
  uint64_t stx_size;
  uint64_t stx_blocks;
  uint64_t stx_attributes_mask;
  struct clinux_statx_timestamp stx_atime;
  struct clinux_statx_timestamp stx_btime;
  struct clinux_statx_timestamp stx_ctime;
  struct clinux_statx_timestamp stx_mtime;
  uint32_t stx_rdev_major;
  uint32_t stx_rdev_minor;
  uint32_t stx_dev_major;
  uint32_t stx_dev_minor;
  uint64_t stx_mnt_id;
  uint32_t stx_dio_mem_align;
  uint32_t stx_dio_offset_align;
  uint64_t spare3[12];
};

// struct linux_dirent64, <dirent.h>: what comes before the name, which ends with a zero
struct clinux_dirent64 {
  uint64_t d_ino;
  int64_t d_off;
  uint16_t d_reclen;
  uint8_t d_type;
};

// Structures of capabilities, seccomp and landlock. layout_security.c compares each with the kernel's own header.
#pragma once

#include <stdint.h>

// struct __user_cap_header_struct, <linux/capability.h>
struct clinux_cap_header {
  uint32_t version;
  int32_t pid;
};

// struct __user_cap_data_struct: two of them, the low 32 bits first
struct clinux_cap_data {
  uint32_t effective;
  uint32_t permitted;
  uint32_t inheritable;
};

// struct sock_filter, <linux/filter.h>
struct clinux_sock_filter {
  uint16_t code;
  uint8_t jt;
  uint8_t jf;
  uint32_t k;
};

// struct sock_fprog
struct clinux_sock_fprog {
  uint16_t len;
  struct clinux_sock_filter *filter;
};

// struct seccomp_data, <linux/seccomp.h>
struct clinux_seccomp_data {
  int32_t nr;
  uint32_t arch;
  uint64_t instruction_pointer;
  uint64_t args[6];
};

// struct seccomp_notif
struct clinux_seccomp_notif {
  uint64_t id;
  uint32_t pid;
  uint32_t flags;
  struct clinux_seccomp_data data;
};

// struct seccomp_notif_resp
struct clinux_seccomp_notif_resp {
  uint64_t id;
  int64_t val;
  int32_t error;  // 0 or a negative errno
  uint32_t flags;
};

// struct seccomp_notif_addfd
struct clinux_seccomp_notif_addfd {
  uint64_t id;
  uint32_t flags;
  uint32_t srcfd;
  uint32_t newfd;
  uint32_t newfd_flags;
};

// struct seccomp_notif_sizes
struct clinux_seccomp_notif_sizes {
  uint16_t seccomp_notif;
  uint16_t seccomp_notif_resp;
  uint16_t seccomp_data;
};

// struct landlock_ruleset_attr, <linux/landlock.h>; the second field is Linux 6.7's, the third Linux 6.12's
struct clinux_landlock_ruleset_attr {
  uint64_t handled_access_fs;
  uint64_t handled_access_net;
  uint64_t scoped;
};

// struct landlock_path_beneath_attr
struct __attribute__((packed)) clinux_landlock_path_beneath_attr {
  uint64_t allowed_access;
  int32_t parent_fd;
};

// struct landlock_net_port_attr, Linux 6.7
struct clinux_landlock_net_port_attr {
  uint64_t allowed_access;
  uint64_t port;
};

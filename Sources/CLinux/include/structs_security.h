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

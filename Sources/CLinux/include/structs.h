// Structures of the kernel's user interface. layout.c compares each with the kernel's own header.
#pragma once

#include <stdint.h>

// struct clone_args, <linux/sched.h>
struct clinux_clone_args {
  uint64_t flags;
  uint64_t pidfd;         // int *
  uint64_t child_tid;     // pid_t *
  uint64_t parent_tid;    // pid_t *
  uint64_t exit_signal;
  uint64_t stack;         // lowest byte
  uint64_t stack_size;
  uint64_t tls;
  uint64_t set_tid;       // pid_t[set_tid_size], innermost pid namespace first
  uint64_t set_tid_size;
  uint64_t cgroup;        // descriptor of a cgroup v2 directory
};

// Structures of resource limits and scheduling. layout_sched.c compares each with the kernel's own header.
#pragma once

#include <stdint.h>

// struct rlimit64, <linux/resource.h>
struct clinux_rlimit64 {
  uint64_t rlim_cur;
  uint64_t rlim_max;
};

// struct sched_attr, <linux/sched/types.h>; the last two are Linux 5.3's
struct clinux_sched_attr {
  uint32_t size;
  uint32_t sched_policy;
  uint64_t sched_flags;
  int32_t sched_nice;
  uint32_t sched_priority;
  uint64_t sched_runtime;   // nanoseconds, as the next two
  uint64_t sched_deadline;
  uint64_t sched_period;
  uint32_t sched_util_min;  // 0 to 1024
  uint32_t sched_util_max;
};

#include <linux/resource.h>
#include <linux/sched/types.h>

#include "CLinux.h"
#include "layout.h"

SAME_SIZE(clinux_rlimit64, rlimit64);
SAME_FIELD(clinux_rlimit64, rlimit64, rlim_max);
SAME_SIZE(clinux_sched_attr, sched_attr);
SAME_FIELD(clinux_sched_attr, sched_attr, sched_policy);
SAME_FIELD(clinux_sched_attr, sched_attr, sched_flags);
SAME_FIELD(clinux_sched_attr, sched_attr, sched_nice);
SAME_FIELD(clinux_sched_attr, sched_attr, sched_priority);
SAME_FIELD(clinux_sched_attr, sched_attr, sched_runtime);
SAME_FIELD(clinux_sched_attr, sched_attr, sched_deadline);
SAME_FIELD(clinux_sched_attr, sched_attr, sched_period);
SAME_FIELD(clinux_sched_attr, sched_attr, sched_util_max);

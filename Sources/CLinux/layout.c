// Each structure of ours has the kernel's layout: same size, same offset of every field.
#include <linux/sched.h>
#include <stddef.h>

#include "CLinux.h"

#define SAME_SIZE(ours, theirs) _Static_assert(sizeof(struct ours) == sizeof(struct theirs), #ours)
#define SAME_FIELD(ours, theirs, field)                                                     \
  _Static_assert(offsetof(struct ours, field) == offsetof(struct theirs, field), #ours "." #field)

SAME_SIZE(clinux_clone_args, clone_args);
SAME_FIELD(clinux_clone_args, clone_args, pidfd);
SAME_FIELD(clinux_clone_args, clone_args, exit_signal);
SAME_FIELD(clinux_clone_args, clone_args, set_tid);
SAME_FIELD(clinux_clone_args, clone_args, cgroup);

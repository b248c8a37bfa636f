#include <signal.h>
#include <stddef.h>

#include "CLinux.h"

#define SAME_FIELD(ours, theirs)                                                                \
  _Static_assert(offsetof(struct clinux_siginfo_child, ours) == offsetof(siginfo_t, theirs), #ours)

_Static_assert(sizeof(struct clinux_siginfo_child) == sizeof(siginfo_t), "siginfo_t");
SAME_FIELD(signo, si_signo);
SAME_FIELD(error, si_errno);
SAME_FIELD(code, si_code);
SAME_FIELD(pid, si_pid);
SAME_FIELD(uid, si_uid);
SAME_FIELD(status, si_status);

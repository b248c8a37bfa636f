#include <linux/eventpoll.h>
#include <linux/poll.h>
#include <linux/signalfd.h>
#include <linux/time_types.h>

#include "CLinux.h"
#include "layout.h"

SAME_SIZE(clinux_timespec, __kernel_timespec);
SAME_FIELD(clinux_timespec, __kernel_timespec, tv_nsec);

SAME_SIZE(clinux_pollfd, pollfd);
SAME_FIELD(clinux_pollfd, pollfd, events);
SAME_FIELD(clinux_pollfd, pollfd, revents);

SAME_SIZE(clinux_epoll_event, epoll_event);
SAME_FIELD(clinux_epoll_event, epoll_event, data);

SAME_SIZE(clinux_signalfd_siginfo, signalfd_siginfo);
SAME_FIELD(clinux_signalfd_siginfo, signalfd_siginfo, ssi_code);
SAME_FIELD(clinux_signalfd_siginfo, signalfd_siginfo, ssi_pid);
SAME_FIELD(clinux_signalfd_siginfo, signalfd_siginfo, ssi_uid);
SAME_FIELD(clinux_signalfd_siginfo, signalfd_siginfo, ssi_status);
SAME_FIELD(clinux_signalfd_siginfo, signalfd_siginfo, ssi_int);
SAME_FIELD(clinux_signalfd_siginfo, signalfd_siginfo, ssi_arch);

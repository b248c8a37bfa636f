// Constants of waiting for events: poll, epoll, signals in a descriptor.
#pragma once

// poll: <linux/poll.h>
enum {
  LINUX_POLLIN = 0x0001,
  LINUX_POLLPRI = 0x0002,
  LINUX_POLLOUT = 0x0004,
  LINUX_POLLERR = 0x0008,
  LINUX_POLLHUP = 0x0010,
  LINUX_POLLNVAL = 0x0020,
  LINUX_POLLRDHUP = 0x2000,
};

// epoll: <linux/eventpoll.h>
enum {
  LINUX_EPOLL_CTL_ADD = 1,
  LINUX_EPOLL_CTL_DEL = 2,
  LINUX_EPOLL_CTL_MOD = 3,
  LINUX_EPOLLIN = 0x0001,
  LINUX_EPOLLPRI = 0x0002,
  LINUX_EPOLLOUT = 0x0004,
  LINUX_EPOLLERR = 0x0008,
  LINUX_EPOLLHUP = 0x0010,
  LINUX_EPOLLRDHUP = 0x2000,
  LINUX_EPOLLEXCLUSIVE = 1 << 28,
  LINUX_EPOLLWAKEUP = 1 << 29,
  LINUX_EPOLLONESHOT = 1 << 30,
  LINUX_EPOLLET = 0x80000000,
};

// signalfd: <linux/signalfd.h>; sigprocmask: <asm-generic/signal-defs.h>
enum {
  LINUX_SFD_NONBLOCK = 04000,
  LINUX_SIG_BLOCK = 0,
  LINUX_SIG_UNBLOCK = 1,
  LINUX_SIG_SETMASK = 2,
};

// clock_gettime: <linux/time.h>
enum {
  LINUX_CLOCK_MONOTONIC = 1,
};

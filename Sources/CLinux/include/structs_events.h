// Structures of waiting for events. layout_events.c compares each with the system's own header.
#pragma once

#include <stdint.h>

// struct __kernel_timespec, <linux/time_types.h>
struct clinux_timespec {
  int64_t tv_sec;
  int64_t tv_nsec;
};

// struct pollfd, <linux/poll.h>
struct clinux_pollfd {
  int32_t fd;
  int16_t events;
  int16_t revents;
};

// struct epoll_event, <linux/eventpoll.h>: packed on x86 only, so `data` is in halves, the lower one first.
struct clinux_epoll_event {
  uint32_t events;
#ifndef __x86_64__
  uint32_t padding;
#endif
  uint32_t data[2];
};

// struct signalfd_siginfo, <linux/signalfd.h>
struct clinux_signalfd_siginfo {
  uint32_t ssi_signo;
  int32_t ssi_errno;
  int32_t ssi_code;
  uint32_t ssi_pid;
  uint32_t ssi_uid;
  int32_t ssi_fd;
  uint32_t ssi_tid;
  uint32_t ssi_band;
  uint32_t ssi_overrun;
  uint32_t ssi_trapno;
  int32_t ssi_status;
  int32_t ssi_int;
  uint64_t ssi_ptr;
  uint64_t ssi_utime;
  uint64_t ssi_stime;
  uint64_t ssi_addr;
  uint16_t ssi_addr_lsb;
  uint16_t pad2;
  int32_t ssi_syscall;
  uint64_t ssi_call_addr;
  uint32_t ssi_arch;
  uint8_t pad[28];
};

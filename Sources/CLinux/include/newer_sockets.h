// Constants of sockets that Debian 12's kernel headers (Linux 6.1) lack.
#pragma once

// <sys/socket.h>, <asm-generic/socket.h>
enum {
  LINUX_SCM_PIDFD = 4,         // Linux 6.5
  LINUX_SO_PASSPIDFD = 76,     // Linux 6.5
  LINUX_SO_PEERPIDFD = 77,     // Linux 6.5
  LINUX_SO_PASSRIGHTS = 83,    // Linux 6.16
};

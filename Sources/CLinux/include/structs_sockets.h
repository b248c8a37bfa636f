// Structures of sockets. layout_sockets.c compares each with the system's own header.
#pragma once

#include <stdint.h>

// struct iovec, <linux/uio.h>
struct clinux_iovec {
  uint64_t iov_base;
  uint64_t iov_len;
};

// struct msghdr, <sys/socket.h>
struct clinux_msghdr {
  uint64_t msg_name;
  uint32_t msg_namelen;
  uint32_t padding;
  uint64_t msg_iov;
  uint64_t msg_iovlen;
  uint64_t msg_control;
  uint64_t msg_controllen;
  int32_t msg_flags;
  int32_t padding2;
};

// struct cmsghdr, <sys/socket.h>
struct clinux_cmsghdr {
  uint64_t cmsg_len;
  int32_t cmsg_level;
  int32_t cmsg_type;
};

// struct ucred, <sys/socket.h>
struct clinux_ucred {
  int32_t pid;
  uint32_t uid;
  uint32_t gid;
};

// struct sockaddr_un, <linux/un.h>
struct clinux_sockaddr_un {
  uint16_t sun_family;
  uint8_t sun_path[108];
};

// struct ifreq, <linux/if.h>, as the ioctls of an interface's flags use it. The fields have names of our own, since
// the header's are macros.
struct clinux_ifreq {
  char name[16];
  int16_t flags;
  uint8_t rest[22];
};

#include <linux/if.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "CLinux.h"
#include "layout.h"

SAME_SIZE(clinux_iovec, iovec);
SAME_FIELD(clinux_iovec, iovec, iov_len);

SAME_SIZE(clinux_msghdr, msghdr);
SAME_FIELD(clinux_msghdr, msghdr, msg_namelen);
SAME_FIELD(clinux_msghdr, msghdr, msg_iov);
SAME_FIELD(clinux_msghdr, msghdr, msg_iovlen);
SAME_FIELD(clinux_msghdr, msghdr, msg_control);
SAME_FIELD(clinux_msghdr, msghdr, msg_controllen);
SAME_FIELD(clinux_msghdr, msghdr, msg_flags);

SAME_SIZE(clinux_cmsghdr, cmsghdr);
SAME_FIELD(clinux_cmsghdr, cmsghdr, cmsg_level);
SAME_FIELD(clinux_cmsghdr, cmsghdr, cmsg_type);

SAME_SIZE(clinux_ucred, ucred);
SAME_FIELD(clinux_ucred, ucred, uid);
SAME_FIELD(clinux_ucred, ucred, gid);

SAME_SIZE(clinux_sockaddr_un, sockaddr_un);
SAME_FIELD(clinux_sockaddr_un, sockaddr_un, sun_path);

SAME_SIZE(clinux_ifreq, ifreq);
_Static_assert(offsetof(struct clinux_ifreq, flags) == offsetof(struct ifreq, ifr_flags), "ifr_flags");
_Static_assert(sizeof(((struct clinux_ifreq *)0)->name) == IFNAMSIZ, "ifr_name");

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>

#include "CLinux.h"
#include "layout.h"

SAME_SIZE(clinux_cap_header, __user_cap_header_struct);
SAME_FIELD(clinux_cap_header, __user_cap_header_struct, pid);
SAME_SIZE(clinux_cap_data, __user_cap_data_struct);
SAME_FIELD(clinux_cap_data, __user_cap_data_struct, permitted);
SAME_FIELD(clinux_cap_data, __user_cap_data_struct, inheritable);

SAME_SIZE(clinux_sock_filter, sock_filter);
SAME_FIELD(clinux_sock_filter, sock_filter, jt);
SAME_FIELD(clinux_sock_filter, sock_filter, jf);
SAME_FIELD(clinux_sock_filter, sock_filter, k);
SAME_SIZE(clinux_sock_fprog, sock_fprog);
SAME_FIELD(clinux_sock_fprog, sock_fprog, filter);

SAME_SIZE(clinux_seccomp_data, seccomp_data);
SAME_FIELD(clinux_seccomp_data, seccomp_data, arch);
SAME_FIELD(clinux_seccomp_data, seccomp_data, instruction_pointer);
SAME_FIELD(clinux_seccomp_data, seccomp_data, args);
SAME_SIZE(clinux_seccomp_notif, seccomp_notif);
SAME_FIELD(clinux_seccomp_notif, seccomp_notif, pid);
SAME_FIELD(clinux_seccomp_notif, seccomp_notif, data);
SAME_SIZE(clinux_seccomp_notif_resp, seccomp_notif_resp);
SAME_FIELD(clinux_seccomp_notif_resp, seccomp_notif_resp, val);
SAME_FIELD(clinux_seccomp_notif_resp, seccomp_notif_resp, error);
SAME_FIELD(clinux_seccomp_notif_resp, seccomp_notif_resp, flags);
SAME_SIZE(clinux_seccomp_notif_addfd, seccomp_notif_addfd);
SAME_FIELD(clinux_seccomp_notif_addfd, seccomp_notif_addfd, srcfd);
SAME_FIELD(clinux_seccomp_notif_addfd, seccomp_notif_addfd, newfd_flags);
SAME_SIZE(clinux_seccomp_notif_sizes, seccomp_notif_sizes);

// landlock_ruleset_attr has grown since Debian 12's headers; its first field is where it was.
SAME_FIELD(clinux_landlock_ruleset_attr, landlock_ruleset_attr, handled_access_fs);
SAME_SIZE(clinux_landlock_path_beneath_attr, landlock_path_beneath_attr);
SAME_FIELD(clinux_landlock_path_beneath_attr, landlock_path_beneath_attr, parent_fd);

#include <linux/mount.h>
#include <stddef.h>

#include "CLinux.h"

#define SAME_SIZE(ours, theirs) _Static_assert(sizeof(struct ours) == sizeof(struct theirs), #ours)
#define SAME_FIELD(ours, theirs, field)                                                     \
  _Static_assert(offsetof(struct ours, field) == offsetof(struct theirs, field), #ours "." #field)
#define AT(ours, field, offset) _Static_assert(offsetof(struct ours, field) == offset, #ours "." #field)

SAME_SIZE(clinux_mount_attr, mount_attr);
SAME_FIELD(clinux_mount_attr, mount_attr, attr_clr);
SAME_FIELD(clinux_mount_attr, mount_attr, propagation);
SAME_FIELD(clinux_mount_attr, mount_attr, userns_fd);

// MNT_ID_REQ_SIZE_VER1.
_Static_assert(sizeof(struct clinux_mnt_id_req) == 32, "clinux_mnt_id_req");
AT(clinux_mnt_id_req, mnt_id, 8);
AT(clinux_mnt_id_req, param, 16);
AT(clinux_mnt_id_req, mnt_ns_id, 24);

// The texts begin at byte 512 on every kernel: new fields come out of the spare ones.
_Static_assert(sizeof(struct clinux_statmount) == 512, "clinux_statmount");
AT(clinux_statmount, mask, 8);
AT(clinux_statmount, mnt_id, 40);
AT(clinux_statmount, propagate_from, 96);
AT(clinux_statmount, mnt_ns_id, 112);
AT(clinux_statmount, supported_mask, 144);
AT(clinux_statmount, mnt_gidmap, 164);

// A header of Linux 6.15 or later says it itself.
#ifdef STATMOUNT_MNT_GIDMAP
SAME_SIZE(clinux_mnt_id_req, mnt_id_req);
SAME_FIELD(clinux_mnt_id_req, mnt_id_req, mnt_ns_id);
SAME_SIZE(clinux_statmount, statmount);
SAME_FIELD(clinux_statmount, statmount, mnt_opts);
SAME_FIELD(clinux_statmount, statmount, fs_type);
SAME_FIELD(clinux_statmount, statmount, propagate_from);
SAME_FIELD(clinux_statmount, statmount, sb_source);
SAME_FIELD(clinux_statmount, statmount, opt_sec_array);
SAME_FIELD(clinux_statmount, statmount, supported_mask);
SAME_FIELD(clinux_statmount, statmount, mnt_gidmap);
#endif

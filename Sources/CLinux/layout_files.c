#include <dirent.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <stddef.h>

#include "CLinux.h"

#define SAME_SIZE(ours, theirs) _Static_assert(sizeof(struct ours) == sizeof(struct theirs), #ours)
#define SAME_FIELD(ours, theirs, field)                                                     \
  _Static_assert(offsetof(struct ours, field) == offsetof(struct theirs, field), #ours "." #field)

SAME_SIZE(clinux_open_how, open_how);
SAME_FIELD(clinux_open_how, open_how, mode);
SAME_FIELD(clinux_open_how, open_how, resolve);

SAME_SIZE(clinux_statx_timestamp, statx_timestamp);
SAME_FIELD(clinux_statx_timestamp, statx_timestamp, tv_nsec);
SAME_SIZE(clinux_statx, statx);
SAME_FIELD(clinux_statx, statx, stx_attributes);
SAME_FIELD(clinux_statx, statx, stx_mode);
SAME_FIELD(clinux_statx, statx, stx_ino);
SAME_FIELD(clinux_statx, statx, stx_attributes_mask);
SAME_FIELD(clinux_statx, statx, stx_btime);
SAME_FIELD(clinux_statx, statx, stx_mtime);
SAME_FIELD(clinux_statx, statx, stx_dev_major);
SAME_FIELD(clinux_statx, statx, stx_mnt_id);
SAME_FIELD(clinux_statx, statx, stx_dio_offset_align);

// The size isn't: the name's length differs.
SAME_FIELD(clinux_dirent64, dirent64, d_ino);
SAME_FIELD(clinux_dirent64, dirent64, d_off);
SAME_FIELD(clinux_dirent64, dirent64, d_reclen);
SAME_FIELD(clinux_dirent64, dirent64, d_type);
_Static_assert(offsetof(struct dirent64, d_name) == offsetof(struct clinux_dirent64, d_type) + 1, "d_name");

// For layout*.c: each structure of ours has the kernel's layout, same size, same offset of every field.
#pragma once

#include <stddef.h>

#define SAME_SIZE(ours, theirs) _Static_assert(sizeof(struct ours) == sizeof(struct theirs), #ours)
#define SAME_FIELD(ours, theirs, field)                                                     \
  _Static_assert(offsetof(struct ours, field) == offsetof(struct theirs, field), #ours "." #field)

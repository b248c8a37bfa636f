#include <linux/capability.h>

#include "CLinux.h"
#include "layout.h"

SAME_SIZE(clinux_cap_header, __user_cap_header_struct);
SAME_FIELD(clinux_cap_header, __user_cap_header_struct, pid);
SAME_SIZE(clinux_cap_data, __user_cap_data_struct);
SAME_FIELD(clinux_cap_data, __user_cap_data_struct, permitted);
SAME_FIELD(clinux_cap_data, __user_cap_data_struct, inheritable);

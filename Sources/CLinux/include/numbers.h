// System call numbers, by architecture: from the kernel's own header, and below it those that are
// newer than Debian 12's headers (Linux 6.1). Numbers from 424 on are the same everywhere.
#pragma once

#include <asm/unistd.h>

#ifndef __NR_cachestat
#define __NR_cachestat 451  // Linux 6.5
#endif
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452  // Linux 6.6
#endif
#ifndef __NR_statmount
#define __NR_statmount 457  // Linux 6.8
#endif
#ifndef __NR_listmount
#define __NR_listmount 458  // Linux 6.8
#endif
#ifndef __NR_open_tree_attr
#define __NR_open_tree_attr 467  // Linux 6.15
#endif

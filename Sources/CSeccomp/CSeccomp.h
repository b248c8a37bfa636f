// libseccomp, which knows the numbers of the system calls and turns rules into filters.
#pragma once

#include <seccomp.h>

// The C side of `Linux`: what Swift cannot see or say. It decides nothing.
//
// This header includes kernel headers only. glibc's <sys/mount.h> and the kernel's
// <linux/mount.h> declare the same names differently, and a dependent package may import Glibc
// beside us: so every constant of ours is an enumerator with the prefix LINUX_.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "constants.h"
#include "constants_events.h"
#include "constants_files.h"
#include "constants_keys.h"
#include "constants_mounts.h"
#include "constants_processes.h"
#include "constants_sched.h"
#include "constants_seccomp.h"
#include "constants_security.h"
#include "constants_sockets.h"
#include "constants_terminals.h"
#include "newer.h"
#include "newer_files.h"
#include "newer_mounts.h"
#include "newer_processes.h"
#include "newer_sched.h"
#include "newer_security.h"
#include "newer_sockets.h"
#include "numbers.h"
#include "structs.h"
#include "structs_events.h"
#include "structs_files.h"
#include "structs_mounts.h"
#include "structs_processes.h"
#include "structs_sched.h"
#include "structs_security.h"
#include "structs_sockets.h"
#include "structs_terminals.h"

// A function that may be called between clone and exec: it takes no lock and allocates nothing.
#define CLINUX_CHILD_SAFE \
  __attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))

// syscall(number, ...): the result, or a negative errno.
CLINUX_CHILD_SAFE
long clinux_syscall(long number, long a, long b, long c, long d, long e, long f);

// errno's name ("EPERM"), or NULL when glibc knows none.
const char *clinux_errno_name(int error);

// fork() with the handlers of glibc and pthread_atfork; -errno on failure.
long clinux_fork(void);

// fflush(NULL), and the same followed by _exit(status).
void clinux_flush(void);
_Noreturn void clinux_flush_and_exit(int status);

CLINUX_CHILD_SAFE
_Noreturn void clinux_exit(int status);

// Where clinux_exit is: as a signal's handler it ends the process, with the signal's number.
long clinux_exit_address(void);

// clone(body, stack_top, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM, argument): a
// thread that has the caller's errno and everything else of its glibc's. The thread's number, or a negative errno.
CLINUX_CHILD_SAFE
long clinux_thread(int (*body)(void *), void *stack_top, void *argument);

// exit(status).
_Noreturn void clinux_exit_normally(int status);

// The process's own environment: a NULL-terminated array of "NAME=value".
char **clinux_environment(void);

// For a process that is done soon, and then ends or sleeps: what it frees stays its own, and its heap grows in large steps.
void clinux_keep_freed_memory(void);

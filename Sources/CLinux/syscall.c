#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "CLinux.h"

long clinux_syscall(long number, long a, long b, long c, long d, long e, long f) {
  long result = syscall(number, a, b, c, d, e, f);
  return result == -1 ? -(long)errno : result;
}

const char *clinux_errno_name(int error) { return strerrorname_np(error); }

long clinux_fork(void) {
  pid_t pid = fork();
  return pid == -1 ? -(long)errno : pid;
}

void clinux_flush(void) { fflush(NULL); }

_Noreturn void clinux_flush_and_exit(int status) {
  fflush(NULL);
  _exit(status);
}

_Noreturn void clinux_exit(int status) { _exit(status); }

long clinux_exit_address(void) { return (long)clinux_exit; }

_Noreturn void clinux_exit_normally(int status) { exit(status); }

long clinux_thread(int (*body)(void *), void *stack_top, void *argument) {
  int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
  int thread = clone(body, stack_top, flags, argument);
  return thread == -1 ? -(long)errno : thread;
}

char **clinux_environment(void) { return environ; }

void clinux_keep_freed_memory(void) {
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  mallopt(M_TOP_PAD, 512 << 10);
}

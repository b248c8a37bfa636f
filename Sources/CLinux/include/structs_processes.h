// Structures of signals and waiting. layout_processes.c compares each with the system's own header.
#pragma once

#include <stdint.h>

// siginfo_t as waitid fills it, <signal.h>, where si_pid and its like are macros
struct clinux_siginfo_child {
  int32_t signo;
  int32_t error;
  int32_t code;
  int32_t padding;
  int32_t pid;
  uint32_t uid;
  int32_t status;
  int32_t rest[25];
};

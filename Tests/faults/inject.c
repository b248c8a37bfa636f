/* Runs a program, and lets one system call of one of its processes fail.

   inject FILE ERRNO PROCESS NUMBER -- COMMAND ARG...

   Processes count from 0 in the order in which they were made, each one's calls from 1. The call isn't made,
   but returns ERRNO; close, which always closes, is made and returns it; brk leaves the break where it is.
   What was hit is written to FILE: the call's number, how many calls the process had made since its last execve, and
   how many of those it had. ERRNO -1 kills the process in place of the call. With ERRNO 0 nothing fails, and the calls of each process are counted. The status is the command's.
   x86-64 only. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAXIMUM = 64 };

struct tracee {
  pid_t pid;
  long calls;
  long since_exec;
  int execs;
  unsigned long long argument;  /* of a brk that fails */
  int entered;  /* in a call */
  int fails;    /* this call returns the error */
} tracees[MAXIMUM];

static int count, output;

static struct tracee *find(pid_t pid) {
  for (int i = 0; i < count; i++)
    if (tracees[i].pid == pid) return &tracees[i];
  if (count == MAXIMUM) exit(125);
  tracees[count] = (struct tracee){.pid = pid};
  return &tracees[count++];
}

static void at_call(struct tracee *t, int error, int process, long number) {
  struct user_regs_struct r;
  if (ptrace(PTRACE_GETREGS, t->pid, 0, &r)) return;
  if (!t->entered) {
    t->entered = 1;
    t->calls++;
    t->since_exec++;
    if (error && t - tracees == process && t->calls == number) {
      dprintf(output, "%lld %ld %d\n", (long long)r.orig_rax, t->since_exec, t->execs);
      if (error < 0) {
        kill(t->pid, SIGKILL);
        return;
      }
      t->argument = r.rdi;
      t->fails = 1;
      if (r.orig_rax == SYS_brk) r.rdi = 0;
      if (r.orig_rax != SYS_close && r.orig_rax != SYS_brk) r.orig_rax = -1;
      ptrace(PTRACE_SETREGS, t->pid, 0, &r);
    }
  } else {
    t->entered = 0;
    if ((r.orig_rax == SYS_execve || r.orig_rax == SYS_execveat) && r.rax == 0) {
      t->since_exec = 0;
      t->execs++;
    }
    if (t->fails) {
      t->fails = 0;
      if (r.orig_rax == SYS_brk) r.rdi = t->argument;
      else r.rax = -error;
      ptrace(PTRACE_SETREGS, t->pid, 0, &r);
    }
  }
}

/* What lives on lives on without us. */
static void detach_all(void) {
  int status;
  for (int i = 0; i < count; i++) {
    if (!tracees[i].pid || ptrace(PTRACE_INTERRUPT, tracees[i].pid, 0, 0)) continue;
    if (waitpid(tracees[i].pid, &status, __WALL) < 0 || !WIFSTOPPED(status)) continue;
    int is_plain = status >> 16 == 0 && WSTOPSIG(status) != (SIGTRAP | 0x80);
    ptrace(PTRACE_DETACH, tracees[i].pid, 0, is_plain ? WSTOPSIG(status) : 0);
  }
}

int main(int argc, char **argv) {
  if (argc < 7) return 125;
  int error = atoi(argv[2]), process = atoi(argv[3]);
  long number = atol(argv[4]);
  output = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  pid_t first = fork();
  if (first == 0) {
    raise(SIGSTOP);
    execv(argv[6], argv + 6);
    _exit(126);
  }
  find(first);
  waitpid(first, 0, WUNTRACED);
  ptrace(PTRACE_SEIZE, first, 0,
         PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE);
  kill(first, SIGCONT);
  int status, result = 125;
  pid_t pid;
  while ((pid = waitpid(-1, &status, __WALL)) > 0) {
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      find(pid)->pid = 0;
      if (pid != first) continue;
      result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      detach_all();
      break;
    }
    int signal = WSTOPSIG(status), event = status >> 16;
    if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
      unsigned long child;
      if (!ptrace(PTRACE_GETEVENTMSG, pid, 0, &child)) find(child);
      ptrace(PTRACE_SYSCALL, pid, 0, 0);
    } else if (signal == (SIGTRAP | 0x80)) {
      at_call(find(pid), error, process, number);
      ptrace(PTRACE_SYSCALL, pid, 0, 0);
    } else if (event == PTRACE_EVENT_STOP) {
      find(pid);
      int stops = signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
      ptrace(stops && pid != first ? PTRACE_LISTEN : PTRACE_SYSCALL, pid, 0, 0);
    } else {
      ptrace(PTRACE_SYSCALL, pid, 0, signal);
    }
  }
  if (!error)
    for (int i = 0; i < count; i++) dprintf(output, "%ld\n", tracees[i].calls);
  return result;
}

/* Runs a program, and lets system calls of its processes fail.

   inject FILE ERRNO PROCESS NUMBER -- COMMAND ARG...   the NUMBER-th call of one process
   inject FILE ERRNO once CALL[:TEXT] -- COMMAND ARG... the first CALL, a number, whose path has the text
   inject FILE ERRNO every CALL[:TEXT] -- COMMAND ARG... each of them, in each process

   Processes count from 0 in the order in which they were made, each one's calls from 1. The call isn't made,
   but returns ERRNO; close, which always closes, is made and returns it; brk leaves the break where it is.
   What was hit is written to FILE, a line each: the call's number, how many calls the process had made since its last
   execve, how many of those it had, and the path that the call is about, where it has one.
   ERRNO -1 kills the process in place of the call, kPID another one, and the call is made. With ERRNO 0 nothing fails, and the calls of each process are
   counted. The status is the command's.
   x86-64 only. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
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

/* What is to fail. */
static struct {
  int error, process;  /* -1: of any process */
  pid_t victim;
  long number;         /* of a call of the process, or the kind of call */
  const char *text;
  int is_once, is_over;
} fault;

static struct tracee *find(pid_t pid) {
  for (int i = 0; i < count; i++)
    if (tracees[i].pid == pid) return &tracees[i];
  if (count == MAXIMUM) exit(125);
  tracees[count] = (struct tracee){.pid = pid};
  return &tracees[count++];
}

static void add_link(pid_t pid, const char *format, int fd, char path[PATH_MAX]) {
  char link[64];
  snprintf(link, sizeof link, format, pid, fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  path[length < 0 ? 0 : length] = 0;
}

/* The path that a call is about; empty where we don't know. */
static void find_path(pid_t pid, const struct user_regs_struct *r, char path[PATH_MAX]) {
  unsigned long long name = 0;
  path[0] = 0;
  switch (r->orig_rax) {
    case SYS_write: case SYS_read: case SYS_getdents64: case SYS_flock: case SYS_fstat:
      add_link(pid, "/proc/%d/fd/%d", (int)r->rdi, path);
      return;
    case SYS_rmdir: case SYS_unlink: case SYS_umount2: case SYS_execve: case SYS_readlink: case SYS_mkdir:
      name = r->rdi;
      break;
    case SYS_openat: case SYS_openat2: case SYS_unlinkat: case SYS_mkdirat: case SYS_statx: case SYS_faccessat:
    case SYS_faccessat2: case SYS_newfstatat: case SYS_readlinkat: case SYS_renameat2: case SYS_open_tree:
      name = r->rsi;
      break;
    default: return;
  }
  char text[PATH_MAX] = "";
  struct iovec here = {text, 256}, there = {(void *)name, 256};
  ssize_t length = process_vm_readv(pid, &here, 1, &there, 1, 0);
  if (length < 0) {
    here.iov_len = there.iov_len = 4096 - name % 4096;
    if (here.iov_len > 256) here.iov_len = there.iov_len = 256;
    length = process_vm_readv(pid, &here, 1, &there, 1, 0);
  }
  text[length < 0 ? 0 : length] = 0;
  if (text[0] != '/' && name == r->rsi && (int)r->rdi >= 0) {
    add_link(pid, "/proc/%d/fd/%d", (int)r->rdi, path);
    if (text[0]) strncat(path, "/", PATH_MAX - strlen(path) - 1);
  }
  strncat(path, text, PATH_MAX - strlen(path) - 1);
}

static int is_meant(const struct tracee *t, const struct user_regs_struct *r, const char *path) {
  if (!fault.error || fault.is_over) return 0;
  if (fault.process >= 0) return t - tracees == fault.process && t->calls == fault.number;
  return (long)r->orig_rax == fault.number && (!fault.text || strstr(path, fault.text));
}

static void at_call(struct tracee *t) {
  int error = fault.error;
  char path[PATH_MAX] = "";
  struct user_regs_struct r;
  if (ptrace(PTRACE_GETREGS, t->pid, 0, &r)) return;
  if (!t->entered) {
    t->entered = 1;
    t->calls++;
    t->since_exec++;
    if (fault.text) find_path(t->pid, &r, path);
    if (is_meant(t, &r, path)) {
      fault.is_over = fault.is_once;
      find_path(t->pid, &r, path);
      dprintf(output, "%lld %ld %d %s\n", (long long)r.orig_rax, t->since_exec, t->execs, path);
      if (fault.victim) {
        kill(fault.victim, SIGKILL);
        return;
      }
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

/* What lives on lives on without us. Who has ended is waited for in any order: the first process of a pid namespace ends when
   those in it are counted. */
static void detach_all(void) {
  int status;
  pid_t pid;
  for (int i = 0; i < count; i++)
    if (tracees[i].pid) ptrace(PTRACE_INTERRUPT, tracees[i].pid, 0, 0);
  while ((pid = waitpid(-1, &status, __WALL)) > 0) {
    if (!WIFSTOPPED(status)) continue;
    int is_plain = status >> 16 == 0 && WSTOPSIG(status) != (SIGTRAP | 0x80);
    ptrace(PTRACE_DETACH, pid, 0, is_plain ? WSTOPSIG(status) : 0);
  }
}

int main(int argc, char **argv) {
  if (argc < 7) return 125;
  int is_kind = argv[3][0] == 'o' || argv[3][0] == 'e';
  fault.victim = argv[2][0] == 'k' ? atoi(argv[2] + 1) : 0;
  fault.error = fault.victim ? 1 : atoi(argv[2]);
  fault.process = is_kind ? -1 : atoi(argv[3]);
  fault.number = atol(argv[4]);
  fault.text = is_kind && strchr(argv[4], ':') ? strchr(argv[4], ':') + 1 : 0;
  fault.is_once = argv[3][0] == 'o';
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
      at_call(find(pid));
      ptrace(PTRACE_SYSCALL, pid, 0, 0);
    } else if (event == PTRACE_EVENT_STOP) {
      find(pid);
      int stops = signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
      ptrace(stops && pid != first ? PTRACE_LISTEN : PTRACE_SYSCALL, pid, 0, 0);
    } else {
      ptrace(PTRACE_SYSCALL, pid, 0, signal);
    }
  }
  if (!fault.error)
    for (int i = 0; i < count; i++) dprintf(output, "%ld\n", tracees[i].calls);
  return result;
}

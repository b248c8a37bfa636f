// opened COMMAND [ARG...]: runs a command, and tells of each descriptor from 3 on that it or a child of its has open without
// FD_CLOEXEC where it makes a process or executes a program: who would get at it there.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int looks, executions;

static int is_kept(int pid, const char *number) {
  char path[320], line[256];
  snprintf(path, sizeof path, "/proc/%d/fdinfo/%s", pid, number);
  FILE *file = fopen(path, "re");
  unsigned flags = O_CLOEXEC;
  while (file && fgets(line, sizeof line, file)) sscanf(line, "flags: %o", &flags);
  if (file) fclose(file);
  return !(flags & O_CLOEXEC);
}

static void look(int pid, const char *call) {
  char path[64], target[4096];
  snprintf(path, sizeof path, "/proc/%d/fd", pid);
  DIR *descriptors = opendir(path);
  looks += descriptors != NULL;
  for (struct dirent *entry; descriptors && (entry = readdir(descriptors));) {
    if (atoi(entry->d_name) < 3 || !is_kept(pid, entry->d_name)) continue;
    ssize_t length = readlinkat(dirfd(descriptors), entry->d_name, target, sizeof target - 1);
    target[length > 0 ? length : 0] = 0;
    fprintf(stderr, "open %s %s %s\n", call, entry->d_name, target);
  }
  if (descriptors) closedir(descriptors);
}

static const char *name_of(unsigned long number) {
  switch (number) {
#ifdef SYS_fork
    case SYS_fork: return "fork";
    case SYS_vfork: return "vfork";
#endif
    case SYS_clone: return "clone";
    case SYS_clone3: return "clone3";
    case SYS_execve: return "execve";
    case SYS_execveat: return "execveat";
  }
  return NULL;
}

int main(int count, char **words) {
  if (count < 2) return 2;
  int first = fork();
  if (!first) {
    raise(SIGSTOP);
    execv(words[1], words + 1);
    _exit(127);
  }
  int status, result = 126;
  waitpid(first, &status, WUNTRACED);
  long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                 PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  if (ptrace(PTRACE_SEIZE, first, 0, options)) return perror("PTRACE_SEIZE"), 2;
  kill(first, SIGCONT);
  for (int pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
    if (pid == first && (WIFEXITED(status) || WIFSIGNALED(status)))
      result = WIFEXITED(status) ? WEXITSTATUS(status) : 125;
    if (!WIFSTOPPED(status)) continue;
    int signal = WSTOPSIG(status), event = status >> 16;
    if (signal == (SIGTRAP | 0x80)) {
      struct __ptrace_syscall_info info;
      ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
      const char *call = info.op == PTRACE_SYSCALL_INFO_ENTRY ? name_of(info.entry.nr) : NULL;
      // The first execve is this program's own.
      if (call && (strncmp(call, "exec", 4) || executions++)) look(pid, call);
    }
    ptrace(PTRACE_SYSCALL, pid, 0, event || signal == (SIGTRAP | 0x80) ? 0 : signal == SIGTRAP ? 0 : signal);
  }
  fprintf(stderr, "looks %d\n", looks);
  return result;
}

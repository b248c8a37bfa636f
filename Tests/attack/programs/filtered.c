// filtered [WAY:]A,B...: a call with each pair of arguments and no file, in a child each: fadvise64, or getdents by a way into
// the kernel, 64, 32 or x32. 9 is EBADF: the call was let through. 38 is ENOSYS, where the kernel hasn't that way.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long call32(long number, long first, unsigned long a, unsigned long b) {
#ifdef __x86_64__
  long result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(number), "b"(first), "c"(a), "d"(b), "S"(0L), "D"(0L)
                   : "r8", "r9", "r10", "r11", "memory");
  return (int)result;
#else
  return -ENOSYS;
#endif
}

static int call(const char *word) {
  const char *pair = strchr(word, ':');
  char *rest;
  unsigned long a = strtoul(pair ? pair + 1 : word, &rest, 0), b = strtoul(rest + 1, NULL, 0);
  if (!pair) return syscall(SYS_fadvise64, -1, a, b, 0) ? errno : 0;
#ifdef SYS_getdents
  if (!strncmp(word, "32:", 3)) return -call32(141, -1, a, b);
  return syscall(SYS_getdents | (*word == 'x' ? 0x40000000 : 0), -1L, a, b) ? errno : 0;
#else
  return ENOSYS;
#endif
}

int main(int count, char **words) {
  for (int i = 1; i < count; i++) {
    pid_t child = fork();
    if (!child) _exit(call(words[i]));
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
      printf("%s signal %d\n", words[i], WTERMSIG(status));
    else
      printf("%s errno %d\n", words[i], WEXITSTATUS(status));
    fflush(stdout);
  }
}

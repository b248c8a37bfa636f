// filtered A,B...: calls fadvise64 of no file with each pair of arguments, in a child each: 9 is EBADF, so the call was let
// through.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **words) {
  for (int i = 1; i < count; i++) {
    char *rest;
    unsigned long a = strtoul(words[i], &rest, 0), b = strtoul(rest + 1, NULL, 0);
    pid_t child = fork();
    if (!child) _exit(syscall(SYS_fadvise64, -1, a, b, 0) ? errno : 0);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
      printf("%s signal %d\n", words[i], WTERMSIG(status));
    else
      printf("%s errno %d\n", words[i], WEXITSTATUS(status));
    fflush(stdout);
  }
}

// Makes each system call of the command line, "[x86:|x32:]NUMBER:ARGUMENT:…", in a process of its own, and prints its errno
// or 0. An argument is a number, or &A,B,… for the address of these 32-bit numbers.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// Below 4 GiB in a static program, for x86's registers.
static int words[64];

static long argument(const char *text) {
  static int used;
  if (*text != '&') return *text == '-' ? strtol(text, NULL, 0) : (long)strtoul(text, NULL, 0);
  int first = used;
  for (char *part = strtok(strdup(text + 1), ","); part; part = strtok(NULL, ",")) words[used++] = atoi(part);
  return (long)(words + first);
}

static long call_x86(long number, long *a) {
  long result = number;
  __asm__ volatile("int $0x80"
                   : "+a"(result)
                   : "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4])
                   : "memory", "r8", "r9", "r10", "r11");
  return (int)result;
}

static long call_native(long number, long *a) {
  long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  return result < 0 ? -errno : result;
}

// A machine without the architecture ends the caller by this.
static void missing(int signal) { _exit(ENOSYS); }

static int perform(char *text) {
  int is_x86 = !strncmp(text, "x86:", 4), is_x32 = !strncmp(text, "x32:", 4);
  if (is_x86 || is_x32) text += 4;
  long a[7] = {0};
  char *state;
  int count = 0;
  for (char *part = strtok_r(text, ":", &state); part && count < 7; part = strtok_r(NULL, ":", &state))
    a[count++] = argument(part);
  signal(SIGSEGV, missing);
  long result = is_x86 ? call_x86(a[0], a + 1) : call_native(is_x32 ? a[0] | 0x40000000 : a[0], a + 1);
  // The child of a clone ends here too.
  return result < 0 ? -result : 0;
}

int main(int count, char **texts) {
  for (int index = 1; index < count; index++) {
    pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) _exit(perform(texts[index]));
    int status;
    if (waitpid(child, &status, 0) != child) return 1;
    if (WIFSIGNALED(status)) printf("signal-%d\n", WTERMSIG(status));
    else printf("%d\n", WEXITSTATUS(status));
  }
}

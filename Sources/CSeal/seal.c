// Runs this program again from a detached read-only mount, as `sealOwnExecutable` in Containers does, before Swift's
// runtime has begun: a start of that costs as much as everything else that a short command does.
//
// It is a short cut. Whoever needs a sealed executable asks `sealOwnExecutable`, which looks, and which does what could
// not be done here, or says why not.
#include <fcntl.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CSeal.h"

static const char executable[] = "/proc/self/exe";

// Whether one of the words is a command that joins or makes namespaces. One that only looks like it costs an exec.
static int needs_seal(char **words) {
  for (; *words; words++) {
    if (!strcmp(*words, "run") || !strcmp(*words, "create") || !strcmp(*words, "exec")) return 1;
  }
  return 0;
}

static int is_sealed(void) {
  struct statvfs status;
  return statvfs(executable, &status) == 0 && status.f_flag & ST_RDONLY;
}

// Swift's runtime is told not to look for the program that prints backtraces of a crash: none lies beside this one.
static void run_again(int tree, char **arguments, char **environment) {
  size_t count = 0;
  while (environment[count]) count++;
  char **extended = malloc((count + 2) * sizeof *extended);
  if (!extended) return;
  memcpy(extended, environment, count * sizeof *extended);
  extended[count] = "SWIFT_BACKTRACE=enable=no,color=no,swift-backtrace=/";
  extended[count + 1] = NULL;
  syscall(SYS_execveat, tree, "", arguments, extended, AT_EMPTY_PATH);
  free(extended);
}

static void seal(int count, char **arguments, char **environment) {
  if (count < 2 || getauxval(AT_EUID) != 0 || !needs_seal(arguments + 1) || is_sealed()) return;
  struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, executable, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (tree < 0) return;
  if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &read_only, sizeof read_only) == 0) {
    run_again(tree, arguments, environment);
  }
  close(tree);
}

// The functions of this section come before all constructors.
__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = seal;

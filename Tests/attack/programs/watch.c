// watch EXECUTABLE...: looks at every process that runs none of these files (told by their inodes), and says what it
// could get at of it. It stops when its input ends, and says how many looks it has taken.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct stat known[16];
static int known_count;
static long looks;

static int is_known(int exe) {
  struct stat found;
  if (fstat(exe, &found)) return 1;
  for (int i = 0; i < known_count; i++)
    if (found.st_ino == known[i].st_ino && found.st_size == known[i].st_size) return 1;
  return 0;
}

static void try_file(int pid, const char *name, int flags) {
  char path[128];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  int file = open(path, flags | O_CLOEXEC);
  if (file < 0) return;
  printf("got %s\n", name);
  fflush(stdout);
  close(file);
}

static void look(int pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  int exe = open(path, O_PATH | O_CLOEXEC);
  if (exe < 0) {
    looks += errno == EACCES || errno == EPERM;
    return;
  }
  if (!is_known(exe)) {
    looks++;
    printf("got exe of %d\n", pid);
    fflush(stdout);
    try_file(pid, "mem", O_RDWR);
    try_file(pid, "fd", O_RDONLY | O_DIRECTORY);
    try_file(pid, "root", O_PATH);
    try_file(pid, "environ", O_RDONLY);
    if (!ptrace(PTRACE_SEIZE, pid, 0, 0)) {
      printf("got ptrace\n");
      fflush(stdout);
      exit(0);
    }
  }
  close(exe);
}

int main(int count, char **words) {
  for (int i = 1; i < count && known_count < 16; i++)
    if (!stat(words[i], &known[known_count])) known_count++;
  puts("watching");
  fflush(stdout);
  struct pollfd input = {0, POLLIN, 0};
  while (!poll(&input, 1, 0)) {
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && (entry = readdir(processes));) {
      int pid = atoi(entry->d_name);
      if (pid > 1 && pid != getpid()) look(pid);
    }
    if (processes) closedir(processes);
  }
  printf("looks %ld\n", looks);
}

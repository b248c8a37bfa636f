/* Level 15 of rd.c: openat2 walks in the image, mount_setattr closes a whole tree; and rd exec. */
#pragma once
#include "rd.h"
#include <linux/openat2.h>

static int open_inside(int root, const char *place) {
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
  return syscall(SYS_openat2, root, place, &how, sizeof how);
}

/* Makes what is missing on the way: directories, and at the end a directory or a file. */
static int make_inside(int root, const char *place, int is_directory) {
  int parent = open_inside(root, ".");
  for (const char *end = place; *end;) {
    while (*end == '/') end++;
    const char *name = end;
    while (*end && *end != '/') end++;
    if (name == end) break;
    char *so_far = strndup(place, end - place), *last = strndup(name, end - name);
    int found = open_inside(root, so_far);
    if (found < 0 && errno == ENOENT) {
      if (*end || is_directory) check(mkdirat(parent, last, 0755), so_far);
      else close(openat(parent, last, O_CREAT | O_WRONLY, 0644));
      found = open_inside(root, so_far);
    }
    check(found, so_far);
    close(parent);
    parent = found;
  }
  return parent;
}

static char *by_number(int fd) {
  char text[16];
  snprintf(text, sizeof text, "%d", fd);
  return path("/proc/self/fd/%s%s", text, "");
}

/* Of a tree of mounts; other flags stay as they are. */
static void close_to_writers(int fd, unsigned flags) {
  const uint64_t attributes[4] = {1 /* MOUNT_ATTR_RDONLY */};
  check(syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | flags, attributes, sizeof attributes), "read-only");
}

static void mount_volumes(const char *root_path) {
  int root = open(root_path, O_PATH | O_DIRECTORY);
  for (char **volume = volumes; *volume; volume++) {
    char *source = strdup(*volume), *target = strchr(source, ':');
    if (!target) errx(2, "%s?", *volume);
    *target++ = 0;
    char *mode = strchr(target, ':');
    if (mode) *mode++ = 0;
    struct stat status;
    check(stat(source, &status), source);
    int place = make_inside(root, target, S_ISDIR(status.st_mode));
    check(mount(source, by_number(place), NULL, MS_BIND | MS_REC, NULL), *volume);
    if (mode && !strcmp(mode, "ro")) close_to_writers(open_inside(root, target), AT_RECURSIVE);
  }
  close(root);
}

/* The cgroups that rd has made for the container. */
static void join_cgroups(void) {
  char line[4096], number[16];
  snprintf(number, sizeof number, "%d", entered);
  FILE *list = fopen(path("/proc/%s/%s", number, "cgroup"), "r");
  while (list && fgets(line, sizeof line, list)) {
    char *controllers = strchr(line, ':') + 1, *place = strchr(controllers, ':');
    *place++ = 0;
    place[strcspn(place, "\n")] = 0;
    if (!strstr(place, "/cooper.c-")) continue;
    controllers[strcspn(controllers, ",")] = 0;
    put(path("/sys/fs/cgroup/%s/%s", controllers, path("%s/%s", place, "cgroup.procs")), "0");
  }
  if (list) fclose(list);
}

/* One after the other; the user's first, if it is another, for it gives the right to the rest. */
static void join_namespaces(void) {
  const char *names[] = {"user", "cgroup", "ipc", "uts", "net", "pid", "mnt"};
  int count = sizeof names / sizeof *names, files[sizeof names / sizeof *names];
  char number[16];
  struct stat own, other;
  snprintf(number, sizeof number, "%d", entered);
  for (int i = 0; i < count; i++) {
    files[i] = open(path("/proc/%s/ns/%s", number, names[i]), O_RDONLY | O_CLOEXEC);
    check(files[i], names[i]);
  }
  check(stat("/proc/self/ns/user", &own), "user");
  check(fstat(files[0], &other), "user");
  for (int i = own.st_ino == other.st_ino; i < count; i++) check(setns(files[i], 0), names[i]);
}

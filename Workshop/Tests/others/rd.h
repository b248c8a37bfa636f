/* What all parts of rd.c share: what the command line or a bundle asks for, and small functions. */
#pragma once
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 64

static int level, uid, gid;
static char *image, *hostname, *memory, *shares, *pids, **command;
/* Levels 14 and 15. */
static int has_network, entered;
static char *published[MANY], *volumes[MANY];
/* Level 16; without a bundle, the course's eight capabilities, and the caller's environment. */
static uint64_t rights = 0x4fb;
static gid_t groups[MANY];
static int groups_count, is_read_only;
static char *cwd = "/", **variables, *masked[MANY], *unwritable[MANY], *settings[MANY][2];
static struct {
  int number;
  struct rlimit value;
} limits[MANY];
static int limits_count;

static void check(int result, const char *what) {
  if (result < 0) err(125, "%s", what);
}

static char *path(const char *format, const char *first, const char *second) {
  char *result;
  check(asprintf(&result, format, first, second), "asprintf");
  return result;
}

static void put(const char *file, const char *value) {
  int fd = open(file, O_WRONLY);
  check(fd, file);
  check(write(fd, value, strlen(value)), file);
  close(fd);
}

/* Behind the last one. */
static void add(char **list, char *value) {
  int count = 0;
  while (list[count]) count++;
  if (count + 1 == MANY) errx(125, "too many of these: %s", value);
  list[count] = value;
}

/* 0 when the host's program succeeds. */
static int call(const char *format, ...) {
  char *line;
  va_list values;
  va_start(values, format);
  check(vasprintf(&line, format, values), "vasprintf");
  va_end(values);
  int status = system(line);
  free(line);
  return status;
}

/* Level 16 of rd.c: what a bundle's config.json says, put into the variables of the options. */
#pragma once
#include "json.h"
#include "volumes.h"
#include <sys/param.h>

static char *bundle;

static const char *const capabilities[] = {
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
    "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
    "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
    "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
    "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
    "CHECKPOINT_RESTORE",
};

static const char *const limit_names[RLIM_NLIMITS] = {
    [RLIMIT_AS] = "AS",           [RLIMIT_CORE] = "CORE",     [RLIMIT_CPU] = "CPU",
    [RLIMIT_DATA] = "DATA",       [RLIMIT_FSIZE] = "FSIZE",   [RLIMIT_LOCKS] = "LOCKS",
    [RLIMIT_MEMLOCK] = "MEMLOCK", [RLIMIT_NICE] = "NICE",     [RLIMIT_NOFILE] = "NOFILE",
    [RLIMIT_NPROC] = "NPROC",     [RLIMIT_RSS] = "RSS",       [RLIMIT_RTPRIO] = "RTPRIO",
    [RLIMIT_STACK] = "STACK",     [RLIMIT_RTTIME] = "RTTIME", [RLIMIT_MSGQUEUE] = "MSGQUEUE",
    [RLIMIT_SIGPENDING] = "SIGPENDING",
};

static void refuse(const char *field) { errx(125, "config.json: %s isn't done here", field); }

/* The name's place in a table, after the prefix; what isn't there is refused. */
static int place_in(const char *const *table, int count, const char *prefix, const char *name) {
  size_t length = strlen(prefix);
  for (int i = 0; i < count; i++)
    if (table[i] && !strncmp(name, prefix, length) && !strcmp(name + length, table[i])) return i;
  refuse(name);
  return -1;
}

static char **texts(struct json *list, char **found) {
  for (struct json *item = list->first; item; item = item->next) add(found, item->text ? item->text : "");
  return found;
}

static void take_rights(struct json *list) {
  rights = 0;
  for (struct json *item = list->first; item; item = item->next)
    rights |= 1ULL << place_in(capabilities, sizeof capabilities / sizeof *capabilities, "CAP_", item->text);
}

static void take_limits(struct json *list) {
  for (struct json *item = list->first; item && limits_count < MANY; item = item->next) {
    limits[limits_count].number = place_in(limit_names, RLIM_NLIMITS, "RLIMIT_", text_of(item, "type"));
    limits[limits_count].value.rlim_cur = strtoull(text_of(item, "soft"), NULL, 10);
    limits[limits_count++].value.rlim_max = strtoull(text_of(item, "hard"), NULL, 10);
  }
}

/* What every container has is there anyway; a directory of the host's is a volume. */
static void take_mounts(struct json *list) {
  const char *own = " /proc /dev /dev/pts /dev/shm /dev/mqueue /sys /sys/fs/cgroup ";
  for (struct json *item = list->first; item; item = item->next) {
    char *place = text_of(item, "destination");
    int is_bind = !strcmp(text_of(item, "type"), "bind"), is_closed = 0;
    if (strstr(own, path(" %s%s", place, " "))) continue;
    for (struct json *member = item->first; member; member = member->next)
      for (struct json *option = member->first; option; option = option->next) {
        is_bind |= !strcmp(option->text, "bind") || !strcmp(option->text, "rbind");
        is_closed |= !strcmp(option->text, "ro");
      }
    if (!is_bind) refuse(path("the mount %s%s", place, ""));
    add(volumes, path("%s:%s", text_of(item, "source"), path("%s%s", place, is_closed ? ":ro" : "")));
  }
}

static void take_namespaces(struct json *list) {
  for (struct json *item = list->first; item; item = item->next)
    if (*text_of(item, "path")) refuse("linux.namespaces with a path");
}

static void take_setting(const char *name, char *value) {
  int count = 0;
  while (settings[count][0]) count++;
  if (count + 1 == MANY) refuse(name);
  settings[count][0] = path("/proc/sys/%s%s", name, "");
  for (char *dot = settings[count][0]; (dot = strchr(dot, '.'));) *dot = '/';
  settings[count][1] = value;
}

/* Whether that is all of it; otherwise its members are looked at. */
static int take_field(const char *field, struct json *value) {
  static char *arguments[MANY], *environment[MANY];
  const char *ignored = " ociVersion annotations linux.cgroupsPath process.noNewPrivileges "
                        /* They follow from the bounding set and the user. */
                        "process.capabilities.effective process.capabilities.permitted ";
#define IS(name) (!strcmp(field, name))
  if (strstr(ignored, path(" %s%s", field, " "))) return 1;
  if (IS("root.path")) image = *value->text == '/' ? value->text : path("%s/%s", bundle, value->text);
  else if (IS("root.readonly")) is_read_only = !strcmp(value->text, "true");
  else if (IS("hostname")) hostname = value->text;
  else if (IS("mounts")) take_mounts(value);
  else if (IS("process.args")) command = command ? command : texts(value, arguments);
  else if (IS("process.env")) variables = texts(value, environment);
  else if (IS("process.cwd")) cwd = value->text;
  else if (IS("process.terminal") && !strcmp(value->text, "false")) return 1;
  else if (IS("process.user.uid")) uid = atoi(value->text);
  else if (IS("process.user.gid")) gid = atoi(value->text);
  else if (IS("process.user.additionalGids"))
    for (struct json *item = value->first; item && groups_count < MANY; item = item->next)
      groups[groups_count++] = atoi(item->text);
  else if (IS("process.capabilities.bounding")) take_rights(value);
  else if (IS("process.rlimits")) take_limits(value);
  else if (IS("linux.namespaces")) take_namespaces(value);
  else if (IS("linux.resources.memory.limit")) memory = value->text;
  else if (IS("linux.resources.cpu.shares")) shares = value->text;
  else if (IS("linux.resources.pids.limit")) pids = value->text;
  else if (!strncmp(field, "linux.sysctl.net.", 17)) take_setting(field + 13, value->text);
  else if (IS("linux.maskedPaths")) texts(value, masked);
  else if (IS("linux.readonlyPaths")) texts(value, unwritable);
  else return 0;
  return 1;
}

static void take_object(const char *place, struct json *object) {
  const char *known = " root process process.user process.capabilities linux linux.resources linux.resources.memory "
                      "linux.resources.cpu linux.resources.pids linux.sysctl ";
  for (struct json *member = object->first; member; member = member->next) {
    char *field = *place ? path("%s.%s", place, member->name) : member->name;
    if (take_field(field, member)) continue;
    if (member->kind != '{' || !strstr(known, path(" %s%s", field, " "))) refuse(field);
    take_object(field, member);
  }
}

static void read_bundle(void) {
  rights = 0;
  take_object("", read_json(path("%s/%s", bundle, "config.json")));
  if (!command) errx(125, "config.json: process.args is empty");
}

/* After the root has changed. */
static void mask_paths(void) {
  for (char **place = masked; *place; place++)
    if (access(*place, F_OK) == 0 && mount("tmpfs", *place, "tmpfs", MS_RDONLY, NULL) < 0)
      check(mount("/dev/null", *place, NULL, MS_BIND, NULL), *place);
  for (char **place = unwritable; *place; place++) {
    if (access(*place, F_OK) < 0) continue;
    check(mount(*place, *place, NULL, MS_BIND | MS_REC, NULL), *place);
    close_to_writers(open(*place, O_PATH | O_CLOEXEC), AT_RECURSIVE);
  }
  if (is_read_only) close_to_writers(open("/", O_PATH | O_CLOEXEC), 0);
}

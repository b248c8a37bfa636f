/* rd in C: rd LEVEL run|exec OPTIONS -- COMMAND. It does some things otherwise than the course: devices are bound, not
 * made; changes are in a directory that is removed; the old root gets a directory for a moment; the child itself
 * unshares, and enters its cgroup. The files beside it are for the levels from 13 on. */
#include "bundle.h"
#include "network.h"
#include "refuse.h"
#include "users.h"
#include <ftw.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sys/ioctl.h>

static char scratch[] = "/var/tmp/rd-XXXXXX", cgroup[32], *tree_v2 = "/sys/fs/cgroup";
static volatile pid_t child;

static int is_v2(void) { return access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0; }

static const char *const trees_v1[] = {"cpu", "memory", "pids"};

static char *in_cgroup(const char *tree, const char *file) {
  char *base = is_v2() ? path("%s/%s", tree_v2, cgroup) : path("/sys/fs/cgroup/%s/%s", tree, cgroup);
  return path("%s/%s", base, file);
}

static void limit(const char *tree, const char *file, const char *value) {
  if (value && access(in_cgroup(tree, file), F_OK) == 0) put(in_cgroup(tree, file), value);
}

static void make_cgroup(void) {
  char weight[16];
  if (is_v2()) put(path("%s/%s", tree_v2, "cgroup.subtree_control"), "+cpu +memory +pids");
  for (int i = 0; i < (is_v2() ? 1 : 3); i++) check(mkdir(in_cgroup(trees_v1[i], ""), 0755), "mkdir");
  snprintf(weight, sizeof weight, "%d", shares ? atoi(shares) * 100 / 1024 : 100);
  limit("cpu", is_v2() ? "cpu.weight" : "cpu.shares", is_v2() ? weight : shares);
  limit("memory", is_v2() ? "memory.max" : "memory.limit_in_bytes", memory);
  limit("memory", is_v2() ? "memory.swap.max" : "memory.memsw.limit_in_bytes", is_v2() && memory ? "0" : memory);
  limit("pids", "pids.max", pids);
}

static void for_each_tree(void (*act)(const char *)) {
  for (int i = 0; i < (is_v2() ? 1 : 3); i++) act(trees_v1[i]);
}
static void enter(const char *tree) { put(in_cgroup(tree, "cgroup.procs"), "0"); }
static void drop(const char *tree) { rmdir(in_cgroup(tree, "")); }

static void mount_at(const char *type, const char *root, const char *place, unsigned long flags, const char *data) {
  char *target = path("%s%s", root, place);
  mkdir(target, 0755);
  check(mount(type, target, type, flags, data), target);
}

static void mount_filesystems(const char *root) {
  const char *devices[] = {"null", "zero", "full", "random", "urandom", "tty"};
  unsigned long safe = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  mount_at("proc", root, "/proc", safe, NULL);
  /* The host's is read-only, and a user namespace has no more rights than that. */
  mount_at("sysfs", root, "/sys", safe | (is_user ? MS_RDONLY : 0), NULL);
  check(mount(NULL, path("%s%s", root, "/sys"), NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | safe, NULL), "sys");
  mount_at("tmpfs", root, "/dev", MS_NOSUID, "mode=755");
  mount_at("devpts", root, "/dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=666,mode=620");
  mount_at("tmpfs", root, "/dev/shm", safe, "mode=1777");
  if (level >= 5) mount_at("mqueue", root, "/dev/mqueue", safe, NULL);
  for (unsigned i = 0; i < sizeof devices / sizeof *devices; i++) {
    char *target = path("%s/dev/%s", root, devices[i]);
    close(open(target, O_CREAT | O_WRONLY, 0644));
    check(mount(path("/dev/%s%s", devices[i], ""), target, NULL, MS_BIND, NULL), target);
  }
  check(symlink("pts/ptmx", path("%s%s", root, "/dev/ptmx")), "ptmx");
  check(symlink("/proc/self/fd", path("%s%s", root, "/dev/fd")), "fd");
}

static void raise_loopback(void) {
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  int wire = socket(AF_INET, SOCK_DGRAM, 0);
  check(ioctl(wire, SIOCSIFFLAGS, &request), "lo");
  close(wire);
}

static void change_root(const char *root) {
  check(chdir(root), root);
  mkdir("old", 0700);
  check(syscall(SYS_pivot_root, ".", "old"), "pivot_root");
  check(umount2("/old", MNT_DETACH), "old");
  check(rmdir("/old"), "old");
  check(chdir("/"), "/");
}

static void drop_rights(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  uint32_t low = uid ? 0 : rights, high = uid ? 0 : rights >> 32;
  struct __user_cap_data_struct data[2] = {{low, low, 0}, {high, high, 0}};
  check(syscall(SYS_capset, &header, data), "capset");
  check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
}

static void become(void) {
  for (int i = 0; i < limits_count; i++) check(setrlimit(limits[i].number, &limits[i].value), "setrlimit");
  for (int i = 0; level >= 11 && prctl(PR_CAPBSET_READ, i) >= 0; i++)
    if (!(rights >> i & 1)) prctl(PR_CAPBSET_DROP, i);
  if (level >= 10) {
    if (!is_user || has_range) check(setgroups(groups_count, groups), "setgroups");
    check(setresgid(gid, gid, gid), "setresgid");
    check(setresuid(uid, uid, uid), "setresuid");
  }
  if (level >= 11) drop_rights();
  if (level >= 12) check(refuse_calls(), "seccomp");
  if (level >= 16) check(chdir(cwd), cwd);
  if (variables) environ = variables;
  execvp(command[0], command);
  err(127, "%s", command[0]);
}

static int shell_status(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void pass_on(int number) {
  if (child > 0) kill(child, number);
}

static int supervise(void) {
  struct sigaction action = {.sa_handler = pass_on};
  int status;
  pid_t ended;
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  while ((ended = waitpid(-1, &status, 0)) != child)
    if (ended < 0 && errno != EINTR) return 125;
  return shell_status(status);
}

static int contain(void) {
  if (level >= 8 && tree_v2) for_each_tree(enter);
  if (level >= 9) check(unshare(CLONE_NEWCGROUP), "cgroup");
  if (level >= 7) raise_loopback();
  if (hostname) check(sethostname(hostname, strlen(hostname)), "sethostname");
  if (level >= 2) check(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL), "/");
  for (int i = 0; settings[i][0]; i++) put(settings[i][0], settings[i][1]);
  const char *root = image;
  if (level >= 4) {
    char *options = path("lowerdir=%s,upperdir=%s/upper,", image, scratch);
    char *work = path("%s/work%s", scratch, is_user ? ",userxattr" : "");
    root = path("%s/%s", scratch, "root");
    check(mount("overlay", root, "overlay", 0, path("%sworkdir=%s", options, work)), "overlay");
  } else if (level >= 3) {
    check(mount(root, root, NULL, MS_BIND | MS_REC, NULL), root);
  }
  if (level >= 2) mount_filesystems(root);
  if (level >= 3) {
    mount_volumes(root);
    change_root(root);
    mask_paths();
  } else if (level >= 1) {
    check(chdir(root), root);
    check(chroot("."), root);
  }
  if (level >= 4) closefrom(3);
  if (level < 6) become();
  if ((child = fork()) == 0) become();
  return supervise();
}

/* rd exec. The child isn't in the pid namespace itself, its own child is. */
static int join(void) {
  if ((child = fork()) != 0) return supervise();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  join_cgroups();
  join_namespaces();
  closefrom(3);
  if ((child = fork()) == 0) become();
  exit(supervise());
}

static int discard(const char *file, const struct stat *status, int type, struct FTW *where) {
  (void)status, (void)type, (void)where;
  return remove(file);
}

static void make_scratch(void) {
  check(mkdtemp(scratch) ? 0 : -1, scratch);
  for (const char *names[] = {"upper", "work", "root", NULL}, **name = names; *name; name++)
    check(mkdir(path("%s/%s", scratch, *name), 0755), *name);
}

static void take_options(char **arguments) {
  for (; *arguments && strcmp(*arguments, "--"); arguments += 2) {
    char *option = arguments[0], *value = arguments[1];
    if (!strcmp(option, "--image")) image = value;
    else if (!strcmp(option, "--hostname")) hostname = value;
    else if (!strcmp(option, "--memory")) memory = value;
    else if (!strcmp(option, "--cpu-shares")) shares = value;
    else if (!strcmp(option, "--pids-limit")) pids = value;
    else if (!strcmp(option, "--user")) sscanf(value, "%d:%d", &uid, &gid);
    else if (!strcmp(option, "--network")) has_network = 1;
    else if (!strcmp(option, "--publish")) has_network = 1, add(published, value);
    else if (!strcmp(option, "--volume")) add(volumes, value);
    else if (!strcmp(option, "--pid")) entered = atoi(value);
    else if (!strcmp(option, "--bundle")) bundle = value;
    else errx(2, "%s?", option);
  }
  if (*arguments) command = arguments + 1;
}

/* Of callers who aren't root. */
static void refuse_options(void) {
  if (!is_user) return;
  if (has_network) errx(125, "only root can connect a network to the host's");
  tree_v2 = is_v2() ? delegated_tree() : NULL;
  if (!tree_v2 && (memory || shares || pids)) errx(125, "limits take a cgroup, and none is delegated to you");
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  level = atoi(argv[1]);
  take_options(argv + 3);
  if (level >= 13) find_user();
  if (entered) return join();
  if (bundle) read_bundle();
  refuse_options();
  if (is_user) move_in();
  snprintf(cgroup, sizeof cgroup, "cooper.c-%d", getpid());
  if (level >= 4) make_scratch();
  if (level >= 8 && tree_v2) make_cgroup();
  int gate[2];
  check(pipe(gate), "pipe");
  /* As fork; the new process is pid 1 of its namespace. */
  int flags = SIGCHLD | (level >= 6 ? CLONE_NEWPID : 0) | (level >= 7 ? CLONE_NEWNET : 0);
  child = syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
  check(child, "clone");
  if (child == 0) {
    int own = (level >= 2 ? CLONE_NEWNS : 0) | (level >= 5 ? CLONE_NEWUTS | CLONE_NEWIPC : 0);
    check(unshare(own), "unshare");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(gate[1]);
    if (read(gate[0], &(char){0}, 1) != 1) exit(125);
    close(gate[0]);
    exit(contain());
  }
  if (has_network) connect_container(child);
  check(write(gate[1], "g", 1), "gate");
  int status = supervise();
  if (has_network) disconnect();
  if (level >= 8 && tree_v2) for_each_tree(drop);
  if (level >= 4) nftw(scratch, discard, 16, FTW_DEPTH | FTW_PHYS);
  return status;
}

// bound ROOTFS COMMAND…: the least that a container takes. One clone3 into five namespaces, the mounts of the default
// bundle, pivot_root, exec. It limits nothing, takes no privilege away, makes no cgroup, and cleans nothing up.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int succeeded, const char *what) {
  if (succeeded) return;
  perror(what);
  _exit(125);
}

static void mount_at(const char *type, const char *path, unsigned long flags, const char *options) {
  must(mount(type, path, type, flags, options) == 0, path);
}

static void child(const char *root, char **command) {
  must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "/");
  must(mount(root, root, NULL, MS_BIND | MS_REC, NULL) == 0, root);
  must(chdir(root) == 0, root);
  mount_at("proc", "proc", 0, NULL);
  mount_at("tmpfs", "dev", MS_NOSUID, "mode=755,size=65536k");
  must(mkdir("dev/pts", 0755) == 0 && mkdir("dev/shm", 0755) == 0 && mkdir("dev/mqueue", 0755) == 0, "mkdir");
  must(mknod("dev/null", S_IFCHR | 0666, makedev(1, 3)) == 0, "dev/null");
  mount_at("devpts", "dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620");
  mount_at("tmpfs", "dev/shm", MS_NOSUID | MS_NOEXEC | MS_NODEV, "mode=1777,size=65536k");
  mount_at("mqueue", "dev/mqueue", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL);
  mount_at("sysfs", "sys", MS_NOSUID | MS_NOEXEC | MS_NODEV | MS_RDONLY, NULL);
  must(syscall(SYS_pivot_root, ".", ".") == 0, "pivot_root");
  must(umount2(".", MNT_DETACH) == 0 && chdir("/") == 0, "umount2");
  execv(command[0], command);
  must(0, command[0]);
}

int main(int count, char **arguments) {
  if (count < 3) return 125;
  struct clone_args clone = {
      .flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS, .exit_signal = SIGCHLD};
  long pid = syscall(SYS_clone3, &clone, sizeof clone);
  must(pid >= 0, "clone3");
  if (pid == 0) child(arguments[1], arguments + 2);
  int status = 0;
  must(waitpid((pid_t)pid, &status, 0) == pid, "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}

// gates: calls what faults of the kernel were reached by, with arguments that do nothing, and tells how each ends. The same
// by the 32-bit ways into an x86-64 kernel.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_iopl  // of x86 alone
#define SYS_iopl -1
#endif

struct gate {
  const char *name;
  long number, number32;
  long arguments[6];
  int forks;
};

static const struct gate gates[] = {
    {"unshare of a user namespace", SYS_unshare, 310, {CLONE_NEWUSER}, 1},
    {"unshare of a mount namespace", SYS_unshare, 310, {CLONE_NEWNS}, 1},
    {"clone of a user namespace", SYS_clone, 120, {CLONE_NEWUSER | SIGCHLD}, 2},
    {"clone of a network namespace", SYS_clone, 120, {CLONE_NEWNET | SIGCHLD}, 2},
    {"clone3", SYS_clone3, 435, {0, 0}, 0},
    {"setns", SYS_setns, 346, {-1, 0}, 0},
    {"keyctl", SYS_keyctl, 288, {0, -3, 0}, 0},
    {"add_key", SYS_add_key, 286, {0, 0, 0, 0, 0}, 0},
    {"request_key", SYS_request_key, 287, {0, 0, 0, 0}, 0},
    {"bpf", SYS_bpf, 357, {99, 0, 0}, 0},
    {"perf_event_open", SYS_perf_event_open, 336, {0, 0, 0, 0, -1}, 0},
    {"userfaultfd", SYS_userfaultfd, 374, {0x7fffffff}, 0},
    {"open_by_handle_at", SYS_open_by_handle_at, 342, {-1, 0, 0}, 0},
    {"fsopen", SYS_fsopen, 430, {0, 0}, 0},
    {"fsconfig", SYS_fsconfig, 431, {-1, 0, 0, 0, 0}, 0},
    {"fspick", SYS_fspick, 433, {-1, 0, 0x1000}, 0},
    {"open_tree", SYS_open_tree, 428, {-1, 0, 1}, 0},
    {"move_mount", SYS_move_mount, 429, {-1, 0, -1, 0, 0}, 0},
    {"mount_setattr", SYS_mount_setattr, 442, {-1, 0, 0, 0, 0}, 0},
    {"mount", SYS_mount, 21, {0, 0, 0, 0, 0}, 0},
    {"umount2", SYS_umount2, 52, {0, 0}, 0},
    {"pivot_root", SYS_pivot_root, 217, {0, 0}, 0},
    {"io_uring_setup", SYS_io_uring_setup, 425, {0, 0}, 0},
    {"io_uring_enter", SYS_io_uring_enter, 426, {-1, 0, 0, 0, 0, 0}, 0},
    {"io_uring_register", SYS_io_uring_register, 427, {-1, 0, 0, 0}, 0},
    {"kexec_load", SYS_kexec_load, 283, {0, 17, 0, 0xff}, 0},
    {"kexec_file_load", SYS_kexec_file_load, 0, {-1, -1, 0, 0, 0xff}, 0},
    {"init_module", SYS_init_module, 128, {0, 0, 0}, 0},
    {"finit_module", SYS_finit_module, 350, {-1, 0, 0}, 0},
    {"delete_module", SYS_delete_module, 129, {0, 0}, 0},
    {"fanotify_init", SYS_fanotify_init, 338, {0x7fffffff, 0}, 0},
    {"quotactl", SYS_quotactl, 131, {-1, 0, 0, 0}, 0},
    {"swapon", SYS_swapon, 87, {0, 0}, 0},
    {"acct", SYS_acct, 51, {1}, 0},
    {"iopl", SYS_iopl, 110, {4}, 0},
    {"reboot", SYS_reboot, 88, {0, 0, 0, 0}, 0},
    {"syslog", SYS_syslog, 103, {10, 0, 0}, 0},
    {"kcmp", SYS_kcmp, 349, {1, 1, 99, 0, 0}, 0},
    {"pidfd_getfd", SYS_pidfd_getfd, 438, {-1, 0, 0}, 0},
    {"move_pages", SYS_move_pages, 317, {0, 0, 0, 0, 0, 0}, 0},
    {"personality without random addresses", SYS_personality, 136, {0x0040000}, 1},
    {"personality that executes what it reads", SYS_personality, 136, {0x0400000}, 1},
    {"a socket of AF_ALG", SYS_socket, 359, {38, 5, 0}, 0},
    {"a socket of AF_VSOCK", SYS_socket, 359, {40, 1, 0}, 0},
    {"a socket of AF_PACKET", SYS_socket, 359, {17, 3, 0}, 0},
    {"a socket of AF_KEY", SYS_socket, 359, {15, 3, 2}, 0},
    {"a socket of AF_TIPC", SYS_socket, 359, {30, 1, 0}, 0},
    {"a socket of AF_CAN", SYS_socket, 359, {29, 3, 1}, 0},
    {"a socket of AF_PACKET with a high half", SYS_socket, 0, {17L | 1L << 32, 3, 0}, 0},
};

static long call32(long number, const long *a) {
#ifdef __x86_64__
  long result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(number), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4])
                   : "r8", "r9", "r10", "r11", "memory");
  return result;
#else
  return -ENOSYS;
#endif
}

static long call(int way, const struct gate *gate) {
  const long *a = gate->arguments;
  if (way == 1) return call32(gate->number32, a);
  long number = gate->number | (way == 2 ? 0x40000000 : 0);
  long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  return result < 0 ? -errno : result;
}

// In a child, where it would change the caller, or make one.
static long apart(int way, const struct gate *gate) {
  int ends[2];
  if (pipe(ends)) return -errno;
  if (!fork()) {
    long result = call(way, gate);
    if (gate->forks == 2 && result == 0) _exit(0);  // the clone
    if (write(ends[1], &result, sizeof result) < 0) _exit(1);
    _exit(0);
  }
  close(ends[1]);
  long result = 0;
  if (read(ends[0], &result, sizeof result) < 0) result = -errno;
  close(ends[0]);
  while (wait(NULL) > 0) {
  }
  return result;
}

int main(int count, char **words) {
  const char *ways[] = {"64", "32", "x32"};
  for (int way = 0; way < 3; way++) {
    // Whether the kernel has that way at all: getpid by it.
    struct gate getpid = {"getpid", SYS_getpid, 20, {0}, 1};
    if (apart(way, &getpid) <= 0) continue;
    for (unsigned i = 0; i < sizeof gates / sizeof *gates; i++) {
      if (way == 1 && !gates[i].number32) continue;
      long result = gates[i].forks ? apart(way, &gates[i]) : call(way, &gates[i]);
      printf("%s\t%s\t%s\n", ways[way], gates[i].name,
             result == -EPERM ? "EPERM" : result == -ENOSYS ? "ENOSYS" : result < 0 ? strerror(-result) : "done");
      fflush(stdout);
    }
  }
  printf("ended\n");
}

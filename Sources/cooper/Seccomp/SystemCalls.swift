/// Names of system calls, in groups. Those that this machine's architecture or libseccomp doesn't know are left out.
struct SystemCalls {
  let names: [String]
  /// What a container must have for them; empty in `always`.
  let capability: String

  private init(_ names: String) { self.init("", names) }

  private init(_ capability: String, _ names: String) {
    self.capability = capability
    self.names = names.split { $0 == " " || $0 == "\n" }.map(String.init)
  }

  static let always = [
    // Reading and writing, and what moves bytes between files: the bulk of what programs do.
    SystemCalls(
      """
      read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek _llseek close close_range
      dup dup2 dup3 fcntl fcntl64 flock pipe pipe2 splice tee vmsplice sendfile sendfile64 copy_file_range
      fsync fdatasync sync syncfs sync_file_range sync_file_range2 arm_sync_file_range fadvise64 fadvise64_64
      arm_fadvise64_64 readahead fallocate truncate truncate64 ftruncate ftruncate64 cachestat memfd_create
      memfd_secret
      """),
    // Names of files. Whoever may not do it is told so by the kernel.
    SystemCalls(
      """
      open openat openat2 creat mkdir mkdirat rmdir mknod mknodat link linkat symlink symlinkat readlink
      readlinkat unlink unlinkat rename renameat renameat2 chdir fchdir getcwd getdents getdents64 readdir umask
      name_to_handle_at
      """),
    // What files are: status, owners, modes, times, attributes. statmount and listmount show the own mounts.
    SystemCalls(
      """
      stat stat64 lstat lstat64 fstat fstat64 newfstatat fstatat64 statx oldstat oldlstat oldfstat statfs
      statfs64 fstatfs fstatfs64 access faccessat faccessat2 chmod fchmod fchmodat fchmodat2 chown chown32 lchown
      lchown32 fchown fchown32 fchownat utime utimes futimesat utimensat utimensat_time64 statmount listmount
      setxattr lsetxattr fsetxattr setxattrat getxattr lgetxattr fgetxattr getxattrat listxattr llistxattr
      flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat file_getattr file_setattr
      """),
    // Waiting for files, changes, signals and time.
    SystemCalls(
      """
      select _newselect pselect6 pselect6_time64 poll ppoll ppoll_time64 epoll_create epoll_create1 epoll_ctl
      epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime
      timerfd_settime64 timerfd_gettime timerfd_gettime64 inotify_init inotify_init1 inotify_add_watch
      inotify_rm_watch
      """),
    // The old asynchronous input and output, which databases use. Not io_uring.
    SystemCalls(
      "io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_pgetevents_time64"),
    // Memory. Where it lies is another group, with a capability.
    SystemCalls(
      """
      brk mmap mmap2 munmap mremap remap_file_pages mprotect pkey_alloc pkey_free pkey_mprotect mseal
      map_shadow_stack madvise mincore msync mlock mlock2 mlockall munlock munlockall
      """),
    // Beginnings and ends of processes. clone and unshare have rules of their own.
    SystemCalls(
      """
      fork vfork execve execveat exit exit_group wait4 waitid waitpid restart_syscall pidfd_open
      pidfd_send_signal process_mrelease
      """),
    // What a thread library and the machine's own program format need.
    SystemCalls(
      """
      arch_prctl prctl set_thread_area get_thread_area modify_ldt set_tid_address set_robust_list
      get_robust_list rseq membarrier gettid futex futex_time64 futex_waitv futex_wake futex_wait futex_requeue
      set_tls cacheflush breakpoint uretprobe
      """),
    // Signals.
    SystemCalls(
      """
      kill tkill tgkill rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait
      rt_sigtimedwait_time64 rt_sigqueueinfo rt_tgsigqueueinfo rt_sigsuspend sigaltstack pause signal sigaction
      sigprocmask sigpending sigsuspend sigreturn
      """),
    // Time; setting it takes a capability, which the kernel asks for where one call reads and sets.
    SystemCalls(
      """
      time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep
      clock_nanosleep_time64 nanosleep alarm getitimer setitimer timer_create timer_delete timer_settime
      timer_settime64 timer_gettime timer_gettime64 timer_getoverrun times adjtimex clock_adjtime
      clock_adjtime64
      """),
    // Who a process is, and with whom it belongs together.
    SystemCalls(
      """
      getpid getppid getpgid getpgrp setpgid getsid setsid getuid getuid32 geteuid geteuid32 getgid getgid32
      getegid getegid32 getresuid getresuid32 getresgid getresgid32 getgroups getgroups32 setuid setuid32 setgid
      setgid32 setreuid setreuid32 setregid setregid32 setresuid setresuid32 setresgid setresgid32 setfsuid
      setfsuid32 setfsgid setfsgid32 setgroups setgroups32 capget capset
      """),
    // Rules that a process makes for itself: each can only take away.
    SystemCalls(
      """
      seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self lsm_get_self_attr
      lsm_set_self_attr lsm_list_modules
      """),
    // Limits and turns.
    SystemCalls(
      """
      getrlimit ugetrlimit setrlimit prlimit64 getrusage getpriority setpriority nice ioprio_get ioprio_set
      sched_yield sched_getparam sched_setparam sched_getscheduler sched_setscheduler sched_getattr
      sched_setattr sched_getaffinity sched_setaffinity sched_get_priority_max sched_get_priority_min
      sched_rr_get_interval sched_rr_get_interval_time64 getcpu
      """),
    // The machine's names, figures and random numbers.
    SystemCalls("uname olduname oldolduname sysinfo getrandom"),
    // Sockets; which ones can be made has rules of its own.
    SystemCalls(
      """
      socketpair bind listen accept accept4 connect shutdown getsockname getpeername getsockopt setsockopt send
      sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64
      """),
    // Memory, semaphores and messages that processes share: of the container's own IPC namespace.
    SystemCalls(
      """
      ipc shmget shmat shmdt shmctl semget semop semtimedop semtimedop_time64 semctl msgget msgsnd msgrcv msgctl
      mq_open mq_unlink mq_timedsend mq_timedsend_time64 mq_timedreceive mq_timedreceive_time64 mq_notify
      mq_getsetattr
      """),
    // Debuggers, of processes with the same rights. A tracer changed the number of a call behind the filter before
    // Linux 4.8; since then the filter sees it after the tracer, and cooper needs a later one.
    SystemCalls("ptrace process_vm_readv process_vm_writev"),
  ]

  static let withCapability = [
    SystemCalls("CAP_BPF", "bpf"),
    SystemCalls("CAP_DAC_READ_SEARCH", "open_by_handle_at"),
    SystemCalls("CAP_PERFMON", "perf_event_open"),
    // Mounts, namespaces, and what the kernel has no finer capability for. Not swap, which is the machine's.
    SystemCalls(
      "CAP_SYS_ADMIN",
      """
      mount umount umount2 pivot_root mount_setattr move_mount open_tree open_tree_attr fsopen fsconfig fsmount
      fspick clone clone3 unshare setns sethostname setdomainname quotactl quotactl_fd fanotify_init
      fanotify_mark bpf perf_event_open syslog
      """),
    SystemCalls("CAP_SYS_BOOT", "reboot"),
    SystemCalls("CAP_SYS_CHROOT", "chroot"),
    SystemCalls("CAP_SYS_MODULE", "init_module finit_module delete_module"),
    // On which node memory lies. One's own is anybody's to move, but kernels had faults there, and few programs do it.
    SystemCalls(
      "CAP_SYS_NICE",
      "mbind set_mempolicy get_mempolicy set_mempolicy_home_node move_pages migrate_pages process_madvise"),
    SystemCalls("CAP_SYS_PACCT", "acct"),
    // What looks into others beyond ptrace.
    SystemCalls("CAP_SYS_PTRACE", "kcmp pidfd_getfd process_madvise"),
    SystemCalls("CAP_SYS_RAWIO", "ioperm iopl"),
    SystemCalls("CAP_SYS_TIME", "settimeofday stime clock_settime clock_settime64"),
    SystemCalls("CAP_SYS_TTY_CONFIG", "vhangup"),
    SystemCalls("CAP_SYSLOG", "syslog"),
  ]
}

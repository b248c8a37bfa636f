// Does what usual programs do, and names what fails.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

static int failures;

static void check(int is_good, const char *what) {
  if (is_good) return;
  printf("%s: %s\n", what, strerror(errno));
  failures++;
}

#define DOES(call) check((call) >= 0, #call)
#define IS(condition) check(!!(condition), #condition)
// What some filesystems or kernels lack.
#define REACHES(call) \
  check((errno = 0, (call) >= 0 || (errno != EPERM && errno != ENOSYS)), #call)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int is_ready;
static volatile sig_atomic_t alarms;

static void *thread(void *argument) {
  pthread_mutex_lock(&mutex);
  is_ready = 1;
  pthread_cond_signal(&condition);
  pthread_mutex_unlock(&mutex);
  return argument;
}

static void threads_and_processes(void) {
  pthread_t id;
  void *result = NULL;
  errno = pthread_create(&id, NULL, thread, &id);
  IS(errno == 0);
  if (errno) return;
  pthread_mutex_lock(&mutex);
  while (!is_ready) pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
  IS(pthread_join(id, &result) == 0 && result == &id);

  char *words[] = {"true", NULL}, *none[] = {NULL};
  pid_t child;
  int status;
  errno = posix_spawn(&child, "/bin/busybox", NULL, NULL, words, none);
  IS(errno == 0);
  IS(waitpid(child, &status, 0) == child && status == 0);
  child = fork();
  if (child == 0) _exit(7);
  siginfo_t info;
  DOES(waitid(P_PID, child, &info, WEXITED));
  IS(info.si_status == 7);
  child = fork();
  if (child == 0) _exit(ptrace(PTRACE_TRACEME, 0, 0, 0) < 0);
  IS(waitpid(child, &status, 0) == child && status == 0);
  DOES(syscall(SYS_pidfd_open, getpid(), 0));
  cpu_set_t cpus;
  DOES(sched_getaffinity(0, sizeof cpus, &cpus));
  DOES(sched_yield());
  struct rlimit limit;
  DOES(getrlimit(RLIMIT_NOFILE, &limit));
  DOES(setrlimit(RLIMIT_NOFILE, &limit));
  DOES(prctl(PR_SET_NAME, "usual"));
  DOES(unshare(CLONE_FILES | CLONE_FS));
}

static void wait_for_signals(void);
static void count_alarm(int number) { alarms++; }

static void signals_and_timers(void) {
  signal(SIGALRM, count_alarm);
  DOES(raise(SIGALRM));
  IS(alarms == 1);
  struct itimerspec soon = {.it_value = {.tv_nsec = 1}};
  uint64_t count;
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  DOES(timer);
  DOES(timerfd_settime(timer, 0, &soon, NULL));
  IS(read(timer, &count, 8) == 8);
  wait_for_signals();
  struct timespec now;
  DOES(clock_gettime(CLOCK_REALTIME, &now));
  DOES(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now));
  DOES(nanosleep(&(struct timespec){.tv_nsec = 1}, NULL));
  stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
  DOES(sigaltstack(&stack, NULL));
}

static void wait_for_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  DOES(sigprocmask(SIG_BLOCK, &set, NULL));
  timer_t id;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
  struct itimerspec soon = {.it_value = {.tv_nsec = 1}};
  DOES(timer_create(CLOCK_MONOTONIC, &event, &id));
  DOES(timer_settime(id, 0, &soon, NULL));
  IS(sigwaitinfo(&set, NULL) == SIGUSR1);
  DOES(timer_delete(id));
  int file = signalfd(-1, &set, SFD_CLOEXEC);
  struct signalfd_siginfo info;
  DOES(file);
  DOES(kill(getpid(), SIGUSR1));
  IS(read(file, &info, sizeof info) == sizeof info);
}

static void connect_to(int family, const void *address, socklen_t size) {
  int server = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), client = socket(family, SOCK_STREAM, 0);
  struct sockaddr_storage own;
  socklen_t length = sizeof own;
  char bytes[4];
  DOES(server);
  DOES(bind(server, address, size));
  DOES(listen(server, 1));
  DOES(getsockname(server, (struct sockaddr *)&own, &length));
  DOES(connect(client, (struct sockaddr *)&own, length));
  int accepted = accept4(server, NULL, NULL, SOCK_CLOEXEC);
  DOES(accepted);
  IS(send(client, "abc", 3, 0) == 3);
  IS(recv(accepted, bytes, 4, 0) == 3);
  DOES(shutdown(client, SHUT_RDWR));
}

static void sockets_and_events(void) {
  struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/tmp/socket"};
  struct sockaddr_in internet = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  connect_to(AF_UNIX, &local, sizeof local);
  connect_to(AF_INET, &internet, sizeof internet);
  int pair[2], queue = epoll_create1(EPOLL_CLOEXEC), watch = inotify_init1(IN_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN};
  char bytes[4096];
  DOES(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  DOES(epoll_ctl(queue, EPOLL_CTL_ADD, pair[0], &event));
  IS(write(pair[1], "x", 1) == 1);
  IS(epoll_wait(queue, &event, 1, -1) == 1);
  DOES(inotify_add_watch(watch, "/tmp", IN_CREATE));
  DOES(mkdir("/tmp/directory", 0700));
  IS(read(watch, bytes, sizeof bytes) > 0);
  int counter = eventfd(1, EFD_CLOEXEC);
  IS(read(counter, bytes, 8) == 8);
}

static void files(void) {
  int from = open("/tmp/from", O_RDWR | O_CREAT, 0600), to = open("/tmp/to", O_RDWR | O_CREAT, 0600), ends[2];
  IS(write(from, "12345678", 8) == 8);
  off_t zero = 0;
  IS(sendfile(to, from, &zero, 8) == 8);
  off64_t in = 0, out = 0;
  IS(copy_file_range(from, &in, to, &out, 8, 0) == 8);
  DOES(pipe2(ends, O_CLOEXEC));
  in = 0;
  IS(splice(from, &in, ends[1], NULL, 8, 0) == 8);
  DOES(fallocate(to, 0, 0, 4096));
  DOES(ftruncate(to, 3));
  struct statx status;
  DOES(statx(AT_FDCWD, "/tmp/to", 0, STATX_ALL, &status));
  IS(status.stx_size == 3);
  DOES(renameat2(AT_FDCWD, "/tmp/to", AT_FDCWD, "/tmp/moved", RENAME_NOREPLACE));
  DOES(link("/tmp/moved", "/tmp/link"));
  DOES(symlink("moved", "/tmp/symlink"));
  DOES(fchmodat(AT_FDCWD, "/tmp/moved", 0640, 0));
  DOES(mkfifo("/tmp/fifo", 0600));
  REACHES(setxattr("/tmp/moved", "user.cask", "x", 1, 0));
  REACHES(getxattr("/tmp/moved", "user.cask", ends, 1));
  REACHES(listxattr("/tmp/moved", NULL, 0));
  REACHES(syscall(SYS_openat2, AT_FDCWD, "/tmp/moved", NULL, 0));
  REACHES(syscall(SYS_faccessat2, AT_FDCWD, "/tmp/moved", R_OK, AT_EACCESS));
}

static void memory_and_ipc(void) {
  int file = memfd_create("cask", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  DOES(ftruncate(file, 4096));
  IS(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) != MAP_FAILED);
  DOES(fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK));
  DOES(shm_open("/cask", O_RDWR | O_CREAT, 0600));
  int segment = shmget(IPC_PRIVATE, 4096, 0600), set = semget(IPC_PRIVATE, 1, 0600);
  IS(shmat(segment, NULL, 0) != (void *)-1);
  DOES(semop(set, &(struct sembuf){.sem_op = 1}, 1));
  int messages = msgget(IPC_PRIVATE, 0600);
  struct { long type; char text[4]; } message = {1, "abc"};
  DOES(msgsnd(messages, &message, 4, 0));
  mqd_t queue = mq_open("/cask", O_RDWR | O_CREAT, 0600, NULL);
  DOES(queue);
  DOES(mq_send(queue, "x", 1, 0));
  char bytes[64];
  IS(getrandom(bytes, sizeof bytes, 0) == sizeof bytes);
  DOES(mlock(bytes, sizeof bytes));
  DOES(madvise((void *)((unsigned long)sbrk(0) & ~4095), 0, MADV_NORMAL));
  DOES(syscall(SYS_membarrier, 0, 0, 0));
}

int main(void) {
  threads_and_processes();
  signals_and_timers();
  sockets_and_events();
  files();
  memory_and_ipc();
  if (!failures) puts("good");
  return failures != 0;
}

// Threads in C that allocate all the time, and children of a bare clone, for the tests of clone's safety.
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

// So that the compiler leaves malloc in.
static void *volatile sink;

// The sizes are those that go through the arena and its lock, not through a thread's own cache.
void allocate(int rounds) {
  for (int round = 0; round < rounds; round++) {
    void *blocks[8];
    for (int i = 0; i < 8; i++) sink = blocks[i] = malloc(2000 + 300 * i);
    for (int i = 0; i < 8; i++) free(blocks[i]);
  }
}

static void *allocate_forever(void *unused) {
  (void)unused;
  for (;;) allocate(1000);
  return NULL;
}

int start_threads(int count) {
  for (int i = 0; i < count; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, allocate_forever, NULL) != 0) return -1;
    pthread_detach(thread);
  }
  return 0;
}

// A child that skips what fork does, allocates, and ends.
int bare_clone(void) {
  long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) {
    allocate(100);
    _exit(0);
  }
  return (int)child;
}

// Text that stays in C's buffer of stdout, when that is no terminal.
void print(const char *text) { fputs(text, stdout); }

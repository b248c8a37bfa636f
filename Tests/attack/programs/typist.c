// typist: tries to type into the terminal on standard input, in every way that it could reach the one who reads it.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void type(const char *name, int terminal, unsigned long request) {
  for (const char *letter = "#typed\n"; *letter; letter++)
    if (syscall(SYS_ioctl, terminal, request, letter)) {
      printf("%s: %s\n", name, strerror(errno));
      return;
    }
  printf("%s: typed\n", name);
}

int main(void) {
  type("TIOCSTI", 0, TIOCSTI);
  // The kernel looks at the low half alone.
  type("TIOCSTI with a high half", 0, TIOCSTI | 0x100000000UL);
  char paste[] = {3, 0};
  printf("TIOCLINUX: %s\n", syscall(SYS_ioctl, 0, TIOCLINUX, paste) ? strerror(errno) : "pasted");
  int tty = open("/dev/tty", O_RDWR);
  printf("/dev/tty: %s\n", tty < 0 ? strerror(errno) : "opened");
  if (tty >= 0) type("TIOCSTI of /dev/tty", tty, TIOCSTI);
  printf("takes it over: %s\n", ioctl(0, TIOCSCTTY, 1) ? strerror(errno) : "taken");
}

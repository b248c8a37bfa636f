// swap A B: exchanges two names, over and over, until it is killed.
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int count, char **words) {
  if (count != 3) return 2;
  puts("swapping");
  fflush(stdout);
  const int exchange = 2, here = -100;
  for (;;)
    if (syscall(SYS_renameat2, here, words[1], here, words[2], exchange)) perror("renameat2");
}

/* Loads a filter that refuses unshare(2) and keyctl(2), and executes the rest of its command line. */
#include "refuse.h"
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 2 || refuse_calls() < 0) return 125;
  execvp(argv[1], argv + 1);
  perror(argv[1]);
  return 127;
}

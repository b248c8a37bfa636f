#include "arguments.h"

static int count;
static char **arguments;

/* glibc gives these to every constructor. */
__attribute__((constructor)) static void keep(int argc, char **argv) {
  count = argc;
  arguments = argv;
}

int cprobe_count(void) { return count; }

const char *cprobe_argument(int index) { return arguments[index]; }

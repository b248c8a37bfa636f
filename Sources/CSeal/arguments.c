// The command line, for Swift's library: its own answer, which this replaces, is found in /proc/self/maps before main. That
// takes five system calls of each command, and fails where /proc isn't mounted.
#include "CSeal.h"

static int count;
static char **words;

static void take(int argument_count, char **arguments, char **environment) {
  (void)environment;
  count = argument_count;
  words = arguments;
}

// The functions of this section come before all constructors.
__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = take;

char **_swift_stdlib_getUnsafeArgvArgc(int *result) {
  *result = count;
  return words;
}

void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int argument_count) {
  count = argument_count;
  words = arguments;
}

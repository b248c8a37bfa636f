// Runs this program again from a detached read-only mount, as `sealOwnExecutable` in Containers does, before anything else
// has begun: glibc's start and Swift's are as long as everything else that a short command does.
//
// It is a short cut, and the programs' entry point (Package.swift). Whoever needs a sealed executable asks
// `sealOwnExecutable`, which looks, and which does what could not be done here, or says why not.
//
// Nothing of glibc's works yet: no errno, no strcmp, no stack protector, no sanitizer.
#include <elf.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stddef.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include "CSeal.h"

#define BEFORE_GLIBC __attribute__((no_builtin, no_stack_protector, disable_sanitizer_instrumentation))

static const char executable[] = "/proc/self/exe";
// Swift's runtime is told not to look for the program that prints backtraces of a crash: none lies beside this one.
static const char mark[] = "SWIFT_BACKTRACE=enable=no,color=no,swift-backtrace=/";

// The program's first instructions: cooper_seal gets the stack as the kernel left it. glibc's own first instructions get
// that too, and the register that the dynamic linker left something in.
#if defined(__x86_64__)
__asm__(
    ".globl cooper_start\n"
    ".type cooper_start, @function\n"
    "cooper_start:\n"
    "  mov %rsp, %rbx\n"
    "  mov %rdx, %r12\n"
    "  mov %rsp, %rdi\n"
    "  and $-16, %rsp\n"
    "  call cooper_seal\n"
    "  mov %rbx, %rsp\n"
    "  mov %r12, %rdx\n"
    "  jmp _start\n");
#elif defined(__aarch64__)
__asm__(
    ".globl cooper_start\n"
    ".type cooper_start, @function\n"
    "cooper_start:\n"
    "  mov x19, x0\n"
    "  mov x0, sp\n"
    "  bl cooper_seal\n"
    "  mov x0, x19\n"
    "  b _start\n");
#else
#error "CSeal knows x86_64 and aarch64"
#endif

BEFORE_GLIBC static long call(long number, long a, long b, long c, long d, long e) {
#if defined(__x86_64__)
  register long fourth __asm__("r10") = d;
  register long fifth __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "+a"(number)
                   : "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
                   : "rcx", "r11", "memory");
  return number;
#else
  register long name __asm__("x8") = number;
  register long first __asm__("x0") = a;
  register long second __asm__("x1") = b;
  register long third __asm__("x2") = c;
  register long fourth __asm__("x3") = d;
  register long fifth __asm__("x4") = e;
  __asm__ volatile("svc 0"
                   : "+r"(first)
                   : "r"(name), "r"(second), "r"(third), "r"(fourth), "r"(fifth)
                   : "memory");
  return first;
#endif
}

BEFORE_GLIBC static int is_same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

// Whether one of the words is a command that joins or makes namespaces. One that only looks like it costs an exec.
BEFORE_GLIBC static int needs_seal(char **words) {
  for (; *words; words++) {
    if (is_same(*words, "run") || is_same(*words, "create") || is_same(*words, "exec")) return 1;
  }
  return 0;
}

BEFORE_GLIBC static int is_root(const Elf64_auxv_t *auxiliary) {
  for (; auxiliary->a_type != AT_NULL; auxiliary++) {
    if (auxiliary->a_type == AT_EUID) return auxiliary->a_un.a_val == 0;
  }
  return 0;
}

BEFORE_GLIBC static int is_on_read_only_mount(void) {
  struct statfs status;
  const int read_only = 1;
  return call(SYS_statfs, (long)executable, (long)&status, 0, 0, 0) == 0 && status.f_flags & read_only;
}

BEFORE_GLIBC __attribute__((used, visibility("hidden"))) void cooper_seal(long *stack) {
  char **arguments = (char **)(stack + 1);
  char **environment = arguments + *stack + 1;
  size_t count = 0;
  while (environment[count]) {
    // This is the second start.
    if (is_same(environment[count], mark)) return;
    count++;
  }
  if (*stack < 2 || !is_root((Elf64_auxv_t *)(environment + count + 1)) || !needs_seal(arguments + 1) ||
      is_on_read_only_mount()) {
    return;
  }

  struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
  long tree = call(SYS_open_tree, AT_FDCWD, (long)executable, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, 0, 0);
  if (tree < 0) return;
  if (call(SYS_mount_setattr, tree, (long)"", AT_EMPTY_PATH, (long)&read_only, sizeof read_only) == 0) {
    char *extended[count + 2];
    for (size_t index = 0; index < count; index++) extended[index] = environment[index];
    extended[count] = (char *)mark;
    extended[count + 1] = NULL;
    call(SYS_execveat, tree, (long)"", (long)arguments, (long)extended, AT_EMPTY_PATH);
  }
  call(SYS_close, tree, 0, 0, 0, 0);
}

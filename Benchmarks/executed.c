// executed ADDRESSES OUTPUT COMMAND...: runs a command, and appends the addresses of those functions that it calls, in the
// order of their first calls. It puts a breakpoint at each of the addresses, in hexadecimal, one a line, and takes it
// away when it is met. Other programs that its processes execute are not looked at. It waits for all of them.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { END = 1 << 25, LIMIT = 1 << 17, BREAKPOINT = 0xcc };

static unsigned char original[END];
static char is_function[END], is_met[END];
static unsigned long addresses[LIMIT];
static int count;

static int memory_of(pid_t process) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", process);
  return open(path, O_RDWR | O_CLOEXEC);
}

static void set_breakpoints(pid_t process) {
  const unsigned char breakpoint = BREAKPOINT;
  int memory = memory_of(process);
  for (int index = 0; index < count; index++) {
    unsigned long address = addresses[index];
    if (!is_function[address] && pread(memory, &original[address], 1, address) == 1) is_function[address] = 1;
    if (is_function[address]) pwrite(memory, &breakpoint, 1, address);
  }
  close(memory);
}

// Whether the process is at one of our breakpoints; then it goes on as if there were none.
static int meet(pid_t process, FILE *output) {
  struct user_regs_struct registers;
  ptrace(PTRACE_GETREGS, process, 0, &registers);
  unsigned long address = registers.rip - 1;
  if (address >= END || !is_function[address]) return 0;
  int memory = memory_of(process);
  pwrite(memory, &original[address], 1, address);
  close(memory);
  registers.rip = address;
  ptrace(PTRACE_SETREGS, process, 0, &registers);
  if (!is_met[address]) fprintf(output, "%lx\n", address);
  is_met[address] = 1;
  return 1;
}

static int is_named(pid_t process, const char *name) {
  char path[64], text[4096] = "";
  snprintf(path, sizeof path, "/proc/%d/cmdline", process);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  read(file, text, sizeof text - 1);
  close(file);
  return !strcmp(text, name);
}

int main(int argument_count, char **arguments) {
  if (argument_count < 4) return 2;
  FILE *list = fopen(arguments[1], "r"), *output = fopen(arguments[2], "a");
  if (!list || !output) return 2;
  while (count < LIMIT && fscanf(list, "%lx", &addresses[count]) == 1) {
    if (addresses[count] < END) count++;
  }
  pid_t command = fork();
  if (command == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    execvp(arguments[3], arguments + 3);
    _exit(127);
  }
  int status, result = 1;
  waitpid(command, &status, 0);
  ptrace(PTRACE_SETOPTIONS, command, 0, PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC);
  ptrace(PTRACE_CONT, command, 0, 0);
  for (pid_t process; (process = waitpid(-1, &status, __WALL)) > 0;) {
    if (!WIFSTOPPED(status)) {
      if (process == command) result = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
      continue;
    }
    int signal = WSTOPSIG(status), event = status >> 16;
    if (event == PTRACE_EVENT_EXEC && is_named(process, arguments[3])) set_breakpoints(process);
    if (event || signal == SIGSTOP || (signal == SIGTRAP && meet(process, output))) signal = 0;
    ptrace(PTRACE_CONT, process, 0, signal);
  }
  fclose(output);
  return result;
}

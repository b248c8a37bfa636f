/* Level 14 of rd.c: a bridge, and a translation for the way out. A published port needs none: a process takes what
 * comes, and passes it on. */
#pragma once
#include "rd.h"
#include <arpa/inet.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>

static int number;
static pid_t servers[MANY];

static int lock_network(void) {
  int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  check(fd < 0 ? fd : flock(fd, LOCK_EX), "the network");
  return fd;
}

static int has_cables(void) { return call("ip -o link show master cb0 | grep -q .") == 0; }

static void copy(int from, int to) {
  char bytes[4096];
  ssize_t count;
  while ((count = read(from, bytes, sizeof bytes)) > 0)
    if (write(to, bytes, count) != count) break;
  shutdown(to, SHUT_WR);
}

static void pass_on_bytes(int client, struct sockaddr_in inside) {
  int server = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(server, (struct sockaddr *)&inside, sizeof inside) < 0) return;
  if (fork() == 0) {
    copy(client, server);
    _exit(0);
  }
  copy(server, client);
  wait(NULL);
}

static pid_t serve(const char *ports) {
  struct sockaddr_in outside = {.sin_family = AF_INET}, inside = {.sin_family = AF_INET};
  int port, target, client, yes = 1, wire = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (sscanf(ports, "%d:%d", &port, &target) != 2) errx(2, "%s?", ports);
  outside.sin_port = htons(port);
  inside.sin_port = htons(target);
  inside.sin_addr.s_addr = htonl(10 << 24 | 87 << 16 | number);
  setsockopt(wire, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(wire, (struct sockaddr *)&outside, sizeof outside) < 0 || listen(wire, 16) < 0) return -1;
  pid_t server = fork();
  if (server != 0) {
    /* Here and there: whoever is first. */
    setpgid(server, server);
    close(wire);
    return server;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  /* So that its children end with it, and nobody waits for them. */
  setpgid(0, 0);
  signal(SIGCHLD, SIG_IGN);
  while ((client = accept(wire, NULL, NULL)) >= 0) {
    if (fork() == 0) {
      pass_on_bytes(client, inside);
      _exit(0);
    }
    close(client);
  }
  _exit(1);
}

static void disconnect(void) {
  int lock = lock_network();
  for (int i = 0; i < MANY && servers[i] > 0; i++) {
    kill(-servers[i], SIGKILL);
    waitpid(servers[i], NULL, 0);
  }
  call("nft delete table ip cb%d 2>/dev/null", number);
  call("ip link delete cb%d 2>/dev/null", number);
  if (!has_cables()) call("ip link delete cb0 2>/dev/null");
  close(lock);
}

/* The name of a device can be taken once: so the number is free. */
static int join_bridge(int container) {
  for (number = 2; number < 255; number++)
    if (call("ip link add cb%d type veth peer name eth0 netns %d 2>/dev/null", number, container) == 0) break;
  call("ip link add cb0 type bridge 2>/dev/null");
  return call("ip address replace 10.87.0.1/24 dev cb0 && ip link set cb0 up") ||
         call("ip link set cb%d master cb0 up", number) ||
         call(
             "nsenter --target %d --net sh -c '"
             "ip address add 10.87.0.%d/24 dev eth0 && ip link set eth0 up && ip route add default via 10.87.0.1'",
             container, number) ||
         call(
             "nft 'add table ip cb%d; add chain ip cb%d out { type nat hook postrouting priority 100; };"
             "add rule ip cb%d out ip saddr 10.87.0.%d oifname != cb0 masquerade'",
             number, number, number, number);
}

static void connect_container(int container) {
  int lock = lock_network();
  int failed = join_bridge(container);
  close(lock);
  for (int i = 0; published[i] && !failed; i++) failed = (servers[i] = serve(published[i])) < 0;
  if (!failed) return;
  disconnect();
  kill(container, SIGKILL);
  errx(125, "the network can't be made");
}

/* Maps one huge page more each time, writes to all, and says how many it had at once. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

int main(void) {
  size_t page = 2 << 20, pages = 0;
  while (pages < 8) {
    size_t size = (pages + 1) * page;
    char *memory = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    if (memory == MAP_FAILED) break;
    memset(memory, 1, size);
    munmap(memory, size);
    pages++;
  }
  printf("%zu\n", pages);
}

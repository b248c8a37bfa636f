/* The arguments as the kernel gave them. Swift reads them from /proc, which an image may not have yet. */
extern int cprobe_count(void);
extern const char *cprobe_argument(int index);

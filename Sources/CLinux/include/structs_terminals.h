// Structures of terminals, and struct utsname. layout_terminals.c compares each with the kernel's own header.
#pragma once

#include <stdint.h>

// struct termios, <linux/termios.h>
struct clinux_termios {
  uint32_t c_iflag;
  uint32_t c_oflag;
  uint32_t c_cflag;
  uint32_t c_lflag;
  uint8_t c_line;
  uint8_t c_cc[19];
};

// struct winsize, <linux/termios.h>
struct clinux_winsize {
  uint16_t ws_row;
  uint16_t ws_col;
  uint16_t ws_xpixel;
  uint16_t ws_ypixel;
};

// struct new_utsname, <linux/utsname.h>
struct clinux_utsname {
  char sysname[65];
  char nodename[65];
  char release[65];
  char version[65];
  char machine[65];
  char domainname[65];
};

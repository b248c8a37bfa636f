#include <linux/termios.h>
#include <linux/utsname.h>

#include "CLinux.h"
#include "layout.h"

SAME_SIZE(clinux_termios, termios);
SAME_FIELD(clinux_termios, termios, c_oflag);
SAME_FIELD(clinux_termios, termios, c_cflag);
SAME_FIELD(clinux_termios, termios, c_lflag);
SAME_FIELD(clinux_termios, termios, c_line);
SAME_FIELD(clinux_termios, termios, c_cc);

SAME_SIZE(clinux_winsize, winsize);
SAME_FIELD(clinux_winsize, winsize, ws_col);
SAME_FIELD(clinux_winsize, winsize, ws_xpixel);
SAME_FIELD(clinux_winsize, winsize, ws_ypixel);

SAME_SIZE(clinux_utsname, new_utsname);
SAME_FIELD(clinux_utsname, new_utsname, nodename);
SAME_FIELD(clinux_utsname, new_utsname, release);
SAME_FIELD(clinux_utsname, new_utsname, version);
SAME_FIELD(clinux_utsname, new_utsname, machine);
SAME_FIELD(clinux_utsname, new_utsname, domainname);

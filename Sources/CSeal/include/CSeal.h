// What comes before Swift's runtime in a program that links this target: seal.c runs it again from a read-only mount,
// arguments.c keeps its command line. There is nothing to call.
#pragma once

// A program that links this target seals its own executable before Swift's runtime begins: see seal.c. There is nothing
// to call.
#pragma once

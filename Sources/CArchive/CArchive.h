// The C libraries that read tars: libarchive, zlib for gzip, nettle for SHA-256.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <nettle/sha2.h>
#include <zlib.h>

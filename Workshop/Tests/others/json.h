/* A small reader of JSON. What isn't JSON ends rd. */
#pragma once
#include "rd.h"

struct json {
  /* '{', '[', '"', or 0 for numbers, true, false and null, which are texts too. */
  char kind;
  char *name, *text;
  struct json *first, *next;
};

static void skip(const char **at) { *at += strspn(*at, " \t\r\n"); }

static void expect(const char **at, char wanted) {
  skip(at);
  if (**at != wanted) errx(125, "config.json isn't JSON: no %c at %.20s", wanted, *at);
  ++*at;
}

static char *read_string(const char **at) {
  expect(at, '"');
  char *text = calloc(1, strlen(*at) + 1), *end = text;
  for (; **at && **at != '"'; ++*at) {
    if (**at != '\\') {
      *end++ = **at;
      continue;
    }
    const char *found = strchr("nnttrrbbff\"\"\\\\//", *++*at);
    if (!**at || !found) errx(125, "config.json: \\%c isn't read here", **at);
    const char *meant = strchr("n\nt\tr\rb\bf\f\"\"\\\\//", **at);
    *end++ = meant[1];
  }
  expect(at, '"');
  return text;
}

static struct json *read_value(const char **at) {
  struct json *value = calloc(1, sizeof *value), **next = &value->first;
  skip(at);
  if (**at == '"') {
    value->kind = '"';
    value->text = read_string(at);
  } else if (**at == '{' || **at == '[') {
    value->kind = *(*at)++;
    char end = value->kind == '{' ? '}' : ']';
    for (skip(at); **at != end; next = &(*next)->next) {
      if (next != &value->first) expect(at, ',');
      char *name = value->kind == '{' ? read_string(at) : NULL;
      if (name) expect(at, ':');
      *next = read_value(at);
      (*next)->name = name;
      skip(at);
    }
    ++*at;
  } else {
    size_t length = strcspn(*at, ",]} \t\r\n");
    if (length == 0) errx(125, "config.json isn't JSON: it ends too early");
    value->text = strndup(*at, length);
    *at += length;
  }
  return value;
}

static struct json *read_json(const char *file) {
  static char bytes[1 << 20];
  int fd = open(file, O_RDONLY | O_CLOEXEC);
  check(fd, file);
  check(read(fd, bytes, sizeof bytes - 1), file);
  close(fd);
  const char *at = bytes;
  return read_value(&at);
}

/* Of an object; "" when there is none. */
static char *text_of(struct json *object, const char *name) {
  for (struct json *member = object->first; member; member = member->next)
    if (!strcmp(member->name, name) && member->text) return member->text;
  return "";
}

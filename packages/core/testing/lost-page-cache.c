/*
 * A power cut for one process: what was written to an append-only file and not yet synced is held back in memory, so that
 * kill -9 loses it, as a cut loses the page cache. Loaded by LD_PRELOAD into redis-server.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_FILES 4096

static struct { char *bytes; size_t length, room; } held[MOST_FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static ssize_t (*write_through)(int, const void *, size_t);

__attribute__((constructor)) static void begin(void) {
  write_through = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
}

static int is_append_only_file(int fd) {
  struct stat facts;
  char link[64], path[4096];
  if (fd < 0 || fd >= MOST_FILES || fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path);
  return length > 4 && memcmp(path + length - 4, ".aof", 4) == 0;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  if (!write_through) begin();
  if (!is_append_only_file(fd)) return write_through(fd, bytes, length);
  pthread_mutex_lock(&lock);
  size_t wanted = held[fd].length + length;
  if (wanted > held[fd].room) {
    held[fd].room = wanted * 2;
    held[fd].bytes = realloc(held[fd].bytes, held[fd].room);
  }
  memcpy(held[fd].bytes + held[fd].length, bytes, length);
  held[fd].length = wanted;
  pthread_mutex_unlock(&lock);
  return length;
}

static void release(int fd) {
  if (fd < 0 || fd >= MOST_FILES) return;
  pthread_mutex_lock(&lock);
  for (size_t at = 0; at < held[fd].length;) {
    ssize_t count = write_through(fd, held[fd].bytes + at, held[fd].length - at);
    if (count <= 0) break;
    at += count;
  }
  held[fd].length = 0;
  pthread_mutex_unlock(&lock);
}

int fsync(int fd) {
  release(fd);
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}

int fdatasync(int fd) {
  release(fd);
  return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}

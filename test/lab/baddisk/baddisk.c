// baddisk - a disk that refuses writes when a test says so, for one program:
// LD_PRELOAD=baddisk.so BADDISK_FILE=switch BADDISK_UNDER=/folder. The switch holds one 32-bit number in the
// machine's byte order: 0, or the errno that every write below the folder gets (30 EROFS, 5 EIO, 28 ENOSPC). What a
// mount that turned read-only does to open files, without a disk to break.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const volatile int32_t *fault;
static const char *under;

__attribute__((constructor)) static void map(void) {
  const char *file = getenv("BADDISK_FILE");
  under = getenv("BADDISK_UNDER");
  int fd = file && under ? open(file, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void *at = mmap(NULL, sizeof *fault, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (at != MAP_FAILED) fault = at;
}

static int refuses_path(const char *path) {
  if (!fault || !*fault || strncmp(path, under, strlen(under))) return 0;
  errno = *fault;
  return 1;
}

static int refuses(int fd) {
  char link[40], path[4096];
  if (!fault || !*fault) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return refuses_path(path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) { return refuses(fd) ? -1 : REAL(pwrite64)(fd, data, n, at); }
ssize_t write(int fd, const void *data, size_t n) { return refuses(fd) ? -1 : REAL(write)(fd, data, n); }
int ftruncate64(int fd, off64_t size) { return refuses(fd) ? -1 : REAL(ftruncate64)(fd, size); }
int fsync(int fd) { return refuses(fd) ? -1 : REAL(fsync)(fd); }

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  int mode = va_arg(rest, int);
  va_end(rest);
  if ((flags & O_ACCMODE) != O_RDONLY && refuses_path(path)) return -1;
  return REAL(open64)(path, flags, mode);
}

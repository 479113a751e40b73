// fakestatfs - makes a program believe that every disk is of another kind:
// LD_PRELOAD=fakestatfs.so FAKESTATFS_TYPE=6969 (statfs's f_type in hexadecimal, here NFS's).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/vfs.h>

static long fake(long real) {
  const char *type = getenv("FAKESTATFS_TYPE");
  return type ? (long)strtoul(type, NULL, 16) : real;
}

int statfs(const char *path, struct statfs *into) {
  int r = ((int (*)(const char *, struct statfs *))dlsym(RTLD_NEXT, "statfs"))(path, into);
  if (r == 0) into->f_type = fake(into->f_type);
  return r;
}

int statfs64(const char *path, struct statfs64 *into) {
  int r = ((int (*)(const char *, struct statfs64 *))dlsym(RTLD_NEXT, "statfs64"))(path, into);
  if (r == 0) into->f_type = fake(into->f_type);
  return r;
}

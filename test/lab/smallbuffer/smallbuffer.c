// smallbuffer - gives each datagram socket of a program the least send buffer that the system knows:
// LD_PRELOAD=smallbuffer.so. A program that opens the C library by name gets this function too.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int socket(int domain, int type, int protocol) {
  int fd = (int)syscall(SYS_socket, domain, type, protocol);
  int least = 1, kind = type & 0xf;
  if (fd >= 0 && (kind == SOCK_DGRAM || kind == SOCK_RAW))
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
  return fd;
}

void *dlopen(const char *name, int flags) {
  void *(*next)(const char *, int) = (void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");
  if (name && strcmp(name, "libc.so.6") == 0) {
    Dl_info own;
    if (dladdr((void *)socket, &own)) return next(own.dli_fname, flags);
  }
  return next(name, flags);
}

// refuse - runs a program under a seccomp filter, as a container's sandbox does: refuse CALL... -- PROGRAM ARGUMENT...
//   timestamping  setsockopt(SOL_SOCKET, SO_TIMESTAMPING), the old and the new one: EPERM
//   error-queue   recvmmsg(MSG_ERRQUEUE): EAGAIN, so that no stamp of a sent packet ever comes
//   recvmmsg      all of it: ENOSYS
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "which processor is this?"
#endif

// Both are little-endian: the low half of an argument comes first.
#define ARGUMENT(n) (offsetof(struct seccomp_data, args) + 8 * (n))
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
#define IF(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, skip, 0)
#define IF_BIT(mask, skip) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, mask, 0, skip)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#define FAIL(code) RETURN(SECCOMP_RET_ERRNO | (code))

enum { old_option = 37, new_option = 65 };

static const struct sock_filter timestamping[] = {
  LOAD(offsetof(struct seccomp_data, nr)), UNLESS(__NR_setsockopt, 6),
  LOAD(ARGUMENT(1)), UNLESS(SOL_SOCKET, 4),
  LOAD(ARGUMENT(2)), IF(old_option, 1), UNLESS(new_option, 1), FAIL(EPERM),
};
static const struct sock_filter error_queue[] = {
  LOAD(offsetof(struct seccomp_data, nr)), UNLESS(__NR_recvmmsg, 3),
  LOAD(ARGUMENT(3)), IF_BIT(MSG_ERRQUEUE, 1), FAIL(EAGAIN),
};
static const struct sock_filter all_recvmmsg[] = {
  LOAD(offsetof(struct seccomp_data, nr)), UNLESS(__NR_recvmmsg, 1), FAIL(ENOSYS),
};

static struct sock_filter program[64];
static unsigned short length;
static void add(const struct sock_filter *part, size_t bytes) {
  memcpy(program + length, part, bytes);
  length += bytes / sizeof *part;
}
#define ADD(part) add(part, sizeof(part))

int main(int argc, char **argv) {
  const struct sock_filter known[] = {
    LOAD(offsetof(struct seccomp_data, arch)), IF(ARCH, 1), RETURN(SECCOMP_RET_ALLOW),
  };
  const struct sock_filter allow[] = {RETURN(SECCOMP_RET_ALLOW)};
  ADD(known);
  int at = 1;
  for (; at < argc && strcmp(argv[at], "--"); at++) {
    if (!strcmp(argv[at], "timestamping")) ADD(timestamping);
    else if (!strcmp(argv[at], "error-queue")) ADD(error_queue);
    else if (!strcmp(argv[at], "recvmmsg")) ADD(all_recvmmsg);
    else return fprintf(stderr, "refuse: what is \"%s\"?\n", argv[at]), 2;
  }
  if (at + 1 >= argc) return fputs("usage: refuse timestamping|error-queue|recvmmsg... -- program...\n", stderr), 2;
  ADD(allow);
  struct sock_fprog filter = {.len = length, .filter = program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
    return perror("refuse: seccomp"), 2;
  execvp(argv[at + 1], argv + at + 1);
  return perror(argv[at + 1]), 127;
}

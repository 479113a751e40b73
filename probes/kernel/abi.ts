/**
 * The kernel's numbers and layouts for 64-bit little-endian Linux; x64 and arm64 share them, glibc and musl too (what
 * one declares as `size_t` the other declares as `int` and padding, which must be zero). `self-test.ts` proves them
 * on the running machine before any figure is taken.
 */
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const EFD_FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC;
export const IPPROTO_ICMP = 1;
export const IPPROTO_ICMPV6 = 58;

export const SOL_SOCKET = 1;
export const SO_RCVBUF = 8;
export const SO_BINDTODEVICE = 25;
export const SO_ATTACH_FILTER = 26;
export const SO_RCVBUFFORCE = 33;
export const SO_TIMESTAMPING = 37;
export const SO_MEMINFO = 55;
/** The place of the drop counter in what SO_MEMINFO gives: nine 32-bit words. */
export const SK_MEMINFO_DROPS = 8;
export const SK_MEMINFO_BYTES = 36;

export const SOL_IP = 0;
export const IP_TOS = 1;
export const IP_TTL = 2;
export const IP_MTU_DISCOVER = 10;
export const IP_RECVERR = 11;
export const SOL_IPV6 = 41;
export const IPV6_UNICAST_HOPS = 16;
export const IPV6_MTU_DISCOVER = 23;
export const IPV6_RECVERR = 25;
export const IPV6_DONTFRAG = 62;
export const IPV6_TCLASS = 67;
export const PMTUDISC_DONT = 0;
/** Never fragmented, and no path MTU is remembered: routers report each packet that is too long. */
export const PMTUDISC_PROBE = 3;
export const SOL_ICMPV6 = 58;
export const ICMP6_FILTER = 1;

export const SOF_TX_SOFTWARE = 2;
export const SOF_RX_SOFTWARE = 8;
export const SOF_SOFTWARE = 16;
/** SCM_TIMESTAMPING has the option's number. */
export const SCM_TIMESTAMPING = SO_TIMESTAMPING;

export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_ERRQUEUE = 0x2000;

export const POLLIN = 1;
export const POLLERR = 8;

/** Origins in `sock_extended_err`. */
export const EE_ORIGIN_ICMP = 2;
export const EE_ORIGIN_ICMP6 = 3;
export const EE_ORIGIN_TIMESTAMPING = 4;

export const CLOCK_REALTIME = 0;

export const SCHED_RR = 2;
export const SCHED_RESET_ON_FORK = 0x4000_0000;
/** The number of the system call, by processor. */
export const schedSetscheduler: Readonly<Record<string, number>> = { x64: 144, arm64: 119 };

export const sockaddrIn = { bytes: 16, family: 0, port: 2, address: 4 } as const;
export const sockaddrIn6 = { bytes: 28, family: 0, port: 2, flow: 4, address: 8, scope: 24 } as const;
/** `int fd; short events; short revents`. */
export const pollfd = { bytes: 8, fd: 0, events: 4, revents: 6 } as const;
/** Two 64-bit words. */
export const timespec = { bytes: 16, sec: 0, nsec: 8 } as const;
export const iovec = { bytes: 16, base: 0, length: 8 } as const;
/** `struct msghdr` with the length that recvmmsg fills in behind it, padded. */
export const mmsghdr = {
  bytes: 64,
  name: 0,
  nameLength: 8,
  iov: 16,
  iovCount: 24,
  control: 32,
  controlLength: 40,
  flags: 48,
  received: 56,
} as const;
export const cmsghdr = { bytes: 16, length: 0, level: 8, type: 12, align: 8 } as const;
/** `u32 errno; u8 origin, type, code, pad; u32 info, data`. */
export const extendedError = { bytes: 16, errno: 0, origin: 4, type: 5, code: 6, info: 8 } as const;

/** One `int` as the kernel reads it. */
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

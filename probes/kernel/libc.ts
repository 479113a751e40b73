import type * as Koffi from 'koffi';
import { createRequire } from 'node:module';
import { ProbeUnavailableError } from '../probe.js';

/** What calls foreign functions. */
export type Foreign = typeof Koffi;

/** Processors whose Linux has the numbers and layouts of `abi.ts`. */
const processors: readonly string[] = ['x64', 'arm64'];

interface Machine {
  readonly platform: string;
  readonly arch: string;
}

/**
 * Loads what calls foreign functions. Throws `ProbeUnavailable` where nothing is known of the system's calls, which
 * would be made with wrong numbers, and where the package has no binary for this machine.
 */
export function loadForeign(
  load: () => Foreign = () => createRequire(import.meta.url)('koffi') as Foreign,
  { platform, arch }: Machine = process,
): Foreign {
  if (platform !== 'linux' || !processors.includes(arch))
    throw new ProbeUnavailableError(
      `its calls are those of Linux on ${processors.join(' and ')}; this is ${platform} on ${arch}`,
      'choose the probe kind "net-ping" (driver: net-ping)',
      false,
    );
  try {
    return load();
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    throw new ProbeUnavailableError(
      `the package koffi can't be loaded on ${platform}-${arch}: ${reason}`,
      'npm ci --include=optional',
      false,
    );
  }
}

/** The functions of the C library that the kind calls, as they are: -1 and `errno()` on failure. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: Buffer, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: Buffer, length: Buffer): number;
  bind(fd: number, address: Buffer, length: number): number;
  getsockname(fd: number, address: Buffer, length: Buffer): number;
  sendto(fd: number, data: Buffer, length: number, flags: number, to: Buffer, toLength: number): number;
  recvmmsg(fd: number, headers: Buffer, count: number, flags: number, timeout: null): number;
  ppoll(fds: Buffer, count: number, timeout: Buffer, mask: null): number;
  clock_gettime(clock: number, into: Buffer): number;
  eventfd(initial: number, flags: number): number;
  close(fd: number): number;
  syscall(number: number, a: number, b: number, c: Buffer): number;
  if_nametoindex(name: string): number;
  /** Of the latest call on this thread. */
  errno(): number;
  /** Where the buffer's bytes lie; they stay there as long as the buffer is held. */
  address(buffer: Buffer): bigint;
}

/** glibc, then musl by processor, then whatever the process itself is linked with. */
const libraryNames: readonly (string | null)[] = [
  'libc.so.6',
  'libc.musl-x86_64.so.1',
  'libc.musl-aarch64.so.1',
  null,
];

/** Binds the C library. Throws where that can't be, `ProbeUnavailable` where it is known why. */
export function loadLibc(names: readonly (string | null)[] = libraryNames): Libc {
  const koffi = loadForeign();
  const library = firstOf(names, (name) => koffi.load(name));
  // A bound function takes and gives anything: its definition alone says what, and nothing else can vouch for the types.
  const bound = (definition: string) => library.func(definition);
  return {
    socket: bound('int socket(int, int, int)'),
    setsockopt: bound('int setsockopt(int, int, int, const void *, uint32_t)'),
    getsockopt: bound('int getsockopt(int, int, int, void *, void *)'),
    bind: bound('int bind(int, const void *, uint32_t)'),
    getsockname: bound('int getsockname(int, void *, void *)'),
    sendto: bound('int64_t sendto(int, const void *, size_t, int, const void *, uint32_t)'),
    recvmmsg: bound('int recvmmsg(int, void *, uint32_t, int, void *)'),
    ppoll: bound('int ppoll(void *, uint64_t, const void *, void *)'),
    clock_gettime: bound('int clock_gettime(int, void *)'),
    eventfd: bound('int eventfd(uint32_t, int)'),
    close: bound('int close(int)'),
    syscall: bound('int64_t syscall(int64_t, int64_t, int64_t, const void *)'),
    if_nametoindex: bound('uint32_t if_nametoindex(const char *)'),
    errno: () => koffi.errno(),
    address: (buffer) => koffi.address(buffer),
  };
}

function firstOf<N, T>(names: readonly N[], load: (name: N) => T): T {
  const failures: string[] = [];
  for (const name of names) {
    try {
      return load(name);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(`no C library could be loaded: ${failures.join('; ')}`);
}

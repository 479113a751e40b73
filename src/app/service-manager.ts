import { loadLibc, type Libc } from '../../probes/kernel/libc.js';
import type { Log } from '../engine/ports.js';
import type { Readiness } from '../http/mesh.js';

/** What systemd is told by sd_notify(3); nothing where no service manager has started this process. */
interface ServiceManager {
  /** It does its work from now on; `status` is shown by `systemctl status`. The watchdog, if any, is kept from here. */
  ready(status: string): void;
  /** It ends in order. */
  stopping(): void;
  /** Stops the watchdog's beat and closes the socket. */
  close(): void;
}

interface ServiceManagerOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly log: Log;
  /** What `/readyz` says now. */
  readonly readiness: () => readonly Readiness[];
  /** How messages get out; the process's own C library by default. Throws where that can't be. */
  readonly open?: (address: string) => { send(message: string): void; close(): void };
}

/** A restart mends a driver that has stopped. A store that refuses it does not: the rounds that wait would be lost. */
const mendedByRestart: readonly string[] = ['rounds', 'watch'];

/**
 * Speaks to the service manager that `NOTIFY_SOCKET` names. The watchdog (`WATCHDOG_USEC`) is fed by a timer of the
 * event loop, twice in its time, as long as rounds come and the ports are watched: a loop that hangs, or a driver that
 * is dead, feeds it no more, and the service is started again.
 */
export function createServiceManager(options: ServiceManagerOptions): ServiceManager {
  const { env, pid, log, readiness, open = openSocket } = options;
  const address = env['NOTIFY_SOCKET'];
  if (address === undefined || address === '')
    return { ready: () => undefined, stopping: () => undefined, close: () => undefined };
  let socket: ReturnType<typeof open> | null = null;
  try {
    socket = open(address);
  } catch (error) {
    log.warn({ why: String(error) }, 'the service manager can not be told how this service is');
  }
  const send = (message: string): void => {
    try {
      socket?.send(message);
    } catch (error) {
      log.debug({ why: String(error) }, 'the service manager was not told');
    }
  };

  let starving = false;
  const feed = (): void => {
    const fault = readiness().find(({ name, ok }) => !ok && mendedByRestart.includes(name));
    if (fault === undefined) send('WATCHDOG=1');
    else if (!starving)
      log.error(
        { check: fault.name, why: fault.reason },
        'the service manager is to start this service again',
      );
    starving = fault !== undefined;
  };
  const everyMs = watchdogMs(env, pid) / 2;
  let beat: NodeJS.Timeout | null = null;
  return {
    ready: (status) => {
      send(`READY=1\nSTATUS=${status}`);
      if (everyMs > 0) beat = setInterval(feed, everyMs);
    },
    stopping: () => {
      send('STOPPING=1\nSTATUS=stopping');
    },
    close: () => {
      if (beat !== null) clearInterval(beat);
      socket?.close();
      socket = null;
    },
  };
}

/** 0: no watchdog waits for this process. */
function watchdogMs(env: ServiceManagerOptions['env'], pid: number): number {
  const forPid = env['WATCHDOG_PID'];
  if (forPid !== undefined && forPid !== String(pid)) return 0;
  const microseconds = Number(env['WATCHDOG_USEC'] ?? 0);
  return Number.isFinite(microseconds) ? microseconds / 1000 : 0;
}

const family = { unix: 1 } as const;
const kind = { datagram: 2, closeOnExec: 0o2000000 } as const;
const flags = { noSignal: 0x4000, dontWait: 0x40 } as const;
const longestPath = 107;

/** A datagram socket to an address of the file system, or to one that begins with "@", of the abstract namespace. */
function openSocket(
  address: string,
  libc: Libc = loadLibc(),
): { send(message: string): void; close(): void } {
  const path = Buffer.from(address.startsWith('@') ? `\0${address.slice(1)}` : address);
  if (!/^[/@]./.test(address) || path.length > longestPath)
    throw new Error(`NOTIFY_SOCKET ${address} is no address of a socket`);
  const to = Buffer.alloc(2 + path.length + (path[0] === 0 ? 0 : 1));
  to.writeUInt16LE(family.unix, 0);
  path.copy(to, 2);
  const fd = libc.socket(family.unix, kind.datagram | kind.closeOnExec, 0);
  if (fd < 0) throw new Error(`no socket for the service manager (errno ${libc.errno()})`);
  return {
    send: (message) => {
      const bytes = Buffer.from(message);
      if (libc.sendto(fd, bytes, bytes.length, flags.noSignal | flags.dontWait, to, to.length) < 0)
        throw new Error(`${address} took nothing (errno ${libc.errno()})`);
    },
    close: () => void libc.close(fd),
  };
}

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The kernel's tables of sockets that carry a counter of drops. */
type SocketTable = 'raw' | 'raw6' | 'icmp' | 'icmp6';

const readText = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

/** The inode → drops of a table of /proc/net: the columns `inode` (the tenth) and `drops` (the last). */
export function parseSocketTable(text: string): Map<number, number> {
  const drops = new Map<number, number>();
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [inode, count] = [Number(fields[9]), Number(fields.at(-1))];
    if (fields.length >= 13 && Number.isSafeInteger(inode) && Number.isSafeInteger(count))
      drops.set(inode, count);
  }
  return drops;
}

/** The value of `Icmp6InCsumErrors` in /proc/net/snmp6; 0 when it isn't there. */
export function parseChecksumErrors(text: string): number {
  return Number(/^Icmp6InCsumErrors\s+(\d+)/m.exec(text)?.[1] ?? 0);
}

/** The inodes of the sockets this process holds; empty where there is no /proc. */
export function ownSocketInodes(): Set<number> {
  const inodes = new Set<number>();
  try {
    for (const fd of readdirSync('/proc/self/fd')) {
      try {
        const match = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`));
        if (match) inodes.add(Number(match[1]));
      } catch {
        // A descriptor that was closed meanwhile, such as the one the folder was read with.
      }
    }
  } catch {
    // No /proc: nothing to know.
  }
  return inodes;
}

/**
 * How many packets the kernel could not put into a socket's buffer since it was opened; null where it can't be known.
 * A raw IPv6 socket counts packets with a wrong checksum as well, which is no fault of the observer's: the kernel
 * counts those for the whole host, and they are taken off.
 */
export function socketDrops(table: SocketTable, inode: number): number | null {
  const text = readText(`/proc/net/${table}`);
  const drops = text === null ? undefined : parseSocketTable(text).get(inode);
  if (drops === undefined) return null;
  if (table !== 'raw6') return drops;
  return drops - parseChecksumErrors(readText('/proc/net/snmp6') ?? '');
}

/** What sockets have dropped since the reading that each comes with; null where one does not tell. */
export function dropsSince(
  sockets: Iterable<readonly [{ drops(): number | null }, before: number | null]>,
): number | null {
  let sum = 0;
  for (const [socket, before] of sockets) {
    const drops = dropsBetween(before, socket.drops());
    if (drops === null) return null;
    sum += drops;
  }
  return sum;
}

/** What was dropped between two readings; null when one is not known. */
export function dropsBetween(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : Math.max(0, after - before);
}

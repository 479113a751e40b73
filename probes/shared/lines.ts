import type { PacketOptions } from '../probe.js';

/**
 * Which of the sockets packets to one target go by. A socket keeps its ICMP identifier for as long as it is open, and
 * what keeps state on the way (a NAT whose path has changed, a firewall) may go on failing for that identifier alone:
 * a target that stays unanswered gets a fresh one, again and again.
 */
export interface Line {
  /** Sockets of one generation have one identifier each; a fresh one has a greater number. */
  generation: number;
  /** When the first packet left that nothing has answered since; NaN: what was sent last is answered. */
  unansweredSinceNs: number;
  lastUsedNs: number;
}

export interface Lines {
  /** Of a target, for such packets; by default for those without options. */
  of(address: string, options?: PacketOptions): Line;
  /** A packet is to be sent now: its line has a fresh generation where it only has failed. Returns that. */
  sending(line: Line, nowNs: number): number;
  answered(line: Line): void;
  /** Forgets targets that nothing was sent to since. */
  sweep(beforeNs: number): void;
}

/** A target that is unanswered for so long has failed; a reply may take 2 s. */
const failedNs = 5e9;
/** Longer than between two packets of a round. */
const idleNs = 4e9;
/** Targets that fail at the same time share a fresh socket. */
const freshForNs = 4e9;
/** More than this at a time are not needed: who uses an older one takes the latest with its next packet. */
const maxGenerations = 16;

const plain: PacketOptions = {};

export function createLines(): Lines {
  const lines = new Map<string, Line>();
  const keys = new WeakMap<PacketOptions, string>();
  let latest = 0;
  let latestSinceNs = -Infinity;

  const keyOf = (options: PacketOptions): string => {
    let key = keys.get(options);
    if (key === undefined) keys.set(options, (key = JSON.stringify(options)));
    return key;
  };
  return {
    of(address, options = plain) {
      const key = `${address} ${keyOf(options)}`;
      let line = lines.get(key);
      // A new one begins with the latest: what is known to work for others is as good as any.
      if (!line) lines.set(key, (line = { generation: latest, unansweredSinceNs: NaN, lastUsedNs: 0 }));
      return line;
    },
    sending(line, nowNs) {
      // After a while what it used may have failed for others meanwhile: it begins with the latest, as a new one does.
      if (nowNs - line.lastUsedNs >= idleNs && line.generation !== latest) {
        line.generation = latest;
        line.unansweredSinceNs = NaN;
      }
      line.lastUsedNs = nowNs;
      if (Number.isNaN(line.unansweredSinceNs)) line.unansweredSinceNs = nowNs;
      else if (nowNs - line.unansweredSinceNs >= failedNs) {
        if (line.generation === latest || nowNs - latestSinceNs >= freshForNs) {
          latest += 1;
          latestSinceNs = nowNs;
        }
        line.generation = latest;
        line.unansweredSinceNs = nowNs;
      }
      if (line.generation <= latest - maxGenerations) line.generation = latest;
      return line.generation;
    },
    answered(line) {
      line.unansweredSinceNs = NaN;
    },
    sweep(beforeNs) {
      for (const [key, line] of lines) if (line.lastUsedNs < beforeNs) lines.delete(key);
    },
  };
}

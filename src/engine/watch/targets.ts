import type { PathConfig, Pop, WatchConfig } from '../../config/config.js';
import type { PopId } from '../../core/types.js';
import { newPort, type PortWatch } from '../../core/watch/port.js';
import type { PacketOptions } from '../../../probes/probe.js';
import type { Clock, Resolve } from '../ports.js';
import { addressOf } from '../target.js';

/** Something that echoes are sent to. */
export interface Target {
  /** The id of its PoP, or its address. */
  readonly key: string;
  /** Null: it is a reference only, and nothing of it is written down. */
  port: PopId | null;
  reference: boolean;
  pop: Pop | null;
  options: PacketOptions | undefined;
  /** Null while its name does not resolve. */
  address: string | null;
  /** On the monotonic clock. */
  resolvedAt: number;
  lastDueAt: number;
  watch: PortWatch;
}

export interface TargetSettings {
  readonly watch: WatchConfig;
  readonly pops: readonly Pop[];
  readonly paths: readonly PathConfig[];
}

type Wanted = Pick<Target, 'key' | 'port' | 'reference' | 'pop' | 'options'>;

/** What is to be watched: the ports, and the references among them or beside them. */
export function wantedTargets({ watch, pops, paths }: TargetSettings): Wanted[] {
  const wanted = new Map<string, Wanted>();
  const popOf = (id: PopId): Pop | null => pops.find((pop) => pop.id === id) ?? null;
  const optionsOf = (id: PopId): PacketOptions | undefined =>
    paths.find(({ destination }) => destination === id)?.probe;
  for (const port of watch.ports)
    wanted.set(port, { key: port, port, reference: false, pop: popOf(port), options: optionsOf(port) });
  for (const reference of watch.references) {
    const key = reference.kind === 'pop' ? reference.pop : reference.address;
    const pop = reference.kind === 'pop' ? popOf(reference.pop) : null;
    const beside: Wanted = { key, port: null, reference: true, pop, options: undefined };
    wanted.set(key, { ...(wanted.get(key) ?? beside), reference: true });
  }
  return [...wanted.values()];
}

/** A target that is not known yet; its first echo is due at `dueAt`. */
export function newTarget(wanted: Wanted, dueAt: number, everyMs: number): Target {
  const address = wanted.pop ? (wanted.pop.ipv4 ?? wanted.pop.ipv6) : wanted.key;
  return { ...wanted, address, resolvedAt: -Infinity, lastDueAt: dueAt - everyMs, watch: newPort };
}

/** How long a name's address is used before it is asked for again. */
const freshMs = 60_000;
const patienceMs = 5_000;

/** Looks up the addresses of targets that have a name only; what an old one was stays in use until there is another. */
export function createLookup(clock: Clock, resolve: Resolve): (targets: Iterable<Target>) => void {
  const asking = new Set<Target>();
  const ask = async (target: Target, pop: Pop): Promise<void> => {
    asking.add(target);
    target.resolvedAt = clock.monotonicMs();
    const over = new AbortController();
    const settled = new AbortController();
    void clock.sleep(patienceMs, settled.signal).then(() => {
      over.abort();
    });
    try {
      target.address = await addressOf(pop, resolve, over.signal);
    } catch {
      // A port whose name never resolved is not observed; that shows in its state.
    } finally {
      settled.abort();
      asking.delete(target);
    }
  };
  return (targets) => {
    const now = clock.monotonicMs();
    for (const target of targets) {
      const { pop } = target;
      if (!pop || pop.ipv4 !== null || pop.ipv6 !== null) continue;
      const waitMs = target.address === null ? patienceMs : freshMs;
      if (now - target.resolvedAt >= waitMs && !asking.has(target)) void ask(target, pop);
    }
  };
}

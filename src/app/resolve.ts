import { lookup } from 'node:dns/promises';
import type { EpochMs } from '../core/types.js';
import type { Resolve } from '../engine/ports.js';

export interface ResolverOptions {
  /** Asks for a name, however long that takes. */
  readonly ask?: (host: string) => Promise<string>;
  readonly now?: () => EpochMs;
  /** How long one caller waits for an answer. */
  readonly patienceMs?: number;
  /** Names that are asked for at the same time: each holds a thread of the process until it is answered. */
  readonly atOnce?: number;
}

interface Known {
  /** The last good address. */
  address: string | null;
  /** When it was good for the last time. */
  at: EpochMs;
  /** The latest question failed or is not answered in time. */
  isStale: boolean;
}

const defaultPatienceMs = 5_000;

/**
 * Asks the system's resolver, as every other program here does. A name is asked for once at a time, whoever waits for
 * it, so that a resolver that is mute for an hour has a question a name before it and not thousands; an answer that
 * comes late is used by the next caller. Where there is none in time the last good address stays in use, and is marked.
 */
export function createResolver(options: ResolverOptions = {}): Resolve {
  const {
    ask = async (host: string): Promise<string> => (await lookup(host)).address,
    now = Date.now,
    patienceMs = defaultPatienceMs,
    atOnce = 2,
  } = options;
  const known = new Map<string, Known>();
  const asking = new Map<string, Promise<string>>();
  const turns: (() => void)[] = [];
  let running = 0;

  const turn = async (): Promise<void> => {
    if (running >= atOnce) await new Promise<void>((resolve) => turns.push(resolve));
    running += 1;
  };
  const endTurn = (): void => {
    running -= 1;
    turns.shift()?.();
  };
  const entryOf = (host: string): Known => {
    let entry = known.get(host);
    if (!entry) known.set(host, (entry = { address: null, at: 0, isStale: false }));
    return entry;
  };
  const askOnce = async (host: string): Promise<string> => {
    await turn();
    const entry = entryOf(host);
    try {
      const address = await ask(host);
      Object.assign(entry, { address, at: now(), isStale: false });
      return address;
    } catch (error) {
      entry.isStale = true;
      throw error;
    } finally {
      endTurn();
      asking.delete(host);
    }
  };
  const question = (host: string): Promise<string> => {
    let asked = asking.get(host);
    if (!asked) {
      asked = askOnce(host);
      asking.set(host, asked);
      // Nobody may be waiting any more when it fails.
      asked.catch(() => undefined);
    }
    return asked;
  };

  const resolve = async (host: string, signal: AbortSignal): Promise<string> => {
    try {
      return await within(patienceMs, signal, question(host));
    } catch (error) {
      const { address } = entryOf(host);
      if (address === null || signal.aborted) throw error;
      entryOf(host).isStale = true;
      return address;
    }
  };
  return Object.assign(resolve, {
    staleSince: (host: string): EpochMs | null => {
      const entry = known.get(host);
      return entry?.isStale === true && entry.address !== null ? entry.at : null;
    },
  });
}

async function within<T>(ms: number, signal: AbortSignal, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${ms / 1000} s`));
    }, ms);
    onAbort = () => {
      reject(new Error('the round was ended'));
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

/** The process's own: all that it measures shares what is known of a name. */
export const resolveName: Resolve = createResolver();

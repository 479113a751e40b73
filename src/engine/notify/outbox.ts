import type { Config } from '../../config/config.js';
import type { OutboxDepth, OutboxMessage } from '../../store/notify-store.js';
import type { Store } from '../../store/store.js';
import type { Clock, Log, Random } from '../ports.js';
import { backoffMs } from './backoff.js';
import { send } from './send.js';
import type { LookupAll } from './webhook.js';

export interface OutboxOptions {
  readonly store: Pick<Store, 'outbox' | 'targets'>;
  readonly config: () => Config;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
  readonly lookup?: LookupAll;
  /** Told after each look at the outbox: for metrics. Must not throw. */
  readonly onDepth?: (depth: OutboxDepth) => void;
  /** How long to rest when nothing is due; another process may put something in. 2 s by default. */
  readonly restMs?: number;
}

export interface Outbox {
  /** Sends what is due now, once each; resolves to how many were tried. */
  turn(): Promise<number>;
  /** Looks again and again until it is stopped. */
  start(): void;
  /** Resolves when nothing is in flight any more, or after 2 s. */
  stop(): Promise<void>;
}

const atOnce = 8;
const stopPatienceMs = 2_000;
const keptMs = 30 * 86_400_000;
const sweepEveryMs = 3_600_000;

/** Empties the outbox: at least once each, later and later after failures, and given up after the last try. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, config, clock, random, log, version, lookup, onDepth, restMs = 2000 } = options;
  const { outbox, targets } = store;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let swept = -Infinity;

  const attempt = async (message: OutboxMessage): Promise<void> => {
    const { id, event, about, attempts } = message;
    const settle = (state: 'sent' | 'waiting' | 'dead', error: string | null, waitMs: number) =>
      outbox.tried(id, { state, error, at: clock.now(), dueAt: clock.now() + waitMs });
    const target = await targets.get(message.target);
    if (!target) {
      await settle('dead', 'its target was taken back', 0);
      return;
    }
    try {
      const now = clock.now();
      await send({ message, target, config: config(), now, version, ...(lookup && { lookup }) });
      await settle('sent', null, 0);
      log.debug({ id, event, about, target: target.id }, 'a message was delivered');
    } catch (error) {
      const why = (error instanceof Error ? error.message : String(error)).slice(0, 500);
      const { notifications } = config();
      const last = attempts + 1 >= notifications.attempts;
      const waitMs = backoffMs(attempts + 1, notifications, random);
      await settle(last ? 'dead' : 'waiting', why, last ? 0 : waitMs);
      const fields = { id, event, about, target: target.id, attempts: attempts + 1, why };
      if (last) log.error(fields, 'a message is given up: `pop-sla outbox list`');
      else log.warn({ ...fields, againInMs: waitMs }, 'a message did not arrive');
    }
  };

  const turn = async (): Promise<number> => {
    const now = clock.now();
    // Longer than any try, so that nobody else takes what is in flight.
    const until = now + 2 * config().notifications.timeoutMs + 60_000;
    const due = await outbox.claim({ now, until, limit: atOnce });
    await Promise.all(due.map(attempt));
    if (now - swept >= sweepEveryMs) {
      swept = now;
      await outbox.sweep(now - keptMs);
    }
    if (onDepth) onDepth(await outbox.depth());
    return due.length;
  };
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const tried = await turn().catch((error: unknown) => {
        log.error({ err: error }, 'the outbox could not be read');
        return 0;
      });
      if (tried === 0) await clock.sleep(restMs, stopping.signal);
    }
  };
  return {
    turn,
    start: () => {
      running = loop();
    },
    stop: () => {
      stopping.abort();
      // What is in flight then comes again: the daemon's end does not wait for somebody else's server.
      return Promise.race([running, clock.sleep(stopPatienceMs)]);
    },
  };
}

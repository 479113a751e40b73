import type { Config } from '../config/config.js';
import { monthAfter } from '../core/time/calendar.js';
import type { ObservedOutage } from '../core/watch/outage.js';
import type { EpochMs } from '../core/types.js';
import type { ForwardDepth } from '../store/forward-store.js';
import type { RunRecord } from '../store/store.js';
import { lastBackup, type LastBackup } from './backup.js';
import { ownWork } from './own-work.js';
import { openStore, storeName } from './store.js';

/** What a person wants to know first of a daemon. */
export interface Status {
  /** The latest life of a daemon on this store; null: there was none. */
  readonly run: RunRecord | null;
  readonly isRunning: boolean;
  /** Of the UTC day so far, of the paths that this daemon is to have rounds of. */
  readonly rounds: { readonly held: number; readonly due: number };
  readonly latestSlot: EpochMs | null;
  /** Outages that last. */
  readonly down: readonly ObservedOutage[];
  readonly store: { readonly name: string; readonly bytes: number };
  /** Rows of an agent that its hub has not taken yet; null: no agent. */
  readonly backlog: ForwardDepth | null;
  /** The month that was over last. */
  readonly month: {
    readonly name: string;
    readonly closedAt: EpochMs | null;
    readonly drafts: number;
    readonly sealed: number;
  };
  readonly backup: LastBackup | null;
}

/** A daemon says that it lives every 10 s. */
const silentAfterMs = 45_000;
const dayMs = 86_400_000;

/** Reads it from the store, beside the daemon. Rejects with `StoreError`. */
export async function statusOf(config: Config, now: EpochMs): Promise<Status> {
  const store = await openStore(config, { readOnly: true });
  try {
    const run = await store.runs.latest();
    const dayStart = Math.floor(now / dayMs) * dayMs;
    const { everyMs } = config.measurement;
    const paths = (config.role === 'hub' ? config : ownWork(config)).paths.map(({ id }) => id);
    const sums = await store.rounds.monthSums({ paths, from: dayStart, to: dayStart + dayMs });
    const [latest] = await store.rounds.list({ limit: 1 });
    const name = monthAfter(new Date(now).toISOString().slice(0, 7), -1);
    const statements = await store.statements.list({ month: name });
    // A sealed statement of several revisions is one statement.
    const sealed = new Set(
      statements.filter(({ state }) => state === 'sealed').map(({ service }) => service),
    );
    const drafts = new Set(
      statements.map(({ service }) => service).filter((service) => !sealed.has(service)),
    );
    return {
      run,
      isRunning: run !== null && run.stoppedAt === null && now - run.lastSeenAt < silentAfterMs,
      rounds: {
        held: sums.reduce((total, { roundsHeld }) => total + roundsHeld, 0),
        due: paths.length * Math.ceil((now - dayStart) / everyMs),
      },
      latestSlot: latest?.slot ?? null,
      down: await store.watch.outages({ open: true }),
      store: { name: storeName(config), bytes: await store.upkeep.sizeBytes() },
      backlog: config.role === 'agent' ? ((await store.forward?.depth()) ?? null) : null,
      month: {
        name,
        closedAt: await store.statements.closed(name),
        drafts: drafts.size,
        sealed: sealed.size,
      },
      backup: config.store.postgres === null ? await lastBackup(config.store.path) : null,
    };
  } finally {
    await store.close();
  }
}

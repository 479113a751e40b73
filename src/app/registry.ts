import type { Config } from '../config/config.js';
import type { Trace } from '../core/access/trail.js';
import type { EpochMs } from '../core/types.js';
import { createRegistry, type Registry } from '../engine/access/registry.js';
import { auditTrail, leaveTrace, type TrailAudit } from '../engine/access/trail.js';
import { openStore } from './open-store.js';
import type { TrailStore } from '../store/access-store.js';
import { withEntered } from './book.js';

export interface RegistryOptions {
  readonly config: Config;
  readonly now: () => EpochMs;
  readonly write: boolean;
}

/** Who may come in and what was done, from a store that is opened for this alone. */
export interface OpenRegistry extends Registry {
  readonly trail: Pick<TrailStore, 'list'>;
  leaveTrace(trace: Omit<Trace, 'at'>): Promise<void>;
  auditTrail(): Promise<TrailAudit>;
  close(): Promise<void>;
}

/** Rejects with `StoreFault`. */
export async function openRegistry({ config, now, write }: RegistryOptions): Promise<OpenRegistry> {
  const store = await openStore(config, { readOnly: !write });
  const { trail } = store.access;
  const { book } = await withEntered(config, store.ledger);
  const customers = () => book.customers.map(({ id }) => id);
  return {
    ...createRegistry({ store: store.access, now, customers }),
    trail,
    leaveTrace: (trace) => leaveTrace(trail, { ...trace, at: now() }),
    auditTrail: () => auditTrail(trail),
    close: () => store.close(),
  };
}

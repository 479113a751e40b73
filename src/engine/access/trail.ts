import { traceAfter, type Trace } from '../../core/access/trail.js';
import { chainFault } from '../../core/ledger/chain.js';
import { digestOf } from '../../seal/hash.js';
import type { TrailStore } from '../../store/access-store.js';

export interface TrailAudit {
  readonly ok: boolean;
  readonly entries: number;
  /** The hash of the last entry. */
  readonly head: string;
  readonly faults: readonly string[];
}

/** Writes down what was done; resolves when it is durable. */
export async function leaveTrace(trail: Pick<TrailStore, 'append'>, trace: Trace): Promise<void> {
  await trail.append((head) => traceAfter(head, trace, digestOf));
}

/** Whether the trail is the one that was written. */
export async function auditTrail(trail: Pick<TrailStore, 'list'>): Promise<TrailAudit> {
  const entries = await trail.list();
  const broken = chainFault(entries, digestOf);
  const faults = broken ? [`of the trail ${broken.what}`] : [];
  return { ok: !broken, entries: entries.length, head: entries.at(-1)?.hash ?? '0'.repeat(64), faults };
}

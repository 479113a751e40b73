import type { ExclusionInput } from '../../config/ledger/exclusion-input.js';
import type { LedgerExclusion } from '../../core/ledger/exclusions.js';
import type { Desk } from './desk.js';
import { textsOf } from './entry.js';

export interface Imported {
  readonly proposed: readonly LedgerExclusion[];
  /** So many of them are proposed or approved already, by the same source and time. */
  readonly leftOut: number;
}

/** Proposes what a file has, all of it or nothing. Rejects with `Refused`, whose refusals name the place in it. */
export async function importExclusions(
  desk: Pick<Desk, 'exclusions' | 'propose'>,
  actor: string,
  inputs: readonly { readonly place: string | null; readonly input: ExclusionInput }[],
): Promise<Imported> {
  const texts = textsOf(inputs);
  const alive = (await desk.exclusions()).filter(({ state }) => state === 'proposed' || state === 'approved');
  const known = new Set(alive.map((one) => JSON.stringify([one.source, one.intervals])));
  const fresh = texts.filter(
    (one) => one.source === null || !known.has(JSON.stringify([one.source, one.intervals])),
  );
  const proposed = fresh.length === 0 ? [] : await desk.propose(actor, fresh);
  return { proposed, leftOut: texts.length - fresh.length };
}

import type { PlacedInput } from '../../config/exclusion-files.js';
import type { Actor, ExclusionText } from '../../core/ledger/actions.js';
import type { LedgerExclusion } from '../../core/ledger/exclusions.js';
import type { EpochMs } from '../../core/types.js';
import { textsOf } from './entries.js';
import type { LedgerService } from './service.js';

/** Why an exclusion is not what its calendar says any more. */
export type ImportConflictReason = 'cancelled' | 'changed' | 'gone';

/** An approved exclusion that its calendar called off or moved: people have to decide, since it counts. */
export interface ImportConflict {
  readonly id: string;
  readonly source: string;
  readonly why: ImportConflictReason;
}

export interface Imported {
  readonly proposed: readonly LedgerExclusion[];
  /** How many were skipped because the same is proposed or approved already. */
  readonly leftOut: number;
  /** Proposals that were rejected because the calendar called them off, or says something else now. */
  readonly withdrawn: readonly string[];
  readonly conflicts: readonly ImportConflict[];
}

interface ImportOptions {
  /** The sources that the file says were called off. */
  readonly cancelled?: readonly { readonly source: string }[];
  /** The sources that a feed had before; one that it has no more, and whose windows are not over, is gone. */
  readonly before?: readonly string[];
  readonly now?: EpochMs;
}

/**
 * Proposes all exclusions in a file, or none, and takes back the proposals that it called off or changed. Rejects with a
 * `ValidationError` whose issues name the place in the file.
 */
export async function importExclusions(
  ledgerService: Pick<LedgerService, 'exclusions' | 'propose'>,
  actor: string | Actor,
  inputs: readonly (Omit<PlacedInput, 'place'> & { readonly place: string | null })[],
  { cancelled = [], before = [], now = Date.now() }: ImportOptions = {},
): Promise<Imported> {
  const texts = textsOf(inputs);
  const alive = (await ledgerService.exclusions()).filter(
    ({ state }) => state === 'proposed' || state === 'approved',
  );
  const bySource = new Map<string, LedgerExclusion[]>();
  for (const one of alive)
    if (one.source !== null) bySource.set(one.source, [...(bySource.get(one.source) ?? []), one]);
  const there = new Set(alive.map(identityOf));
  /** What the file does not have as it is any more. */
  const outdated = new Map<LedgerExclusion, ImportConflictReason>();
  const stays = new Set(texts.map(timesOf));
  const named = new Set(texts.map(({ source }) => source));
  const fresh: ExclusionText[] = [];
  for (const [index, text] of texts.entries()) {
    if (there.has(identityOf(text))) continue;
    // Only an event of a calendar is named by its source: lines of a table may share one.
    const ofSource = inputs[index]?.event === true ? (bySource.get(text.source ?? '') ?? []) : [];
    const older = ofSource.filter((one) => !stays.has(timesOf(one)));
    for (const one of older) outdated.set(one, 'changed');
    if (older.every(({ state }) => state === 'proposed')) fresh.push(text);
  }
  // An export of ours may have what was rejected beside what was proposed instead.
  for (const { source } of cancelled) {
    if (!named.has(source)) for (const one of bySource.get(source) ?? []) outdated.set(one, 'cancelled');
    named.add(source);
  }
  for (const source of before) {
    if (named.has(source)) continue;
    for (const one of bySource.get(source) ?? [])
      if (one.intervals.some(({ to }) => to > now)) outdated.set(one, 'gone');
  }
  const taken = [...outdated].flatMap(([{ id, state }, why]) =>
    state === 'proposed' ? [{ id, reason: reasons[why] }] : [],
  );
  const conflicts = [...outdated].flatMap(([{ id, state, source }, why]) =>
    state === 'proposed' ? [] : [{ id, source: source ?? '', why }],
  );
  const proposed = fresh.length + taken.length === 0 ? [] : await ledgerService.propose(actor, fresh, taken);
  return {
    proposed,
    leftOut: texts.length - fresh.length,
    withdrawn: taken.map(({ id }) => id),
    conflicts,
  };
}

const reasons: Readonly<Record<ImportConflictReason, string>> = {
  cancelled: 'its calendar called it off',
  changed: 'its calendar changed it',
  gone: 'its calendar has it no more',
};

/** What says whether two are the same: the times of what has a source, else every word. */
const identityOf = (text: ExclusionText): string => (text.source === null ? contentOf(text) : timesOf(text));

/** Of what has a source: the same source at the same times, of the same kind and scope, is the same. */
const timesOf = ({ source, intervals, kind, scope }: ExclusionText): string =>
  JSON.stringify(['times', source, intervals, kind, scope]);

/** Of what has none: the same in every word. */
const contentOf = ({ kind, scope, intervals, notices, reason, proof, source }: ExclusionText): string =>
  JSON.stringify(['content', kind, scope, intervals, notices, reason, proof, source]);

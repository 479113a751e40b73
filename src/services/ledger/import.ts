import type { CancelledWindow, PlacedInput } from '../../config/exclusion-files.js';
import type { Actor, ExclusionText } from '../../core/ledger/actions.js';
import { type EventVersion, isOlderVersion } from '../../core/ledger/event-version.js';
import type { LedgerExclusion } from '../../core/ledger/exclusions.js';
import type { Interval } from '../../core/time/intervals.js';
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
  /** The sources of events that a later text was read of before: nothing came of this one. */
  readonly older: readonly string[];
  /** Proposals that were rejected because the calendar called them off, or says something else now. */
  readonly withdrawn: readonly string[];
  readonly conflicts: readonly ImportConflict[];
}

interface ImportOptions {
  /** The sources that the file says were called off, or the windows of them that are at `at`. */
  readonly cancelled?: readonly Omit<CancelledWindow, 'place'>[];
  /** The sources that a feed had before; one that it has no more, and whose windows are not over, is gone. */
  readonly before?: readonly string[];
  readonly now?: EpochMs;
}

/**
 * Proposes all exclusions in a file, or none, and takes back the proposals that it called off or changed. Rejects with a
 * `ValidationError` whose issues name the place in the file.
 */
export async function importExclusions(
  ledgerService: Pick<LedgerService, 'exclusions' | 'propose' | 'feeds'>,
  actor: string | Actor,
  inputs: readonly (Omit<PlacedInput, 'place'> & { readonly place: string | null })[],
  { cancelled: calledOff = [], before = [], now = Date.now() }: ImportOptions = {},
): Promise<Imported> {
  const texts = textsOf(inputs);
  const { isOld, remember } = await versionsRead(ledgerService.feeds, [...inputs, ...calledOff]);
  const cancelled = calledOff.filter((one) => !isOld(one));
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
  const older = new Set<string>();
  let oldTexts = 0;
  for (const one of calledOff) {
    if (!isOld(one)) continue;
    if (bySource.has(one.source)) older.add(one.source);
    named.add(one.source);
  }
  const fresh: { readonly text: ExclusionText; readonly place: string | null }[] = [];
  for (const [index, text] of texts.entries()) {
    if (there.has(identityOf(text))) continue;
    const { event, horizon, version, place = null } = inputs[index] ?? {};
    if (version && isOld({ version })) {
      older.add(version.source);
      oldTexts += 1;
      continue;
    }
    // Only an event of a calendar is named by its source: lines of a table may share one.
    const ofSource = event === true ? (bySource.get(text.source ?? '') ?? []) : [];
    const parts = horizon ? partsOfSeries(text, ofSource, horizon) : [];
    const replaced = ofSource.filter((one) => !parts.includes(one) && !stays.has(timesOf(one)));
    for (const one of replaced) outdated.set(one, 'changed');
    const rest = withoutWindows(text, parts);
    if (rest && replaced.every(({ state }) => state === 'proposed')) fresh.push({ text: rest, place });
  }
  const leftOut = texts.length - fresh.length - oldTexts;
  const offAt = cancelled.filter(({ source, at }) => at !== undefined && !named.has(source));
  for (const source of new Set(offAt.map((one) => one.source))) {
    const off = offAt.flatMap((one) => (one.source === source && one.at !== undefined ? [one.at] : []));
    for (const one of bySource.get(source) ?? []) {
      const left = one.intervals.filter(({ from, to }) => !off.some((at) => at >= from && at < to));
      if (left.length === one.intervals.length) continue;
      outdated.set(one, left.length === 0 ? 'cancelled' : 'changed');
      if (one.state === 'proposed' && left.length > 0)
        fresh.push({ text: withWindows(one, left), place: one.id });
    }
  }
  // An export of ours may have what was rejected beside what was proposed instead.
  for (const { source, at } of cancelled) {
    if (at !== undefined) continue;
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
  const isNothing = fresh.length + taken.length === 0;
  const freshTexts = fresh.map(({ text }) => text);
  const places = fresh.map(({ place }) => place);
  const proposed = isNothing ? [] : await ledgerService.propose(actor, freshTexts, taken, places);
  await remember();
  return {
    proposed,
    leftOut,
    older: [...older],
    withdrawn: taken.map(({ id }) => id),
    conflicts,
  };
}

/** Which texts of events are older than what was read before; `remember` notes the newest for the next time. */
async function versionsRead(
  feeds: LedgerService['feeds'],
  read: readonly { readonly version?: EventVersion }[],
): Promise<{
  readonly isOld: (one: { readonly version?: EventVersion }) => boolean;
  readonly remember: () => Promise<void>;
}> {
  const newest = new Map<string, EventVersion>();
  const sources = new Set(read.flatMap(({ version }) => version?.source ?? []));
  const known = new Map((await feeds?.versions([...sources]))?.map((one) => [one.source, one]));
  const isOld = ({ version }: { readonly version?: EventVersion }): boolean => {
    const before = version === undefined ? undefined : known.get(version.source);
    return version !== undefined && before !== undefined && isOlderVersion(version, before);
  };
  for (const one of read) {
    const { version } = one;
    if (!version || isOld(one)) continue;
    const before = newest.get(version.source) ?? known.get(version.source);
    if (before && isOlderVersion(version, before)) continue;
    const { source, sequence, stamp, overrides } = version;
    const next = {
      source,
      sequence: sequence ?? before?.sequence ?? 0,
      stamp: stamp ?? (sequence === null || sequence === before?.sequence ? (before?.stamp ?? null) : null),
      overrides,
    };
    if (!before || isOlderVersion(before, next)) newest.set(source, next);
  }
  return {
    isOld,
    remember: async () => (newest.size > 0 ? feeds?.putVersions([...newest.values()]) : undefined),
  };
}

const reasons: Readonly<Record<ImportConflictReason, string>> = {
  cancelled: 'its calendar called it off',
  changed: 'its calendar changed it',
  gone: 'its calendar has it no more',
};

/**
 * Exclusions that a series without an end gave before: each of their windows that begins in the time that it is read for
 * now is still one of its windows. Those of an earlier year are over, and stay as they are.
 */
function partsOfSeries(
  { kind, scope, intervals }: ExclusionText,
  ofSource: readonly LedgerExclusion[],
  horizon: Interval,
): LedgerExclusion[] {
  const now = new Set(intervals.map(wordOf));
  const same = JSON.stringify([kind, scope]);
  return ofSource.filter(
    (one) =>
      JSON.stringify([one.kind, one.scope]) === same &&
      one.intervals.every(
        (window) => now.has(wordOf(window)) || window.from < horizon.from || window.from >= horizon.to,
      ),
  );
}

const wordOf = ({ from, to }: Interval): string => `${from}/${to}`;

/** An exclusion of those windows only that no other one has; null: they have all of them. */
function withoutWindows(text: ExclusionText, others: readonly LedgerExclusion[]): ExclusionText | null {
  const had = new Set(others.flatMap(({ intervals }) => intervals.map(wordOf)));
  const left = text.intervals.filter((window) => !had.has(wordOf(window)));
  return left.length === 0 ? null : withWindows(text, left);
}

/** What was proposed, with other windows. */
const withWindows = (
  { kind, scope, notices, reason, proof, source, attachments }: ExclusionText,
  intervals: ExclusionText['intervals'],
): ExclusionText => ({
  kind,
  scope,
  intervals,
  recurrence: null,
  notices,
  reason,
  proof,
  source,
  attachments,
});

/** What says whether two are the same: the times of what has a source, else every word. */
const identityOf = (text: ExclusionText): string => (text.source === null ? contentOf(text) : timesOf(text));

/** Of what has a source: the same source at the same times, of the same kind and scope, is the same. */
const timesOf = ({ source, intervals, kind, scope }: ExclusionText): string =>
  JSON.stringify(['times', source, intervals, kind, scope]);

/** Of what has none: the same in every word. */
const contentOf = ({ kind, scope, intervals, notices, reason, proof, source }: ExclusionText): string =>
  JSON.stringify(['content', kind, scope, intervals, notices, reason, proof, source]);

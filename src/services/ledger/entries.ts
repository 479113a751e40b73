import { Cron } from 'croner';
import { type ExclusionInput, readExclusion } from '../../config/exclusion-input.js';
import type {
  Actor,
  ExclusionText,
  LedgerAction,
  LedgerEvent,
  Recurrence,
} from '../../core/ledger/actions.js';
import { headOf, linkAfter } from '../../core/ledger/chain.js';
import {
  formatRefusal,
  type Rejection,
  type ValidationIssue,
  validationError,
} from '../../core/ledger/errors.js';
import {
  type Correction,
  type CountedOutage,
  type HandMade,
  lastWord,
  lengthFaults,
  refKey,
} from '../../core/ledger/outages.js';
import { actorFault, actorOf } from '../../core/ledger/proposals.js';
import { isTimeZone } from '../../core/time/calendar.js';
import { mostCharacters } from '../../core/text/limits.js';
import type { Interval } from '../../core/time/intervals.js';
import type { EpochMs } from '../../core/types.js';
import type { Attribution } from '../../core/watch/attribution.js';
import type { ObservedOutage } from '../../core/watch/outage.js';
import { atLongest, atShortest, type OutageSpan } from '../../core/watch/port.js';
import { worded } from '../../i18n/refusals.js';
import type { TracesView } from '../../render/ledger/traces.js';
import { digestOf } from '../../seal/canonical.js';
import type { LedgerStore } from '../../store/ledger-store.js';

/** Input was rejected. `refusals` has every reason, each with what is allowed. */
export class ValidationError extends Error {
  override readonly name = 'Refused';
  readonly refusals: readonly ValidationIssue[];
  constructor(refusals: readonly Rejection[]) {
    const issues = refusals.map(worded);
    super(issues.map(formatRefusal).join('\n'));
    this.refusals = issues;
  }
}

/** Refuses why finance did something where nobody would read it. */
export function mustBeShort(texts: Readonly<Record<string, string | null>>): void {
  const faults = lengthFaults(texts, mostCharacters.reason);
  if (faults.length > 0) throw new ValidationError(faults);
}

/** The same request, once its reasons are found short enough to be read. */
export function withShortReasons<
  R extends { readonly acceptIncomplete: string | null; readonly outOfOrder?: string | null },
>(request: R): R {
  const { acceptIncomplete, outOfOrder = null } = request;
  mustBeShort({ acceptIncomplete, outOfOrder });
  return request;
}

interface EnterOptions {
  readonly ledger: LedgerStore;
  readonly now: () => EpochMs;
  readonly actor: string | Actor;
  /** Returns actions to append to this history, or why they are invalid; called again when others appended first. */
  readonly decide: (events: readonly LedgerEvent[], nextSeq: number) => LedgerAction[] | readonly Rejection[];
}

const patience = 20;

/** Appends the actions that `decide` returns, all or none. Rejects with a `ValidationError` for invalid ones. */
export async function enter({ ledger, now, actor, decide }: EnterOptions): Promise<LedgerEvent[]> {
  const nobody = actorFault(actorOf(actor).name);
  if (nobody) throw new ValidationError([nobody]);
  for (let attempt = 0; attempt < patience; attempt += 1) {
    const events = await ledger.events();
    const head = headOf(events);
    const decided = decide(events, head.seq + 1);
    if (isRefusal(decided)) throw new ValidationError(decided);
    const links = linksAfter(head, decided, actor, now);
    if (links.length === 0 || (await ledger.append(links)) === 'stored') return links;
  }
  throw new Error('the ledger moved each time that something was to be appended');
}

/** The events of somebody's actions that follow `head` in the chain. */
export function linksAfter(
  head: Pick<LedgerEvent, 'seq' | 'hash'>,
  actions: readonly LedgerAction[],
  by: string | Actor,
  now: () => EpochMs,
): LedgerEvent[] {
  const { name, identity } = actorOf(by);
  const who = { actor: name.trim(), ...(identity === null ? {} : { principal: identity }) };
  const links: LedgerEvent[] = [];
  for (const action of actions)
    links.push(linkAfter(links.at(-1) ?? head, { at: now(), ...who, action }, digestOf));
  return links;
}

const isRefusal = (decided: LedgerAction[] | readonly Rejection[]): decided is readonly Rejection[] =>
  decided.some((each) => 'field' in each);

const most = 1000;
const dayMs = 86_400_000;

/** The windows of a recurrence that begin in [from, to), or what is wrong with it. */
export function expand(
  { cron, durationMs, zone }: Recurrence,
  { from, to }: Interval,
): Interval[] | readonly Rejection[] {
  if (!isTimeZone(zone)) {
    return [
      validationError(
        'zone',
        `is no time zone: ${JSON.stringify(zone)}`,
        'an IANA name, such as Asia/Hong_Kong',
      ),
    ];
  }
  if (!Number.isSafeInteger(durationMs) || durationMs < 1 || durationMs > 31 * dayMs) {
    return [validationError('duration', 'is out of range', 'from 1 ms to 31 days')];
  }
  if (!(from < to) || to - from > 366 * dayMs) {
    return [
      validationError('to', 'does not bound the windows', 'an instant after "from", at most 366 days later'),
    ];
  }
  const job = planned(cron, zone);
  if (job === null) {
    const allowed = 'five fields: minute, hour, day, month, weekday, as "0 2 * * 0"';
    return [validationError('cron', `is no cron expression: ${JSON.stringify(cron)}`, allowed)];
  }
  const windows: Interval[] = [];
  // Croner returns instants strictly after the given one; a window that begins exactly at `from` is included.
  for (
    let next = job.nextRun(new Date(from - 1000));
    next !== null && next.getTime() < to;
    next = job.nextRun(next)
  ) {
    if (next.getTime() >= from) windows.push({ from: next.getTime(), to: next.getTime() + durationMs });
    if (windows.length > most)
      return [validationError('cron', `gives more than ${most} windows`, 'fewer, or a shorter time')];
  }
  return windows.length > 0
    ? windows
    : [validationError('cron', 'gives no window in that time', 'one at least')];
}

function planned(cron: string, zone: string): Cron | null {
  if (cron.trim().split(/\s+/).length !== 5) return null;
  try {
    return new Cron(cron, { timezone: zone, paused: true });
  } catch {
    return null;
  }
}

/** Converts parsed input, with the place that errors refer to, into exclusions; recurring windows are expanded. */
export function textsOf(
  inputs: readonly { readonly place: string | null; readonly input: ExclusionInput }[],
): ExclusionText[] {
  const refusals: Rejection[] = [];
  const texts = inputs.flatMap(({ place, input }): ExclusionText[] => {
    const at = (found: readonly Rejection[]): void => {
      refusals.push(
        ...found.map((one) => (place === null ? one : { ...one, field: `${place}: ${one.field}` })),
      );
    };
    const reading = readExclusion(input);
    if (!reading.ok) {
      at(reading.refusals);
      return [];
    }
    const { text } = reading;
    const within = text.intervals[0];
    if (text.recurrence === null || !within) return [text];
    const windows = expand(text.recurrence, within);
    if (windows.some((each) => 'field' in each)) {
      at(windows as readonly Rejection[]);
      return [];
    }
    return [{ ...text, intervals: windows as ExclusionText['intervals'] }];
  });
  if (refusals.length > 0) throw new ValidationError(refusals);
  return texts;
}

/** An outage with its corrections: the measured row, the times that count, and the corrections that led to them. */
export interface ShownOutage {
  readonly ref: string;
  readonly port: string;
  /** Null: it was added by hand. */
  readonly measured: ObservedOutage | null;
  readonly corrections: readonly Correction[];
  /** Null: it does not count. */
  readonly counts: OutageSpan | null;
  /** The longest and shortest that it can have been; corrected times are taken as entered. Null as above. */
  readonly longest: OutageSpan | null;
  readonly shortest: OutageSpan | null;
  /** The cause by all observers; null: entered by hand; absent: not requested. */
  readonly attribution?: Attribution | null;
  /** The path to the port at that time and before; null: not traced; absent: not requested. */
  readonly traces?: TracesView | null;
}

/** Measured and added outages with their corrections applied, by start. */
export function showOutages(measured: readonly ObservedOutage[], handMade: HandMade): ShownOutage[] {
  const rows = measured.map((row): ShownOutage => {
    const ref = refKey({ observer: row.observer, port: row.port, start: row.start.at });
    const corrections = handMade.ofMeasured.get(ref) ?? [];
    const shown = { ref, port: row.port, measured: row, corrections };
    const word = lastWord(corrections);
    if (word || row.voided) return { ...shown, ...exactly(word?.interval ?? null) };
    const counts = { from: row.start.at, to: row.end?.at ?? null };
    return { ...shown, counts, longest: atLongest(row), shortest: atShortest(row) };
  });
  const added = handMade.added.map(({ id, port, corrections }): ShownOutage => {
    return {
      ref: id,
      port,
      measured: null,
      corrections,
      ...exactly(lastWord(corrections)?.interval ?? null),
    };
  });
  return [...rows, ...added].sort((a, b) => startOf(a) - startOf(b) || (a.ref < b.ref ? -1 : 1));
}

const exactly = (counts: OutageSpan | null) => ({ counts, longest: counts, shortest: counts });

const startOf = ({ counts, measured, corrections }: ShownOutage): EpochMs =>
  counts?.from ?? measured?.start.at ?? corrections[0]?.interval?.from ?? 0;

/** Only those that count. */
export function countedOutages(shown: readonly ShownOutage[]): CountedOutage[] {
  return shown.flatMap(({ ref, port, measured, counts }) =>
    counts === null
      ? []
      : [{ ref, port, observer: measured?.observer ?? null, from: counts.from, to: counts.to }],
  );
}

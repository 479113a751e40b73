import { exclusionKinds, type ExclusionScope } from '../core/exclusion.js';
import type { AttachmentRef, ExclusionText, Notice } from '../core/ledger/actions.js';
import { type ValidationIssue, validationError } from '../core/ledger/errors.js';
import { mostCharacters } from '../core/text/limits.js';
import type { Interval } from '../core/time/intervals.js';
import type { EpochMs } from '../core/types.js';
import { isWrong, parseDurationUs, parseDateOrInstant } from './scalars.js';
import { didYouMean } from './problem.js';

const keys = {
  pop: 'pops',
  path: 'paths',
  line: 'lines',
  service: 'services',
  customer: 'customers',
} as const;
const allowed = 'all, or any of pop:ID, path:SOURCE>DESTINATION, line:ID, service:ID, customer:ID';

/** `['pop:HKG', 'line:L1']`, or `['all']` → the scope. Whether what it names is there, the ledger says. */
export function readScope(
  words: readonly string[],
): { readonly scope: ExclusionScope } | { readonly refusals: ValidationIssue[] } {
  if (words.length === 1 && words[0] === 'all') return { scope: 'all' };
  if (words.length === 0) return { refusals: [validationError('scope', 'is missing', allowed, ['missing'])] };
  const scope = { pops: [], paths: [], lines: [], services: [], customers: [] } as Record<
    (typeof keys)[keyof typeof keys],
    string[]
  >;
  const refusals: ValidationIssue[] = [];
  for (const word of words) {
    if (word.length > mostCharacters.name) {
      const { length } = word;
      const code = ['too-long', length, mostCharacters.name] as const;
      refusals.push(
        validationError(
          'scope',
          `has a name of ${length} characters`,
          `at most ${mostCharacters.name}`,
          code,
        ),
      );
      continue;
    }
    const [key = '', ...rest] = word.split(':');
    const name = rest.join(':');
    if (Object.hasOwn(keys, key) && name !== '') {
      const list = scope[keys[key as keyof typeof keys]];
      if (!list.includes(name)) list.push(name);
    } else {
      const what =
        word === 'all' ? 'has all beside others' : `is not known: ${JSON.stringify(word.slice(0, 60))}`;
      refusals.push(validationError('scope', what, allowed, ['not-known', word]));
    }
  }
  return refusals.length > 0 ? { refusals } : { scope };
}

/** What `readScope` reads back. */
export function scopeWords(scope: ExclusionScope): string[] {
  if (scope === 'all') return ['all'];
  return Object.entries(keys).flatMap(([word, key]) => scope[key].map((name) => `${word}:${name}`));
}

/** An exclusion as people write it: on a command line, in a request, in a line of a file. */
export interface ExclusionInput {
  readonly kind?: string | undefined;
  /** `all`, or `pop:HKG`, `path:HKG>SIN`, `line:L1`, `service:S1`, `customer:C1`. */
  readonly scope?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** The time of each, and after a space how it was given. */
  readonly notices?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly proof?: string | undefined;
  readonly source?: string | undefined;
  /** All three, for windows that come again between `from` and `to`. */
  readonly cron?: string | undefined;
  readonly duration?: string | undefined;
  readonly zone?: string | undefined;
  readonly attachments?: readonly AttachmentRef[] | undefined;
  /** Instead of `from` and `to`: in their order. */
  readonly intervals?: readonly Interval[] | undefined;
}

/** What events of a calendar do not say themselves. */
export interface CalendarDefaults extends ExclusionInput {
  /** Of floating times and whole days. */
  readonly zone?: string | undefined;
}

export type ExclusionReading =
  | { readonly ok: true; readonly text: ExclusionText }
  | { readonly ok: false; readonly refusals: readonly ValidationIssue[] };

/** What was written → the exclusion; one with a recurrence has the time it lies in as its one interval. */
export function readExclusion(input: ExclusionInput): ExclusionReading {
  const refusals: ValidationIssue[] = [];
  const kind = exclusionKinds.find((one) => one === input.kind);
  if (kind === undefined) {
    const what =
      input.kind === undefined ? 'is missing' : `is not known${didYouMean(input.kind, exclusionKinds)}`;
    refusals.push(
      validationError(
        'kind',
        what,
        exclusionKinds.join(', '),
        input.kind ? ['not-known', input.kind] : ['missing'],
      ),
    );
  }
  const scope = readScope(input.scope ?? []);
  if ('refusals' in scope) refusals.push(...scope.refusals);
  const intervals = input.intervals ?? readInterval(input, refusals);
  const notices = (input.notices ?? []).flatMap((notice) => readNotice(notice, refusals) ?? []);
  const recurrence = readRecurrence(input, refusals);
  if (kind === undefined || 'refusals' in scope || intervals === null || refusals.length > 0)
    return { ok: false, refusals };
  return {
    ok: true,
    text: {
      kind,
      scope: scope.scope,
      intervals,
      recurrence,
      notices,
      reason: input.reason ?? '',
      proof: input.proof || null,
      source: input.source ?? null,
      attachments: input.attachments ?? [],
    },
  };
}

/** The one interval of an input; null: a time can't be read, and that is noted. */
export function readInterval(input: ExclusionInput, refusals: ValidationIssue[]): Interval[] | null {
  const from = readTime('from', input.from, refusals);
  const to = readTime('to', input.to, refusals);
  return from === null || to === null ? null : [{ from, to }];
}

const timeRule = 'a date such as 2026-10-01 (00:00 UTC), or an instant such as 2026-10-01T08:00:00+08:00';

/** Null: it is no instant, and that is noted. */
export function readTime(
  field: string,
  text: string | undefined,
  refusals: ValidationIssue[],
): EpochMs | null {
  if (text === undefined || text === '') {
    refusals.push(validationError(field, 'is missing', timeRule, ['missing']));
    return null;
  }
  const at = parseDateOrInstant(text);
  if (!isWrong(at)) return at;
  refusals.push(
    validationError(field, `${JSON.stringify(text.slice(0, 60))} ${at.wrong}`, timeRule, ['no-time', text]),
  );
  return null;
}

function readNotice(notice: string, refusals: ValidationIssue[]): Notice | null {
  // The text is kept as it is, its line ends and double spaces too.
  const [, time = '', text = ''] = /^\s*(\S*)\s?([^]*)$/.exec(notice) ?? [];
  const at = readTime('notices', time, refusals);
  return at === null ? null : { at, text: text === '' ? null : text };
}

function readRecurrence(input: ExclusionInput, refusals: ValidationIssue[]): ExclusionText['recurrence'] {
  const { cron, duration, zone } = input;
  if (cron === undefined && duration === undefined && zone === undefined) return null;
  if (cron === undefined || duration === undefined || zone === undefined) {
    refusals.push(
      validationError('cron', 'is not complete', 'cron, duration and zone together, or none of them'),
    );
    return null;
  }
  const us = parseDurationUs(duration);
  if (typeof us === 'number' && us % 1000 === 0) return { cron, durationMs: us / 1000, zone };
  const what = typeof us === 'number' ? 'is finer than a millisecond' : us.wrong;
  refusals.push(
    validationError('duration', `${JSON.stringify(duration)} ${what}`, 'a duration such as 2h or 90m'),
  );
  return null;
}

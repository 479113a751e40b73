import type { Interval } from '../time/intervals.js';
import type { EpochMs } from '../types.js';

/** What a text or a name has to be: one line or several, of 1 to `most` characters. */
export type TextForm = 'line' | 'text';

/** What is expected where an input is missing. */
export type Expected =
  | { readonly is: 'cause' | 'interval' | 'person' | 'reason' | 'scope' }
  | { readonly is: TextForm; readonly most: number }
  | { readonly is: 'one-of'; readonly names: readonly string[] }
  | { readonly is: 'reason-of-another'; readonly owner: string };

/** What a name was looked up in. */
type NameOf = 'role' | 'customer' | 'port' | 'pops' | 'paths' | 'lines' | 'services' | 'customers';

/** What was tried in a state that does not allow it. */
type Tried =
  | { readonly is: 'decision'; readonly decision: 'approve' | 'reject' | 'revoke'; readonly takes: string }
  | {
      readonly is: 'transition';
      readonly id: string;
      readonly name: string;
      readonly now: readonly string[];
    };

/**
 * Validation errors by code, with the values that go into the message; the sentences are in `i18n`. Values that can be
 * absent belong to the longer message of the API and of commands. Not every error has a code.
 */
export interface ErrorCodes {
  readonly missing: [expected?: Expected];
  readonly 'too-long': [characters: number, most: number, form?: TextForm];
  /** Control characters and similar. */
  readonly 'no-text': [form?: TextForm, most?: number];
  readonly 'no-name': [];
  readonly 'no-person': [];
  readonly 'no-time': [given: string];
  readonly 'no-month': [given: string];
  readonly 'not-known': [given: string, of?: NameOf, known?: readonly string[]];
  readonly 'no-such': [id: string, known?: readonly string[]];
  readonly 'not-one-of': [allowed: readonly string[]];
  readonly 'too-many': [count: number, most: number];
  readonly taken: [name: string];
  readonly future: [];
  readonly past: [];
  readonly 'long-ago': [mostDays: number];
  readonly unbounded: [];
  readonly 'not-after-from': [from?: EpochMs, to?: EpochMs];
  readonly 'too-far': [days: number, mostDays: number];
  readonly 'out-of-order': [beforeEndsAt?: EpochMs];
  /** Without a state it is an outage; else an exclusion of the same kind and scope. */
  readonly overlaps: [id: string, span?: Interval, state?: string];
  readonly 'not-over': [what?: string, to?: EpochMs, now?: EpochMs];
  readonly 'in-state': [state: string, tried?: Tried];
  readonly 'second-person': [name?: string, id?: string];
  readonly 'not-for-customers': [transition?: string, now?: readonly string[]];
  readonly 'owned-by': [owner: string, name?: string, id?: string];
  readonly 'owned-by-nobody': [id?: string];
  readonly 'offered-to': [to: string, name?: string];
  readonly 'offered-to-nobody': [id?: string];
  readonly 'has-it': [name: string];
  readonly itself: [];
  readonly 'same-incident': [incident: string];
  readonly 'of-customer': [];
  readonly 'band-of-nothing': [];
  readonly 'counts-for-nothing': [];
  readonly 'scope-shared': [kind?: string];
  readonly 'notice-needed': [hoursBefore: number];
  readonly 'notice-late': [hoursBefore: number, afterStart?: boolean];
  readonly 'written-notice-needed': [withinDays: number];
  readonly 'written-notice-late': [withinDays: number];
  readonly 'proof-needed': [];
  readonly 'file-too-large': [name: string, mostBytes: number];
  readonly 'file-type': [name: string, allowed: string];
  readonly 'file-name': [];
  readonly 'in-batch': [batch: string];
  readonly 'not-fetched': [];
  /** Null: the batch was made without one. */
  readonly 'batch-waits': [batch: string, made: string | null];
  readonly 'numbers-exhausted': [issuer: string, year: string];
  readonly 'period-locked': [month: string, firstOpenDay: string];
  readonly 'period-open': [month: string];
  readonly 'batches-open': [batches: readonly string[]];
  /** Who did what another person has to follow up on. */
  readonly 'another-person': [first: string];
  readonly 'no-mapping': [known: readonly string[]];
  readonly 'no-issuers': [];
  readonly 'needs-no-claim': [];
  readonly 'not-claimed': [];
  readonly 'claim-late': [lastDay: string];
  readonly 'dispute-late': [lastDay: string];
  readonly 'dispute-taken': [];
  readonly 'revision-changes-nothing': [];
  readonly 'revision-refused': [];
  readonly 'is-reversal': [];
  readonly 'no-revision': [latest: number];
  readonly 'no-statement': [];
  readonly 'not-sealed': [];
  readonly 'no-day-in-month': [service: string, month: string];
  readonly 'no-service-in-month': [month: string];
  readonly 'month-not-begun': [month: string];
  readonly 'month-not-over': [month: string];
  /** Too few or too many characters, or too few classes of them. */
  readonly password: [characters?: number, classes?: number];
  readonly 'roles-mixed': [role?: string];
  readonly 'customer-needed': [role?: string];
  readonly 'customer-not-needed': [];
  readonly 'covers-nothing': [scope: string, families?: readonly string[], example?: string];
  readonly 'no-mail-address': [];
  readonly 'no-url': [];
  readonly 'url-parts': [];
  readonly 'url-scheme': [];
  readonly 'private-address': [host: string];
  readonly 'plain-http': [];
  readonly 'bad-secret': [];
}

type ErrorCodeName = keyof ErrorCodes;
/** A code followed by its values. */
export type ErrorCode = { readonly [C in ErrorCodeName]: readonly [C, ...ErrorCodes[C]] }[ErrorCodeName];

/** The codes that core itself gives. */
export type RefusalCodeName =
  | 'missing'
  | 'too-long'
  | 'no-text'
  | 'no-name'
  | 'not-known'
  | 'no-such'
  | 'too-many'
  | 'future'
  | 'unbounded'
  | 'not-after-from'
  | 'too-far'
  | 'out-of-order'
  | 'overlaps'
  | 'not-over'
  | 'in-state'
  | 'second-person'
  | 'not-for-customers'
  | 'owned-by'
  | 'owned-by-nobody'
  | 'offered-to'
  | 'offered-to-nobody'
  | 'has-it'
  | 'counts-for-nothing'
  | 'scope-shared'
  | 'notice-needed'
  | 'notice-late'
  | 'written-notice-needed'
  | 'written-notice-late'
  | 'proof-needed'
  | 'in-batch'
  | 'needs-no-claim'
  | 'not-claimed'
  | 'is-reversal'
  | 'password'
  | 'roles-mixed'
  | 'customer-needed'
  | 'customer-not-needed'
  | 'covers-nothing';

export type RefusalCode<C extends RefusalCodeName = RefusalCodeName> = {
  readonly [K in C]: readonly [K, ...ErrorCodes[K]];
}[C];

/** Why core rejects an input: the field, and a code with its values. The sentences are in `i18n`. */
export interface Refusal {
  readonly field: string;
  readonly code: RefusalCode;
}

export const refusal = (field: string, ...code: RefusalCode): Refusal => ({ field, code: code });

/** Why an input is invalid: the field, what is wrong with it, and what is allowed. */
export interface ValidationIssue {
  readonly field: string;
  readonly what: string;
  readonly allowed: string;
  /** The error code, for a caller that shows the message in another language. */
  readonly code?: ErrorCode;
}

/** A refusal of core, or one that has its English sentences already. */
export type Rejection = Refusal | ValidationIssue;

export const validationError = (
  field: string,
  what: string,
  allowed: string,
  code?: ErrorCode,
): ValidationIssue => ({
  field,
  what,
  allowed,
  ...(code && { code: code }),
});

/** The issue on one line: `notices: is missing; allowed: …`. */
export const formatRefusal = ({ field, what, allowed }: ValidationIssue): string =>
  `${field}: ${what}; allowed: ${allowed}`;

/**
 * Validation errors by code, with the values that go into the message. The error itself has an English message; a
 * caller that shows it in another language translates the code. Not every error has a code.
 */
export interface ErrorCodes {
  readonly missing: [];
  readonly 'too-long': [characters: number, most: number];
  /** Control characters and similar. */
  readonly 'no-text': [];
  readonly 'no-name': [];
  readonly 'no-person': [];
  readonly 'no-time': [given: string];
  readonly 'no-month': [given: string];
  readonly 'not-known': [given: string];
  readonly 'no-such': [id: string];
  readonly 'not-one-of': [allowed: readonly string[]];
  readonly 'too-many': [count: number, most: number];
  readonly taken: [name: string];
  readonly future: [];
  readonly past: [];
  readonly 'long-ago': [mostDays: number];
  readonly unbounded: [];
  readonly 'not-after-from': [];
  readonly 'too-far': [days: number, mostDays: number];
  readonly 'out-of-order': [];
  readonly overlaps: [what: string];
  readonly 'not-over': [];
  readonly 'in-state': [state: string];
  readonly 'second-person': [];
  readonly 'not-for-customers': [];
  readonly 'owned-by': [owner: string];
  readonly 'owned-by-nobody': [];
  readonly 'offered-to': [name: string];
  readonly 'offered-to-nobody': [];
  readonly 'has-it': [name: string];
  readonly itself: [];
  readonly 'same-incident': [incident: string];
  readonly 'of-customer': [];
  readonly 'band-of-nothing': [];
  readonly 'counts-for-nothing': [];
  readonly 'scope-shared': [];
  readonly 'notice-needed': [hoursBefore: number];
  readonly 'notice-late': [hoursBefore: number];
  readonly 'written-notice-needed': [withinDays: number];
  readonly 'written-notice-late': [withinDays: number];
  readonly 'proof-needed': [];
  readonly 'file-too-large': [name: string, mostBytes: number];
  readonly 'file-type': [name: string, allowed: string];
  readonly 'file-name': [];
  readonly 'in-batch': [batch: string];
  readonly 'not-fetched': [];
  readonly 'numbers-exhausted': [issuer: string, year: string];
  readonly 'no-mapping': [known: readonly string[]];
  readonly 'no-issuers': [];
  readonly 'needs-no-claim': [];
  readonly 'not-claimed': [];
  readonly 'claim-late': [lastDay: string];
  readonly 'is-reversal': [];
  readonly 'no-revision': [latest: number];
  readonly 'no-statement': [];
  readonly 'not-sealed': [];
  readonly 'no-day-in-month': [service: string, month: string];
  readonly 'no-service-in-month': [month: string];
  readonly 'month-not-begun': [month: string];
  readonly 'month-not-over': [month: string];
  readonly password: [];
  readonly 'roles-mixed': [];
  readonly 'customer-needed': [];
  readonly 'customer-not-needed': [];
  readonly 'covers-nothing': [scope: string];
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

/** Why an input is invalid: the field, what is wrong with it, and what is allowed. */
export interface ValidationIssue {
  readonly field: string;
  readonly what: string;
  readonly allowed: string;
  /** The error code, for a caller that shows the message in another language. */
  readonly said?: ErrorCode;
}

export const validationError = (
  field: string,
  what: string,
  allowed: string,
  said?: ErrorCode,
): ValidationIssue => ({
  field,
  what,
  allowed,
  ...(said && { said }),
});

/** The issue on one line: `notices: is missing; allowed: …`. */
export const formatRefusal = ({ field, what, allowed }: ValidationIssue): string =>
  `${field}: ${what}; allowed: ${allowed}`;

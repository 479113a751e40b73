import type { ClaimError } from '../core/access/claims.js';
import type { ChainFault } from '../core/ledger/chain.js';
import type {
  ErrorCodes,
  Expected,
  Rejection,
  RefusalCode,
  RefusalCodeName,
  TextForm,
  ValidationIssue,
} from '../core/ledger/errors.js';
import type { FileFault } from '../core/ticket/report.js';
import type { Interval } from '../core/time/intervals.js';
import type { EpochMs } from '../core/types.js';

/** What is wrong, and what would be valid: as the API, commands and logs say it, in English. */
interface Wording {
  readonly what: string;
  readonly allowed: string;
}

/** A refusal of core with its English sentences; what has them already stays as it is. */
export const worded = (one: Rejection): ValidationIssue =>
  'what' in one ? one : { field: one.field, ...wordingOf(one.code), code: one.code };

/** The sentences of one code. */
export function wordingOf<C extends RefusalCodeName>([code, ...values]: RefusalCode<C>): Wording {
  const [what, allowed] = (english[code] as (...values: readonly unknown[]) => readonly [string, string])(
    ...values,
  );
  return { what, allowed };
}

/** Wording and what would be valid in one sentence, where nothing else follows. */
export function sentenceOf(code: RefusalCode): string {
  const { what, allowed } = wordingOf(code);
  return allowed === '' ? what : `${what}: ${allowed}`;
}

type English = {
  readonly [C in RefusalCodeName]: (...values: ErrorCodes[C]) => readonly [what: string, allowed: string];
};

const listed = (names: readonly string[], none: string): string => names.join(', ') || none;

const formOf = (form: TextForm = 'text', most = 0): string =>
  `${form === 'line' ? 'one line' : 'text'} of 1 to ${most} characters`;

function expectedOf(expected: Expected | undefined): string {
  switch (expected?.is) {
    case undefined:
      return 'a value';
    case 'cause':
      return 'why it happens, as text';
    case 'interval':
      return 'a start and an end';
    case 'person':
      return formOf('line', 100);
    case 'reason':
      return 'why, as text';
    case 'scope':
      return 'all, or at least one of pops, paths, lines, services, customers';
    case 'line':
    case 'text':
      return formOf(expected.is, expected.most);
    case 'one-of':
      return expected.names.join(', ');
    case 'reason-of-another':
      return 'why it is handed over by another, as text';
  }
}

const lastInstant = 8_640_000_000_000_000;
const instant = (at: EpochMs): string =>
  Number.isSafeInteger(at) && Math.abs(at) <= lastInstant ? new Date(at).toISOString() : String(at);
const span = ({ from, to }: Interval): string => `${instant(from)} to ${instant(to)}`;

const maxListed = 12;

function knownNames(names: readonly string[], of: string): string {
  if (names.length === 0) return `nothing: there are no ${of}`;
  const more = names.length > maxListed ? `, … (${names.length} in all)` : '';
  return `${names.slice(0, maxListed).join(', ')}${more}`;
}

const pastOf = { approve: 'approved', reject: 'rejected', revoke: 'revoked' } as const;

const notice = (hours: number): string =>
  `planned maintenance needs the time of its notice, ${hours === 0 ? '' : `at least ${hours} h `}before "from"`;
const writtenNotice = (days: number): string =>
  `force majeure needs the time of its written notice, at most ${days} days after "from"`;
const unclaimed = 'is not claimed yet';

const english: English = {
  missing: (expected) => [
    expected?.is === 'scope'
      ? 'names nothing'
      : expected?.is === 'reason-of-another'
        ? `is missing: it is ${expected.owner}'s`
        : 'is missing',
    expectedOf(expected),
  ],
  'too-long': (characters, most, form) => [`has ${characters} characters`, formOf(form, most)],
  'no-text': (form, most) => [
    'has characters that are no text',
    `${formOf(form, most)}, without control characters`,
  ],
  'no-name': () => ['is no name', formOf('line', 100)],
  'not-known': (given, of, known = []) => {
    if (of === undefined || of === 'role') return [`${given} is not known`, known.join(', ')];
    switch (of) {
      case 'port':
        return [`is an unknown PoP, ${JSON.stringify(given)}`, known.join(', ')];
      case 'customer':
        return [`${given} is not known`, listed(known, 'nothing: the configuration has no customers')];
      case 'pops':
      case 'paths':
      case 'lines':
      case 'services':
      case 'customers':
        return [`names ${JSON.stringify(given)}, which is none of the ${of}`, knownNames(known, of)];
    }
  },
  'no-such': (_id, known = []) => [
    'is no exclusion',
    listed(known.slice(-maxListed), 'nothing: there are no exclusions'),
  ],
  'too-many': (count, most) => [`are ${count}`, `at most ${most} at once`],
  future: () => ['lies in the future', 'the time at which notice was given'],
  unbounded: () => ['is unbounded', 'an instant with its offset: every interval has a start and an end'],
  'not-after-from': (from = 0, to = 0) => [
    from === to
      ? `is "from" itself, ${instant(from)}: the interval has no length`
      : `is reversed: ${instant(to)} is before "from", ${instant(from)}`,
    'an instant after "from"',
  ],
  'too-far': (days, mostDays) => [`is ${days} days after "from"`, `at most ${mostDays} days`],
  'out-of-order': (beforeEndsAt = 0) => [
    `overlaps the interval before it, which ends at ${instant(beforeEndsAt)}`,
    'intervals in their order, apart from each other',
  ],
  overlaps: (id, at = { from: 0, to: 0 }, state) =>
    state === undefined
      ? [`overlaps the outage ${id}, ${span(at)}`, `a time outside of it, or correct ${id}`]
      : [
          `overlaps ${id} (${state}), ${span(at)}, of the same kind and scope`,
          `a time outside of it, or reject or revoke ${id} first`,
        ],
  'not-over': (what = 'it', to = 0, now = 0) => [
    `lies in the future: it is ${instant(to)}`,
    `${what} is entered when it is over: at most ${instant(now)}`,
  ],
  'in-state': (state, tried) => {
    if (tried === undefined) return [`is ${state}`, ''];
    return tried.is === 'decision'
      ? [`is ${state}, so it can't be ${pastOf[tried.decision]}`, `an exclusion that is ${tried.takes}`]
      : [`is ${state}: ${tried.id} can't ${tried.name} now`, listed(tried.now, 'nothing')];
  },
  'second-person': (name = '', id = '') => [
    `is ${name}, who proposed ${id}`,
    'a second person: whoever proposed it may not approve it',
  ],
  'not-for-customers': (transition = '', now = []) => [
    `is a customer, who may not ${transition}`,
    now.join(', '),
  ],
  'owned-by': (owner, name = '', id = '') => [
    `is ${name}, and ${id} is ${owner}'s`,
    `${owner}, or another once a hand-over is accepted`,
  ],
  'owned-by-nobody': (id = '') => [`is nobody's yet: ${id}`, 'take it first'],
  'offered-to': (to, name = '') => [`is ${name}, to whom it is not offered`, to],
  'offered-to-nobody': (id = '') => [`is offered to nobody: ${id}`, 'hand-over first'],
  'has-it': (owner) => [`is ${owner}, who has it`, 'another person'],
  'counts-for-nothing': () => ['counts for nothing already', 'an outage that counts'],
  'scope-shared': (kind = '') => [
    `of ${kind} may name services, customers and lines only`,
    'what lies with one customer excuses nothing that others share',
  ],
  'notice-needed': (hours) => ['is missing', notice(hours)],
  'notice-late': (hours, afterStart = false) => [
    afterStart ? 'is not before "from"' : 'is too late',
    notice(hours),
  ],
  'written-notice-needed': (days) => ['is missing', writtenNotice(days)],
  'written-notice-late': (days) => ['is too late', writtenNotice(days)],
  'proof-needed': () => ['is missing', 'force majeure needs its proof, as text'],
  'in-batch': (batch) => [`is in the export batch ${batch}`, ''],
  'needs-no-claim': () => ['needs no claim', ''],
  'not-claimed': () => [unclaimed, ''],
  'is-reversal': () => ['is a reversal itself', ''],
  password: (characters = 0, classes) => [
    classes === undefined ? `has ${characters} characters` : `has characters of ${classes} classes`,
    '8 to 200 characters of at least three of the four classes: small letters, capital letters, digits, others',
  ],
  'roles-mixed': (role = '') => [`${role} stands beside a role of the carrier's own`, 'one or the other'],
  'customer-needed': (role = '') => ['is missing', `the customer that the role ${role} belongs to`],
  'customer-not-needed': () => ['is given', 'one for the roles customer and reseller only'],
  'covers-nothing': (scope, families = [], example = '') => [
    `${scope} covers nothing`,
    `read, write, ${families.join(', ')}, or an action such as ${example}`,
  ],
};

/** Why the claims of an ID token make nobody. */
export const claimErrorText = ([code, claim]: ClaimError): string => {
  const phrases: Readonly<Record<ClaimError[0], string>> = {
    'no-role': 'gives no role',
    'roles-mixed': "gives a customer's role beside one of the carrier's own",
    'no-customer': 'names no customer',
    'no-name': 'is missing',
  };
  return `the claim ${claim} ${phrases[code]}`;
};

/** Where a chain of records was altered. */
export function chainFaultText({ seq, code, in: other }: ChainFault): string {
  switch (code) {
    case 'missing':
      return `event ${seq} is missing: event ${other} stands in its place`;
    case 'not-following':
      return `event ${seq} does not follow the one before it: one of the two was exchanged`;
    case 'changed':
      return `event ${seq} was changed: its hash is not that of its text`;
  }
}

/** Why a file is not accepted; follows its name. */
export function fileFaultText(fault: FileFault): string {
  switch (fault.code) {
    case 'extension':
      return fault.extension === '' ? 'has no ending' : `ends in .${fault.extension}`;
    case 'empty':
      return 'is empty';
    case 'content':
      return `is no .${fault.extension}: its content is ${fault.actual ?? 'of another type'}`;
  }
}

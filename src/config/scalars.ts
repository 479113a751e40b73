import { isIP, isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { isHostName } from '../core/address/host.js';
import { hasControls } from '../core/text/control-characters.js';
import { type InstantFault, parseInstant } from '../core/time/calendar.js';
import { mostCharacters } from '../core/text/limits.js';
import type { EpochMs } from '../core/types.js';
import { didYouMean } from './problem.js';

/** Milliseconds. */
export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** What is wrong with a value. */
export interface Wrong {
  readonly wrong: string;
  /** When it says more than what the type allows in general. */
  readonly allowed?: string;
}

export const wrong = (what: string, allowed?: string): Wrong =>
  allowed === undefined ? { wrong: what } : { wrong: what, allowed };

/** True when a reading failed. */
export function isWrong(reading: unknown): reading is Wrong {
  return typeof reading === 'object' && reading !== null && 'wrong' in reading;
}

/**
 * A type of value: `read` makes what the program uses of what is in the file, or says what is wrong with it.
 * `allowed` names what may stand there. A missing value never reaches `read`.
 */
export function scalar<T>(allowed: string, read: (input: unknown) => T | Wrong) {
  return z.unknown().transform((input, context): T => {
    const reading =
      input === undefined
        ? wrong('is missing')
        : typeof input === 'string' && input.length > mostCharacters.text
          ? wrong(`has ${input.length} characters`, `at most ${mostCharacters.text} characters`)
          : read(input);
    if (!isWrong(reading)) return reading;
    const params = { allowed: reading.allowed ?? allowed };
    context.issues.push({ code: 'custom', message: reading.wrong, params, input });
    return z.NEVER;
  });
}

/** A number with its unit, written as text; a bare number lacks the unit. */
export function quantity<T>(allowed: string, read: (text: string) => T | Wrong) {
  return scalar(allowed, (input) => {
    if (typeof input === 'number') return wrong('has no unit');
    return typeof input === 'string' ? read(input) : wrong('is not text');
  });
}

/** A type of value that is written as text. */
export function textual<T>(allowed: string, read: (text: string) => T | Wrong) {
  return scalar(allowed, (input) => (typeof input === 'string' ? read(input) : wrong('is not text')));
}

/** The one way to write it, so that two spellings of an address are found to be the same. */
export function canonicalAddress(address: string): string {
  if (!isIPv6(address)) return address;
  const [bare = address, zone] = address.split('%', 2);
  return new URL(`http://[${bare}]`).hostname.slice(1, -1) + (zone === undefined ? '' : `%${zone}`);
}

function readIPv4(text: string): string | Wrong {
  if (!isIPv4(text)) return wrong('is not an IPv4 address');
  const first = Number(text.split('.', 1)[0]);
  return first === 0 || first >= 224 ? wrong('is not the address of one host') : text;
}

function readIPv6(text: string): string | Wrong {
  if (!isIPv6(text)) return wrong('is not an IPv6 address');
  const canonical = canonicalAddress(text);
  return canonical === '::' || canonical.startsWith('ff')
    ? wrong('is not the address of one host')
    : canonical;
}

/** RFC 1123; a last label of digits only would be a mistyped IPv4 address. */
export function readHostName(text: string): string | Wrong {
  return isHostName(text) ? text : wrong('is not a host name');
}

const ipv4Form = 'four numbers from 0 to 255 such as 192.0.2.1, of one host';
const ipv6Form = 'an address such as 2001:db8::1, of one host';

export const ipv4 = () => textual(ipv4Form, readIPv4);
export const ipv6 = () => textual(ipv6Form, readIPv6);
export const ip = () =>
  textual('an IPv4 or IPv6 address', (text) =>
    isIPv4(text) || isIPv6(text) ? canonicalAddress(text) : wrong('is not an IP address'),
  );
export const hostName = () =>
  textual('a DNS name such as pop1.example.net (letters, digits, "-" and "."; IDN as xn--)', readHostName);

/** A latency in milliseconds, kept as the decimal that was written: `35ms` → `35`. */
export const latency = () =>
  quantity('milliseconds above 0 with up to three decimals, such as 35ms or 12.5ms', (text) => {
    const match = /^(\d{1,6}(?:\.(\d+))?) ?ms$/.exec(text.trim());
    if (!match?.[1]) {
      return wrong(/^-?[\d.]+$/.test(text) ? 'has no unit' : 'is not a latency in milliseconds');
    }
    if ((match[2] ?? '').length > 3) return wrong('has more than three decimals');
    return Number(match[1]) === 0 ? wrong('is not above 0') : match[1];
  });

/** A share of one: `0.01` or `1%`. */
export const ratio = () =>
  scalar('a number from 0 to 1, or a percentage such as 1%', (input) => {
    const percent = typeof input === 'string' ? /^(\d{1,3}(?:\.\d+)?) ?%$/.exec(input)?.[1] : undefined;
    const value = percent === undefined ? input : Number(`${percent}e-2`);
    if (typeof value !== 'number' || Number.isNaN(value)) return wrong('is not a share');
    return value < 0 || value > 1 ? wrong('is out of range') : value;
  });

/** From the longest to the shortest, in microseconds. */
const units: readonly (readonly [string, number])[] = [
  ['d', 86_400_000_000],
  ['h', 3_600_000_000],
  ['m', 60_000_000],
  ['s', 1_000_000],
  ['ms', 1_000],
  ['us', 1],
];
const term = /^(\d{1,15})(?:\.(\d{1,6}))? ?([a-zµ]+) ?/;
const example = 'units: ms, s, m, h, d';

/** `30m`, `2000ms`, `1.5s`, `1h30m` → whole microseconds, exactly. */
export function parseDurationUs(text: string): number | Wrong {
  let rest = text.trim();
  if (/^[\d.]+$/.test(rest)) return wrong('has no unit');
  if (rest === '') return wrong('is not a duration');
  if (rest.startsWith('-')) return wrong('is negative');
  let totalUs = 0;
  let from = 0;
  while (rest !== '') {
    const match = term.exec(rest);
    if (!match?.[1] || !match[3]) return wrong('is not a duration');
    const word = match[3] === 'µs' ? 'us' : match[3] === 'min' ? 'm' : match[3];
    const at = units.findIndex(([unit]) => unit === word);
    const unitUs = units[at]?.[1];
    if (unitUs === undefined) return wrong(`has an unknown unit, ${JSON.stringify(match[3])}`);
    if (at < from) return wrong('is not a duration');
    const fraction = match[2] ?? '';
    const parts = (BigInt(match[1] + fraction) * BigInt(unitUs) * 10n) / 10n ** BigInt(fraction.length);
    if (parts % 10n !== 0n) return wrong('is finer than a microsecond');
    totalUs += Number(parts / 10n);
    from = at + 1;
    rest = rest.slice(match[0].length);
  }
  return Number.isSafeInteger(totalUs) ? totalUs : wrong('is too long');
}

/** The shortest exact way to write it: `30m`, `1m40s`, `0s`. */
export function formatDurationUs(us: number): string {
  if (us === 0) return '0s';
  let rest = us;
  let text = '';
  for (const [unit, unitUs] of units.slice(1)) {
    const count = Math.floor(rest / unitUs);
    rest -= count * unitUs;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}

export const formatDuration = (ms: number): string => formatDurationUs(ms * 1000);

/** A duration in whole milliseconds, from `leastMs` to `mostMs`. */
export const duration = (leastMs: number, mostMs: number) =>
  quantity(`a duration from ${formatDuration(leastMs)} to ${formatDuration(mostMs)} (${example})`, (text) => {
    const us = parseDurationUs(text);
    if (typeof us !== 'number') return us;
    if (us % 1000 !== 0) return wrong('is not a whole number of milliseconds');
    return us < leastMs * 1000 || us > mostMs * 1000 ? wrong('is out of range') : us / 1000;
  });

/** A duration in whole microseconds, up to `mostMs`. */
export const fineDuration = (mostMs: number) =>
  quantity(`a duration from 0s to ${formatDuration(mostMs)} (units: us, ms, s, m)`, (text) => {
    const us = parseDurationUs(text);
    return typeof us === 'number' && us > mostMs * 1000 ? wrong('is out of range') : us;
  });

const instantFaults: Record<InstantFault, string> = {
  form: 'is not a date or an instant',
  'no-offset': 'has a time of day and no offset from UTC',
  'offset-range': 'has no real offset from UTC',
  'finer-than-ms': 'is finer than a millisecond',
  'before-1970': 'is before 1970',
  'no-day': 'is no day of the calendar',
  'no-time-of-day': 'is no time of day',
};

/** `2026-10-01` is 00:00 UTC of that day; with a time of day it needs its offset, `2026-10-01T08:00+08:00`. */
export function parseDateOrInstant(text: string): EpochMs | Wrong {
  const read = parseInstant(text.trim(), 'person');
  return 'at' in read ? read.at : wrong(instantFaults[read.wrong]);
}

/** As a date where it is one. */
export function formatInstant(at: EpochMs): string {
  const text = new Date(at).toISOString();
  return at % day === 0 ? text.slice(0, 10) : text;
}

export const instant = () =>
  textual(
    'a date such as 2026-10-01 (00:00 UTC), or an instant such as 2026-10-01T08:00:00+08:00',
    parseDateOrInstant,
  );

interface Listen {
  readonly host: string;
  readonly port: number;
}

const listenExpression = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,6})$/;

/** `HOST:PORT`; an IPv6 address in brackets. */
export const listen = () =>
  textual(
    'HOST:PORT with a port from 0 (any free one) to 65535, such as 127.0.0.1:9720 or "[::1]:9720"',
    (text): Listen | ReturnType<typeof wrong> => {
      const match = listenExpression.exec(text);
      if (!match) return wrong('is not HOST:PORT');
      const host = match[1] ?? match[2] ?? '';
      const good = match[1] === undefined ? isIPv4(host) || !isWrong(readHostName(host)) : isIPv6(host);
      if (!good) return wrong('has no valid host');
      const port = Number(match[3]);
      return port > 65_535 ? wrong('has no valid port') : { host, port };
    },
  );

export const formatListen = ({ host, port }: Listen): string =>
  isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;

const monthsExpression = /^(\d{1,6}) ?(mo|month|months|y|year|years)$/;

export const formatMonths = (months: number): string => `${months} ${months === 1 ? 'month' : 'months'}`;

/** A number of calendar months: `13 months`, `13mo`, `3 years`. */
export const months = (least: number, most: number) =>
  quantity(`from ${formatMonths(least)} to ${formatMonths(most)} (units: mo, months, y, years)`, (text) => {
    if (/^\d+$/.test(text)) return wrong('has no unit');
    const match = monthsExpression.exec(text.trim());
    if (!match?.[1] || !match[2]) return wrong('is not a number of months');
    const count = Number(match[1]) * (match[2].startsWith('y') ? 12 : 1);
    return count < least || count > most ? wrong('is out of range') : count;
  });

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
}

export const formatNetwork = ({ address, prefix }: Network): string => `${address}/${prefix}`;

export function readNetwork(text: string): Network | Wrong {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || address.includes('%')) return wrong('is not a network');
  const most = family === 4 ? 32 : 128;
  if (bits === undefined) return { address: canonicalAddress(address), prefix: most };
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most) return wrong('has no prefix length that fits it');
  return { address: canonicalAddress(address), prefix: Number(bits) };
}

export const network = () => textual('an address or a network such as 10.1.0.0/16 or fd00::/8', readNetwork);

/** One line of text for people. */
export const name = (maxLength: number) =>
  textual(`one line of 1 to ${maxLength} characters`, (text) => {
    if (text.trim() === '') return wrong('is empty');
    if (hasControls(text)) return wrong('has control characters');
    return text.length > maxLength ? wrong(`has ${text.length} characters`) : text;
  });

/** A whole number from `least` to `most`. */
export const whole = (least: number, most: number) =>
  scalar(`a whole number from ${least} to ${most}`, (input) => {
    if (typeof input !== 'number') return wrong('is not a number');
    if (!Number.isInteger(input)) return wrong('is not a whole number');
    return input < least || input > most ? wrong('is out of range') : input;
  }).meta({ type: 'integer', minimum: least, maximum: most });

export const yesOrNo = () =>
  scalar('true or false', (input) =>
    typeof input === 'boolean' ? input : wrong('is not true or false'),
  ).meta({
    type: 'boolean',
  });

/** One of the words of a list. */
export function oneOf<const T extends string>(words: readonly T[]) {
  return scalar(words.join(', '), (input) => {
    const found = words.find((word) => word === input);
    return found ?? wrong(`is not known${didYouMean(String(input), words)}`);
  }).meta({ enum: [...words] });
}

/** A file of this machine. */
export const file = () =>
  textual('the path of a file', (text) => {
    if (text.length > mostCharacters.file)
      return wrong(`has ${text.length} characters`, `at most ${mostCharacters.file} characters`);
    return text === '' || text.endsWith('/') || text.includes('\0')
      ? wrong('is not the path of a file')
      : text;
  });

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The keys that have a value. */
export function given<T extends object>(options: T): Given<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>;
}

/** Without the keys that have no value. */
export function withoutNulls(data: object): object {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
}

export function bounds({ from, to = null }: { from: number | null; to?: number | null }): object {
  return { from: from === null ? null : formatInstant(from), to: to === null ? null : formatInstant(to) };
}

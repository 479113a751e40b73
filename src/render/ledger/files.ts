import { stringify } from 'csv-stringify/sync';
import { exclusionColumns, toldBefore, toldBehind } from '../../core/ledger/columns.js';
import type { LedgerExclusion } from '../../core/ledger/exclusions.js';
import { isoInstant } from '../instant.js';

type ScopeOf = (exclusion: LedgerExclusion) => readonly string[];

const noticesOf = ({ notices }: LedgerExclusion): string =>
  notices.map(({ at, text }) => (text === null ? isoInstant(at) : `${isoInstant(at)} ${text}`)).join('|');

/** CSV after RFC 4180, a line for each interval; what `exclusions import` reads. */
export function exclusionsCsv(exclusions: readonly LedgerExclusion[], scopeOf: ScopeOf): string {
  const columns = [...toldBefore, ...exclusionColumns, ...toldBehind];
  const rows = exclusions.flatMap((one) =>
    one.intervals.map(({ from, to }) => [
      ...[one.id, one.state, one.kind, scopeOf(one).join('|'), isoInstant(from), isoInstant(to)],
      ...[noticesOf(one), one.reason, one.proof ?? '', one.source ?? one.id],
      ...[one.proposed.actor, one.approved?.actor ?? ''],
    ]),
  );
  return stringify(rows, { header: true, columns, record_delimiter: '\r\n', escape_formulas: true });
}

/** iCalendar (RFC 5545), an event for each interval, in UTC; what `exclusions import` reads. */
export function exclusionsIcal(exclusions: readonly LedgerExclusion[], scopeOf: ScopeOf): string {
  const events = exclusions.flatMap((one) =>
    one.intervals.flatMap(({ from, to }, index) => [
      'BEGIN:VEVENT',
      `UID:${escaped(one.source ?? `${one.id}@pop-sla`)}${index === 0 ? '' : `-${index + 1}`}`,
      `DTSTAMP:${basic(one.proposed.at)}`,
      `DTSTART:${basic(from)}`,
      `DTEND:${basic(to)}`,
      `SUMMARY:${escaped(one.reason)}`,
      `STATUS:${one.state === 'approved' ? 'CONFIRMED' : one.state === 'proposed' ? 'TENTATIVE' : 'CANCELLED'}`,
      `X-POP-SLA-KIND:${one.kind}`,
      `X-POP-SLA-SCOPE:${escaped(scopeOf(one).join('|'))}`,
      ...(one.notices.length === 0 ? [] : [`X-POP-SLA-NOTICES:${escaped(noticesOf(one))}`]),
      ...(one.proof === null ? [] : [`X-POP-SLA-PROOF:${escaped(one.proof)}`]),
      'END:VEVENT',
    ]),
  );
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//pop-sla//exclusions//EN',
    ...events,
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

const basic = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
const escaped = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');

/** At most 75 octets a line; a character is never cut. */
function folded(line: string): string {
  let [text, octets] = ['', 0];
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) [text, octets] = [`${text}\r\n `, 1];
    text += character;
    octets += size;
  }
  return text;
}

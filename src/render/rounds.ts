import { createColors } from 'picocolors';
import type { SlotSummary } from '../core/measurement/figures.js';
import type {
  IcmpErrorCount,
  MissingReason,
  PacketOutcome,
  RoundStatus,
  SizeCounts,
  SizeSample,
} from '../core/measurement/round.js';
import { type CsvDialect, plainCsv } from '../core/text/csv-dialect.js';
import { csvText } from './csv.js';
import { formatLoss, formatMs, isoInstant, lossPpm, meanUs, oneLine, tableInstant } from './figures.js';
import { type Column, tableLines } from './table.js';
import { type CsvLine, roundsCsvColumns } from './rounds-csv-columns.js';

/** CSV; with a line of names, and the mark of the dialect, unless it goes on from other rounds. */
export function roundsCsv(
  rounds: readonly SlotSummary[],
  { header = true, dialect = plainCsv }: { readonly header?: boolean; readonly dialect?: CsvDialect } = {},
): string {
  const lines = rounds.flatMap((round): CsvLine[] => {
    const sizes = round.status === 'missing' ? [] : round.sizes;
    return sizes.length === 0 ? [{ round, size: null }] : sizes.map((size) => ({ round, size }));
  });
  return csvText(
    lines.map((line) => roundsCsvColumns.map((column) => column.cell(line))),
    header
      ? { dialect, columns: roundsCsvColumns.map((column) => column.name) }
      : { dialect: { ...dialect, bom: false } },
  );
}

/**
 * A round, or a missing slot, as JSON: the same keys always, null where there is nothing to say. Instants are
 * ISO 8601 in UTC; every other unit is in the key's name.
 */
export function roundJson(round: SlotSummary) {
  const measured = round.status === 'missing' ? null : round;
  // Each key by its name: spreading one object into another takes a hundred times as long, and a page has a thousand.
  return {
    path: round.path,
    slot: isoInstant(round.slot),
    status: round.status,
    reason: round.reason,
    startedAt: measured && isoInstant(measured.startedAt),
    endedAt: measured && isoInstant(measured.endedAt),
    address: measured && measured.address,
    lostAfterMs: measured && measured.lostAfterMs,
    provenance: measured && measured.provenance,
    sizes: measured ? measured.sizes.map(sizeJson) : [],
    icmpErrors: measured?.icmpErrors ?? [],
  };
}

/** `lost` = `sent` − `received`, and so includes `late` and `errors`; `notSent` is no part of `sent`. */
function sizeJson(size: SizeCounts) {
  const { bytes, sent, received, late, errors, notSent, duplicates, mismatched } = size;
  return {
    bytes,
    sent,
    received,
    lost: sent - received,
    late,
    errors,
    notSent,
    duplicates,
    mismatched,
    lossPpm: lossPpm(size),
    rttMeanUs: meanUs(size),
    rttMinUs: size.rttMinUs,
    rttMaxUs: size.rttMaxUs,
  };
}

/** A packet in few letters: a received one is its RTT in microseconds, a lost one null. */
export type SpelledPacket = number | null | { late: number } | { error: string } | { notSent: string };

function spellPacket(packet: PacketOutcome): SpelledPacket {
  switch (packet.kind) {
    case 'received':
      return packet.rttUs;
    case 'lost':
      return null;
    case 'late':
      return { late: packet.rttUs };
    case 'error':
      return { error: packet.error };
    case 'not-sent':
      return { notSent: packet.reason };
  }
}

/** Every packet of a size, in the order of sending. */
export const packetsJson = ({ packets, ...size }: SizeSample) => ({
  ...size,
  packets: packets.map(spellPacket),
});

const missingWords: Readonly<Record<MissingReason, string>> = {
  stopped: 'the daemon was stopped',
  crashed: 'the daemon ended out of order',
  asleep: 'the machine was asleep',
  paused: 'the process was paused',
  'clock-stepped': 'the clock was set past it',
  overrun: 'the round before was still running',
  store: 'it could not be stored',
  unknown: 'not known why',
};

/** What a row of figures doesn't say: why the status, and what is counted separately. One line each. */
function notesOf(slot: SlotSummary): string[] {
  if (slot.status === 'missing') return [`missing: ${missingWords[slot.reason]}`];
  const why = slot.reason === null ? [] : [`${slot.status}: ${oneLine(slot.reason)}`];
  return [...why, ...slot.sizes.flatMap((size) => apart(size)), ...icmpErrorLines(slot.icmpErrors ?? [])];
}

function apart(size: SizeCounts): string[] {
  const parts = [
    some(size.late, 'late reply', 'late replies'),
    some(size.errors, 'ICMP error', 'ICMP errors'),
    some(size.notSent, 'not sent', 'not sent'),
    some(size.duplicates, 'duplicate', 'duplicates'),
    some(size.mismatched, 'mismatched reply', 'mismatched replies'),
  ].filter((part) => part !== null);
  return parts.length === 0 ? [] : [`${size.bytes} bytes: ${parts.join(', ')}`];
}

/** Who sent which ICMP errors, over all sizes: `ICMP net-unreachable (type 3, code 0) from 192.0.2.1: 12`. */
function icmpErrorLines(errors: readonly IcmpErrorCount[]): string[] {
  const counts = new Map<string, number>();
  for (const { error, type, code, from, mtu, count } of errors) {
    const what = `ICMP ${error} (type ${type}, code ${code}${mtu === null ? '' : `, MTU ${mtu}`})`;
    const line = from === null ? what : `${what} from ${from}`;
    counts.set(line, (counts.get(line) ?? 0) + count);
  }
  return [...counts].map(([line, count]) => `${line}: ${count}`);
}

function some(count: number, one: string, many: string): string | null {
  return count === 0 ? null : `${count} ${count === 1 ? one : many}`;
}

export interface RoundsTableOptions {
  /** Columns of the terminal; where a round's line is longer, the path gets a line of its own. */
  readonly width: number;
  readonly color: boolean;
}

type Colors = ReturnType<typeof createColors>;

const figureColumns: readonly Column[] = ['BYTES', 'SENT', 'RECV', 'LOSS', 'MIN ms', 'MEAN ms', 'MAX ms'].map(
  (head) => ({ head, align: 'right' }),
);
const wideColumns: readonly Column[] = [
  { head: 'PATH' },
  { head: 'SLOT (UTC)' },
  { head: 'STATUS' },
  ...figureColumns,
];

/**
 * Rounds as text, one line per size, in the order given; ends with a newline. `-` stands where there is no figure.
 * What is counted separately (late, errors, not sent …), and why a slot is missing, stands below the round.
 */
export function roundsTable(rounds: readonly SlotSummary[], options: RoundsTableOptions): string {
  if (rounds.length === 0) return 'no rounds\n';
  const plain = wide(rounds, createColors(false));
  const fits = plain.table.every((line) => line.length <= options.width);
  const colors = createColors(options.color);
  if (!fits) return ended(stacked(rounds, colors));
  const { table, notes } = options.color ? wide(rounds, colors) : plain;
  return ended(table.flatMap((line, index) => [line, ...(notes[index] ?? [])]));
}

/** `notes[i]` belong below `table[i]`. */
function wide(rounds: readonly SlotSummary[], colors: Colors): { table: string[]; notes: string[][] } {
  const rows: string[][] = [];
  const notes: string[][] = [[]];
  for (const round of rounds) {
    for (const [index, figures] of figureRows(round, colors).entries()) {
      const head = [round.path, tableInstant(round.slot), statusWord(round.status, colors)];
      rows.push([...(index === 0 ? head : ['', '', '']), ...figures]);
      notes.push([]);
    }
    notes.at(-1)?.push(...notesOf(round).map((note) => colors.dim(`    ${note}`)));
  }
  return { table: bold(tableLines(wideColumns, rows, asItIs), colors), notes };
}

function stacked(rounds: readonly SlotSummary[], colors: Colors): string[] {
  return rounds.flatMap((round) => {
    const head = `${round.path}  ${tableInstant(round.slot)} UTC  ${statusWord(round.status, colors)}`;
    const notes = notesOf(round).map((note) => colors.dim(`    ${note}`));
    if (sizesOf(round).length === 0) return [head, ...notes];
    const table = bold(tableLines(figureColumns, figureRows(round, colors), asItIs), colors);
    return [head, ...table.map((line) => `  ${line}`), ...notes];
  });
}

const sizesOf = (round: SlotSummary): readonly SizeCounts[] =>
  round.status === 'missing' ? [] : round.sizes;

function figureRows(round: SlotSummary, colors: Colors): string[][] {
  const sizes = sizesOf(round);
  if (sizes.length === 0) return [figureColumns.map(() => '-')];
  return sizes.map((size) => [
    String(size.bytes),
    String(size.sent),
    String(size.received),
    lossColor(size, colors)(formatLoss(size)),
    formatMs(size.rttMinUs),
    formatMs(meanUs(size)),
    formatMs(size.rttMaxUs),
  ]);
}

function statusWord(status: RoundStatus, colors: Colors): string {
  switch (status) {
    case 'ok':
      return colors.green(status);
    case 'unscheduled':
      return status;
    case 'missing':
    case 'partial':
    case 'aborted':
    case 'overrun':
      return colors.yellow(status);
    case 'invalid':
    case 'failed':
    case 'degraded-observer':
      return colors.red(status);
  }
}

function lossColor({ sent, received }: SizeCounts, colors: Colors): (text: string) => string {
  if (sent === received) return (text) => text;
  return received === 0 ? colors.red : colors.yellow;
}

/** Cells here are figures, ids of paths and words of this program, with colours. */
const asItIs = (text: string): string => text;
const bold = ([head = '', ...rows]: string[], colors: Colors): string[] => [colors.bold(head), ...rows];
const ended = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

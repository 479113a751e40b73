import { createColors } from 'picocolors';
import type { SizeCounts } from '../../core/measurement/counts.js';
import type { RoundStatus } from '../../core/measurement/round.js';
import type { SlotSummary } from '../../core/measurement/summary.js';
import { formatLoss, formatMs, meanUs } from '../figures.js';
import { tableInstant } from '../instant.js';
import { tableLines, type Column } from '../table.js';
import { notesOf } from './notes.js';

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
 * What is counted apart (late, errors, not sent …), and why a slot is missing, stands below the round.
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

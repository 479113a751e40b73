import { parse } from 'csv-parse/sync';
import { exclusionColumns, toldBefore, toldBehind } from '../../core/ledger/columns.js';
import { refuse, type Refusal } from '../../core/ledger/refusal.js';
import type { ExclusionInput } from './exclusion-input.js';

const required = ['kind', 'scope', 'from', 'to', 'reason'] as const;

/** An exclusion of a file, and where in the file it stands. */
export interface PlacedInput {
  readonly place: string;
  readonly input: ExclusionInput;
}
export type ImportReading =
  | { readonly ok: true; readonly inputs: readonly PlacedInput[] }
  | { readonly ok: false; readonly refusals: readonly Refusal[] };

/** CSV after RFC 4180 with a line of names → exclusions, one a line. */
export function readExclusionsCsv(text: string): ImportReading {
  let rows: { readonly record: Record<string, string>; readonly info: { readonly lines: number } }[];
  let names: string[] = [];
  try {
    const columns = (header: string[]): string[] => (names = header.map((name) => name.trim()));
    rows = parse(text, { columns, bom: true, skip_empty_lines: true, info: true }) as unknown as typeof rows;
  } catch (error) {
    const what = `is no CSV: ${(error as Error).message}`;
    return { ok: false, refusals: [refuse('file', what, 'RFC 4180, with a line of names')] };
  }
  const known: readonly string[] = [...exclusionColumns, ...toldBefore, ...toldBehind];
  const refusals = [
    ...names
      .filter((name) => !known.includes(name))
      .map((name) =>
        refuse(
          'line 1',
          `has an unknown column, ${JSON.stringify(name.slice(0, 40))}`,
          exclusionColumns.join(', '),
        ),
      ),
    ...required
      .filter((name) => !names.includes(name))
      .map((name) => refuse('line 1', `lacks the column ${name}`, exclusionColumns.join(', '))),
  ];
  if (refusals.length > 0) return { ok: false, refusals };
  // What came to nothing is no proposal.
  const alive = rows.filter(({ record }) => !['rejected', 'revoked'].includes(record['state'] ?? ''));
  return {
    ok: true,
    inputs: alive.map(({ record, info }) => ({ place: `line ${info.lines}`, input: inputOf(record) })),
  };
}

function inputOf(record: Readonly<Record<string, string>>): ExclusionInput {
  // A text that a spreadsheet would run as a formula was disarmed by a quote when it was written.
  const cell = (name: string): string | undefined =>
    record[name]?.replace(/^'(?=[=+\-@\t\r])/, '') || undefined;
  const list = (name: string): string[] =>
    (cell(name) ?? '')
      .split('|')
      .map((word) => word.trim())
      .filter(Boolean);
  return {
    ...{
      kind: cell('kind'),
      scope: list('scope'),
      from: cell('from'),
      to: cell('to'),
      notices: list('notices'),
    },
    ...{ reason: cell('reason'), proof: cell('proof'), source: cell('source') },
  };
}

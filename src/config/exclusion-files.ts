import { parse } from 'csv-parse/sync';
import { exclusionColumns, leadingColumns, trailingColumns } from '../core/ledger/columns.js';
import { type ValidationIssue, validationError } from '../core/ledger/errors.js';
import type { Interval } from '../core/time/intervals.js';
import type { EpochMs } from '../core/types.js';
import type { EventVersion } from '../core/ledger/event-version.js';
import { rearmed } from '../core/text/formula.js';
import { type ExclusionInput, readInterval } from './exclusion-input.js';

const required = ['kind', 'scope', 'from', 'to', 'reason'] as const;

export { disarmed } from '../core/text/formula.js';

/** An exclusion of a file, and where in the file it stands. */
export interface PlacedInput {
  readonly place: string;
  readonly input: ExclusionInput;
  /** An event of a calendar: its source names it, and another text of the same source is its newer one. */
  readonly event?: true;
  /** Of an event that comes again without an end: only windows that begin in this time are given. */
  readonly horizon?: Interval;
  /** Which text of its event it is; absent: that can't be told. */
  readonly version?: EventVersion;
}

/** What a calendar says was called off. `at`: only the window of the source that is then, if it has one. */
export interface CancelledWindow {
  readonly place: string;
  readonly source: string;
  readonly at?: EpochMs;
  /** Which text of its event says so. */
  readonly version?: EventVersion;
}

export type ImportReading =
  | {
      readonly ok: true;
      readonly inputs: readonly PlacedInput[];
      /** What the file says was called off. */
      readonly cancelled?: readonly CancelledWindow[];
    }
  | { readonly ok: false; readonly refusals: readonly ValidationIssue[] };

/** CSV after RFC 4180 with a line of names → exclusions, one a line. */
export function readExclusionsCsv(text: string): ImportReading {
  let rows: { readonly record: Record<string, string>; readonly info: { readonly lines: number } }[];
  let names: string[] = [];
  try {
    const columns = (header: string[]): string[] => (names = header.map((name) => name.trim()));
    const { body, delimiter, before } = separated(text);
    const found = parse<(typeof rows)[number]>(body, {
      columns,
      delimiter,
      skip_empty_lines: true,
      info: true,
    });
    rows = found.map(({ record, info }) => ({ record, info: { lines: info.lines + before } }));
  } catch (error) {
    const what = `is no CSV: ${(error as Error).message}`;
    return { ok: false, refusals: [validationError('file', what, 'RFC 4180, with a line of names')] };
  }
  const known: readonly string[] = [...exclusionColumns, ...leadingColumns, ...trailingColumns];
  const refusals = [
    ...names
      .filter((name) => !known.includes(name))
      .map((name) =>
        validationError(
          'line 1',
          `has an unknown column, ${JSON.stringify(name.slice(0, 40))}`,
          exclusionColumns.join(', '),
        ),
      ),
    ...required
      .filter((name) => !names.includes(name))
      .map((name) => validationError('line 1', `lacks the column ${name}`, exclusionColumns.join(', '))),
  ];
  if (refusals.length > 0) return { ok: false, refusals };
  // What came to nothing is no proposal.
  const alive = rows.filter(({ record }) => !['rejected', 'revoked'].includes(record['state'] ?? ''));
  const lines = alive.map(({ record, info }) => ({
    place: `line ${info.lines}`,
    input: inputOf(record),
    id: record['id'] ?? '',
  }));
  return { ok: true, inputs: joined(lines) };
}

/**
 * What is between the cells: Excel writes a semicolon where a comma stands in numbers, a tab in its text in Unicode,
 * and a first line that says so (`sep=;`), which is none of the table.
 */
function separated(text: string): {
  readonly body: string;
  readonly delimiter: string;
  readonly before: number;
} {
  const plain = text.replace(/^\ufeff/, '');
  const said = /^sep=([,;\t])\r?\n/i.exec(plain);
  if (said) return { body: plain.slice(said[0].length), delimiter: said[1] ?? ',', before: 1 };
  const names = /^\s*([^\r\n]*)/.exec(plain)?.[1] ?? '';
  const count = (sign: string): number => names.split(sign).length;
  const [delimiter = ','] = [',', ';', '\t'].sort((a, b) => count(b) - count(a));
  return { body: plain, delimiter, before: 0 };
}

/** The lines of one exclusion, which an export gives one id, are its windows. */
function joined(lines: readonly (PlacedInput & { readonly id: string })[]): PlacedInput[] {
  const byId = new Map<string, (typeof lines)[number][]>();
  for (const line of lines) {
    const key = line.id === '' ? line.place : JSON.stringify([line.id, withoutTimes(line.input)]);
    byId.set(key, [...(byId.get(key) ?? []), line]);
  }
  return [...byId.values()].flatMap((some): PlacedInput[] => {
    const [first] = some;
    if (first === undefined) return [];
    const { place, input } = first;
    if (some.length === 1) return [{ place, input }];
    const ignored: ValidationIssue[] = [];
    const windows = some.flatMap((line) => readInterval(line.input, ignored) ?? []);
    // Times that can't be read are reported line by line.
    if (ignored.length > 0) return some.map((line) => ({ place: line.place, input: line.input }));
    return [{ place, input: { ...withoutTimes(input), intervals: windows.sort((a, b) => a.from - b.from) } }];
  });
}

const withoutTimes = (input: ExclusionInput): ExclusionInput => ({
  ...input,
  from: undefined,
  to: undefined,
});

/** Texts in one text, with `|` between them; what is not between them is escaped by a backslash. */
export const joinParts = (parts: readonly string[]): string =>
  parts
    .map((part) =>
      part
        .replace(/[\\|]/g, '\\$&')
        .replace(/^\s|\s$/g, (blank) => `\\u${blank.charCodeAt(0).toString(16).padStart(4, '0')}`),
    )
    .join('|');

/** What `joinParts` joined; blanks around a part are the writer's. */
export function partsOf(text: string): string[] {
  const parts = text.match(/(?:[^\\|]|\\[^])+/g) ?? [];
  return parts.flatMap((part) => {
    const plain = part
      .trim()
      .replace(/\\(?:u([0-9a-f]{4})|([\\|]))/g, (_whole, code?: string, sign?: string) =>
        code === undefined ? (sign ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
      );
    return plain === '' ? [] : [plain];
  });
}

function inputOf(record: Readonly<Record<string, string>>): ExclusionInput {
  const cell = (name: string): string | undefined => rearmed(record[name] ?? '') || undefined;
  const list = (name: string): string[] => partsOf(cell(name) ?? '');
  const source = cell('source');
  return {
    kind: cell('kind'),
    scope: list('scope'),
    from: cell('from'),
    to: cell('to'),
    notices: list('notices'),
    reason: cell('reason'),
    proof: cell('proof'),
    // An export names what has no source by its id.
    source: source === record['id'] ? undefined : source,
  };
}

import { hasAmounts } from '../../core/statement/extract.js';
import { formatAmount, minorOf } from '../../core/money.js';
import type { StatementDocument } from '../../core/statement/document.js';
import type { ReportLanguage } from '../../i18n/languages.js';
import type { Drawing } from './chart/drawing.js';
import type { Report, ReportStatement } from './report.js';

/** What a report consists of when it is to be read: HTML and PDF are two ways to show the same blocks. */
export interface Pages {
  readonly title: string;
  readonly language: ReportLanguage;
  /** When the newest of it was drawn up: the only date a document may bear that must come out again as it was. */
  readonly date: string;
  readonly sheets: readonly Sheet[];
  readonly page: (page: number, pages: number) => string;
}

/** Begins on a page of its own. */
export interface Sheet {
  /** At the foot of its pages. */
  readonly footer: string;
  /** Stamped on each of its pages; null: sealed. */
  readonly stamp: string | null;
  readonly blocks: readonly Block[];
}

export type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'faint';

export type Block =
  | {
      readonly kind: 'title';
      readonly text: string;
      readonly subtitle: string;
      readonly badge: { readonly text: string; readonly tone: Tone };
    }
  | { readonly kind: 'heading'; readonly text: string; readonly level: 2 | 3 }
  | { readonly kind: 'facts'; readonly facts: readonly Fact[]; readonly columns: 1 | 2 }
  | { readonly kind: 'tiles'; readonly tiles: readonly Tile[] }
  | { readonly kind: 'notice'; readonly text: string; readonly tone: Tone }
  | { readonly kind: 'text'; readonly text: string; readonly tone: Tone }
  | { readonly kind: 'table'; readonly table: Table }
  | {
      readonly kind: 'drawings';
      readonly drawings: readonly Picture[];
      readonly legend: readonly LegendEntry[];
    }
  /** A derivation: its indentation counts. */
  | { readonly kind: 'lines'; readonly lines: readonly string[] };

export interface Fact {
  readonly label: string;
  readonly value: string;
  /** Hexadecimal and such: may be broken anywhere. */
  readonly code?: boolean;
}

export interface Tile {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly tone: Tone;
}

export interface Table {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
}

interface TableColumn {
  readonly head: string;
  readonly align: 'left' | 'right';
}

export interface TableRow {
  readonly cells: readonly (string | { readonly text: string; readonly tone: Tone })[];
  readonly strong?: boolean;
  /** What belongs to the row and fits no column: stands under it. */
  readonly notes?: readonly string[];
}

export interface Picture {
  readonly caption: string;
  readonly drawing: Drawing;
}

export interface LegendEntry {
  readonly text: string;
  readonly color: string;
  readonly as: 'area' | 'line' | 'dashed';
}

export const left = (head: string): TableColumn => ({ head, align: 'left' });
export const right = (head: string): TableColumn => ({ head, align: 'right' });
export const heading = (text: string, level: 2 | 3 = 2): Block => ({ kind: 'heading', text, level });
export const paragraph = (text: string, tone: Tone = 'plain'): Block => ({ kind: 'text', text, tone });
export const table = (columns: readonly TableColumn[], rows: readonly TableRow[]): Block => ({
  kind: 'table',
  table: { columns, rows },
});

/** What statements of one currency add up to. */
export interface CurrencyTotal {
  readonly currency: string;
  readonly statements: number;
  readonly rent: string;
  readonly credit: string;
  /** Null: unknown for one of them. */
  readonly tax: string | null;
  readonly net: string | null;
}

/** One total for each currency, by its code: amounts of two currencies never meet. Of those without amounts there is none. */
export function totalsOf(all: readonly StatementDocument[]): CurrencyTotal[] {
  const documents = all.filter(hasAmounts);
  const currencies = [...new Set(documents.map(({ currency }) => currency))].sort();
  return currencies.map((currency) => {
    const totals = documents.filter((one) => one.currency === currency).map(({ total }) => total);
    const known = (amounts: readonly (string | null)[]): string | null => sum(amounts, currency);
    return {
      currency,
      statements: totals.length,
      rent: known(totals.map(({ rent }) => rent)) ?? '',
      credit: known(totals.map(({ credit }) => credit)) ?? '',
      tax: known(totals.map(({ tax }) => tax)),
      net: known(totals.map(({ net }) => net)),
    };
  });
}

/** In minor units; null where one is unknown. Throws `RangeError` for what is no amount of the currency. */
function sum(amounts: readonly (string | null)[], currency: string): string | null {
  let total = 0n;
  for (const amount of amounts) {
    if (amount === null) return null;
    total += minorOf(amount, currency);
  }
  return formatAmount(total, currency);
}

export interface GroupTotals {
  readonly id: string;
  readonly services: readonly string[];
  readonly totals: readonly CurrencyTotal[];
}

/** Every group of one kind with its totals, by id. A service counts for every seller above its customer. */
export function totalsBy(
  { statements }: Pick<Report, 'statements'>,
  groupsOf: (document: StatementDocument) => readonly string[],
): GroupTotals[] {
  const groups = new Map<string, ReportStatement[]>();
  for (const statement of statements) {
    for (const id of groupsOf(statement.document)) groups.set(id, [...(groups.get(id) ?? []), statement]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, members]) => ({
      id,
      services: members.map(({ document }) => document.service),
      totals: totalsOf(members.map(({ document }) => document)),
    }));
}

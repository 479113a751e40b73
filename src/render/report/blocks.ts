import type { Drawing } from './chart/drawing.js';
import type { ReportLanguage } from './languages.js';

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

export interface TableColumn {
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

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { create } from 'xmlbuilder2';
import { tempDir } from './temp-dir.js';

/** A cell as LibreOffice has it: its type, its value as such, and the text that it shows. */
export interface OfficeCell {
  /** `string`, `float`, `percentage`, `date`, `time`, `boolean`; null: an empty cell. */
  readonly type: string | null;
  readonly value: string | null;
  readonly shown: string;
}

export interface OfficeSheet {
  readonly name: string;
  readonly rows: readonly (readonly OfficeCell[])[];
}

/** A workbook opened in LibreOffice and written as flat XML, in which each cell has its type. */
export const openedInLibreOffice = (workbook: Uint8Array): Promise<OfficeSheet[]> =>
  converted('book.xlsx', workbook);

/** A file of CSV as LibreOffice reads it, with what parts its fields; every cell is a text. */
export const csvInLibreOffice = (bytes: Uint8Array, delimiter: ',' | ';'): Promise<OfficeSheet[]> =>
  converted('book.csv', bytes, [`--infilter=CSV:${delimiter.charCodeAt(0)},34,76,1`]);

async function converted(
  name: string,
  bytes: Uint8Array,
  options: readonly string[] = [],
): Promise<OfficeSheet[]> {
  const folder = tempDir();
  writeFileSync(join(folder, name), bytes);
  await promisify(execFile)('soffice', [
    `-env:UserInstallation=file://${join(folder, 'profile')}`,
    ...['--headless', ...options, '--convert-to', 'fods', '--outdir', folder, join(folder, name)],
  ]);
  return sheetsOf(readFileSync(join(folder, 'book.fods'), 'utf8'));
}

interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Node | string)[];
}

interface Dom {
  readonly nodeName: string;
  readonly nodeType: number;
  readonly nodeValue: string | null;
  readonly childNodes: Iterable<Dom>;
  readonly attributes?: Iterable<{ readonly name: string; readonly value: string }>;
}

const nodeOf = (dom: Dom): Node => ({
  name: dom.nodeName,
  attributes: Object.fromEntries([...(dom.attributes ?? [])].map(({ name, value }) => [name, value])),
  children: [...dom.childNodes].flatMap((child): (Node | string)[] =>
    child.nodeType === 3 ? [child.nodeValue ?? ''] : child.nodeType === 1 ? [nodeOf(child)] : [],
  ),
});

function sheetsOf(xml: string): OfficeSheet[] {
  return all(nodeOf(create(xml).root().node as unknown as Dom), 'table:table').map((table) => ({
    name: table.attributes['table:name'] ?? '',
    rows: withoutEnd(
      all(table, 'table:table-row').flatMap((row) =>
        repeated(cellsOf(row), row, 'table:number-rows-repeated'),
      ),
      (row) => row.length === 0,
    ),
  }));
}

const cellsOf = (row: Node): OfficeCell[] =>
  withoutEnd(
    all(row, 'table:table-cell').flatMap((cell) =>
      repeated(cellOf(cell), cell, 'table:number-columns-repeated'),
    ),
    ({ type }) => type === null,
  );

function cellOf(cell: Node): OfficeCell {
  const of = (name: string): string | undefined => cell.attributes[`office:${name}`];
  return {
    type: of('value-type') ?? null,
    value: of('value') ?? of('date-value') ?? of('time-value') ?? of('boolean-value') ?? null,
    shown: all(cell, 'text:p').map(textOf).join('\n'),
  };
}

/** Runs of spaces, line ends and tabs are elements of their own. */
function textOf(node: Node | string): string {
  if (typeof node === 'string') return node;
  if (node.name === 'text:s') return ' '.repeat(Number(node.attributes['text:c'] ?? '1'));
  if (node.name === 'text:line-break') return '\n';
  if (node.name === 'text:tab') return '\t';
  return node.children.map(textOf).join('');
}

/** A sheet ends with thousands of empty cells and rows in one element. */
const repeated = <T>(item: T, node: Node, attribute: string): T[] => {
  const count = Number(node.attributes[attribute] ?? '1');
  return Array.from({ length: count > 1000 ? 1 : count }, () => item);
};

function withoutEnd<T>(items: readonly T[], isEmpty: (item: T) => boolean): T[] {
  const last = items.findLastIndex((item) => !isEmpty(item));
  return items.slice(0, last + 1);
}

function all(node: Node, name: string): Node[] {
  return node.children.flatMap((child) =>
    typeof child === 'string' ? [] : child.name === name ? [child] : all(child, name),
  );
}

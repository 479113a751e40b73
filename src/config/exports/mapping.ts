import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { batchFormats, type BatchFormat } from '../../core/billing/batch.js';
import {
  entryKinds,
  type EntryKind,
  exportFieldNames,
  type ExportFieldName,
  isEntryField,
} from '../../core/billing/fields.js';
import { type ReportLanguage, reportLanguages } from '../../i18n/languages.js';
import { textsByField } from '../plan/scalars.js';
import { findHome } from '../defaults.js';
import { givenTwice } from '../given-twice.js';
import type { Fault, Problem, Salvaged } from '../problem.js';
import { name, oneOf, textual, wrong, yesOrNo } from '../scalars.js';
import { buildPosting, checkPosting, postingKeys, type PostingTerms } from '../sections/billing.js';
import { parseStrict } from '../strict.js';

/** How a file for finance's system is written. */
export interface ExportMapping {
  /** The name of its file. */
  readonly name: string;
  readonly title: string;
  readonly file: BatchFormat;
  /** A row for each credit, or for each entry of its posting. */
  readonly rows: 'credits' | 'entries';
  readonly csv: {
    readonly delimiter: string;
    readonly bom: boolean;
    readonly header: boolean;
  };
  readonly decimalMark: string;
  readonly days: string;
  readonly months: string;
  /** Of the reason. */
  readonly language: ReportLanguage;
  readonly columns: readonly ExportColumn[];
  /** Accounts and tax codes of its own, in place of the configuration's. */
  readonly posting: PostingTerms;
}

export interface ExportColumn {
  readonly name: string;
  /** Null: a constant. */
  readonly field: ExportFieldName | null;
  /** The constant, or what stands where the field has nothing. */
  readonly value: string;
  /** What stands for values of the field. */
  readonly words: ReadonlyMap<string, string>;
  /** Writes an amount with the other sign. */
  readonly negate: boolean;
  /** Only in rows of these entries; none: in every row. */
  readonly only: readonly EntryKind[];
}

const dateParts = /YYYY|MM|DD/g;

/** A form of days or months: each of these parts once, in any order, and what stands between. */
const pattern = (parts: readonly string[], named: string, example: string) =>
  textual(`${named}, each once, with ".", "-", "/" or nothing between, such as ${example}`, (text) => {
    const isDate = /^(?:YYYY|MM|DD)(?:[./-]?(?:YYYY|MM|DD))*$/.test(text);
    const has = [...text.matchAll(dateParts)].map(([part]) => part).sort();
    if (!isDate || has.some((part, index) => part === has[index - 1]))
      return wrong('is not a form of a date');
    const missing = parts.filter((part) => !has.includes(part));
    if (missing.length > 0) return wrong(`has no ${missing.join(' and no ')}`);
    return has.length === parts.length ? text : wrong('has a DD, and a month has no day');
  });

const delimiters = [',', ';', '|', '\t'] as const;

const columnSchema = z.strictObject({
  name: name(100),
  field: oneOf(exportFieldNames).optional(),
  value: textual('a text of one line', (text) =>
    /[\r\n\0]/.test(text) ? wrong('is not one line') : text,
  ).optional(),
  words: textsByField().optional(),
  negate: yesOrNo().default(false),
  only: z.array(oneOf(entryKinds)).default([]),
});

const mappingSchema = z.strictObject({
  title: name(100),
  file: oneOf(batchFormats).default('csv'),
  rows: oneOf(['credits', 'entries']).default('credits'),
  csv: z
    .strictObject({
      delimiter: oneOf(delimiters).default(','),
      bom: yesOrNo().default(false),
      header: yesOrNo().default(true),
    })
    .prefault({}),
  decimalMark: oneOf(['.', ',']).default('.'),
  days: pattern(['YYYY', 'MM', 'DD'], 'YYYY, MM and DD', 'YYYY-MM-DD').default('YYYY-MM-DD'),
  months: pattern(['YYYY', 'MM'], 'YYYY and MM', 'YYYY-MM').default('YYYY-MM'),
  language: oneOf(reportLanguages).default('en'),
  ...postingKeys,
  columns: z.array(columnSchema),
});

type RawMapping = z.output<typeof mappingSchema>;

function checkMapping(mapping: Salvaged<RawMapping>): Fault[] {
  const { rows, columns = [], csv, decimalMark } = mapping;
  const faults: Fault[] = [];
  if (columns.length === 0)
    faults.push({ at: ['columns'], what: 'are none', allowed: 'at least one column' });
  if (decimalMark === ',' && csv?.delimiter === ',')
    faults.push({ at: ['decimalMark'], what: 'is the delimiter too', allowed: 'another csv.delimiter' });
  for (const [index, column] of columns.entries()) {
    if (column === undefined) continue;
    const at = ['columns', index];
    const { field, value, words, only = [], negate } = column;
    if (field === undefined && value === undefined)
      faults.push({ at, what: 'has neither field nor value', allowed: 'a field, a constant value, or both' });
    if (field !== undefined && isEntryField(field) && rows === 'credits')
      faults.push({ at: [...at, 'field'], what: 'is of an entry', allowed: 'with rows: entries' });
    if (only.length > 0 && rows === 'credits')
      faults.push({ at: [...at, 'only'], what: 'is of entries', allowed: 'with rows: entries' });
    if (field === undefined && (words !== undefined || negate === true))
      faults.push({ at, what: 'changes a field that it has not', allowed: 'with a field' });
  }
  const names = givenTwice(
    columns.map((column) => column?.name),
    { list: 'columns', at: (index) => ['columns', index, 'name'], allowed: 'each name once' },
  );
  return [...faults, ...names, ...checkPosting(mapping)];
}

type MappingResult =
  | { readonly ok: true; readonly mapping: ExportMapping }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The text of a mapping file → the mapping, or everything that is wrong with it. Never throws. */
export function parseMapping(text: string, file: string): MappingResult {
  const parsed = parseStrict({ text, file, schema: mappingSchema, check: checkMapping });
  if (!parsed.ok) return parsed;
  const { columns, accounts, taxCodes, ...rest } = parsed.value;
  return {
    ok: true,
    mapping: {
      ...rest,
      name: basename(file, '.yaml'),
      posting: buildPosting({ accounts, taxCodes }),
      columns: columns.map(({ field = null, value = '', words = new Map<string, string>(), ...column }) => ({
        ...column,
        field,
        value,
        words,
      })),
    },
  };
}

/** The mappings that there are: those of the program, and files that the configuration names. A later one counts. */
export function mappingFiles(named: readonly string[], home = findHome()): ReadonlyMap<string, string> {
  const folder = join(home, 'config', 'exports');
  const files = readdirSync(folder)
    .filter((each) => each.endsWith('.yaml'))
    .sort()
    .map((each) => join(folder, each));
  return new Map([...files, ...named].map((file) => [basename(file, '.yaml'), file]));
}

/** Reads one of them; null: there is none of that name. */
export function readMapping(files: ReadonlyMap<string, string>, of: string): MappingResult | null {
  const file = files.get(of);
  if (file === undefined) return null;
  try {
    return parseMapping(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)), file);
  } catch (error) {
    const what = `can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`;
    const problem = {
      file,
      line: null,
      column: null,
      path: '',
      value: null,
      what,
      allowed: 'a mapping in YAML',
    };
    return { ok: false, problems: [problem] };
  }
}

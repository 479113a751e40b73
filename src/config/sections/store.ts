import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { isUrl, parsePostgresUrl, postgresUrlAllowed } from '../../core/address/postgres.js';
import { type CsvDialect, csvSeparators, plainCsv } from '../../core/text/csv-dialect.js';
import {
  day,
  duration,
  file,
  formatDuration,
  formatMonths,
  months,
  oneOf,
  textual,
  whole,
  withoutNulls,
  wrong,
  yesOrNo,
} from '../scalars.js';

export interface StoreConfig {
  /** The SQLite file, absolute. Unused with PostgreSQL. */
  readonly path: string;
  /** Where that file would be by its name, when it was found in the working directory, as of version 0.1. */
  readonly placeNow?: string;
  /** Null: the store is that file. */
  readonly postgres: PostgresConfig | null;
  readonly keepPacketsMonths: number;
  readonly keepRowsMonths: number;
}

export interface PostgresConfig {
  /** As `parsePostgresUrl` reads it; it may hold a password. */
  readonly url: string;
  /** A file with the password alone, absolute. */
  readonly passwordFile: string | null;
}

const postgresUrl = () =>
  textual(postgresUrlAllowed, (text) => {
    const address = parsePostgresUrl(text);
    return 'wrong' in address ? wrong(address.wrong) : text;
  });

/** `store: postgres://…` is short for `store: { url: postgres://… }`, and another text for `store: { path: … }`. */
const storeSchema = z.preprocess(
  (input) => (typeof input !== 'string' ? input : isUrl(input) ? { url: input } : { path: input }),
  z.strictObject({
    path: file().optional(),
    url: postgresUrl().optional(),
    passwordFile: file().optional(),
    keepPackets: months(1, 1200).default(13),
    keepRows: months(1, 1200).default(37),
  }),
);

const defaultDatabase = './data/pop-sla.db';

/** What the names of files are relative to: that of the file, and where the data lie. */
interface Folders {
  readonly folder: string;
  readonly dataFolder: string;
}

type RawStore = z.output<typeof storeSchema>;

/** Where rounds and everything else are kept. */
export const storeSection = {
  schema: storeSchema,
  build: (raw: RawStore, { folder, dataFolder }: Folders): StoreConfig => ({
    path: resolve(dataFolder, raw.path ?? defaultDatabase),
    postgres: buildPostgres(raw, folder),
    keepPacketsMonths: raw.keepPackets,
    keepRowsMonths: raw.keepRows,
  }),
  show: ({ path, postgres, keepPacketsMonths, keepRowsMonths }: StoreConfig): object => ({
    ...(postgres === null ? { path } : withoutNulls(postgres)),
    keepPackets: formatMonths(keepPacketsMonths),
    keepRows: formatMonths(keepRowsMonths),
  }),
};

function buildPostgres({ url, passwordFile }: RawStore, folder: string): PostgresConfig | null {
  if (url === undefined) return null;
  return { url, passwordFile: passwordFile === undefined ? null : resolve(folder, passwordFile) };
}

export interface KeysConfig {
  /** Where the keys that sign statements lie, absolute. */
  readonly folder: string;
  /** As `StoreConfig.placeNow`. */
  readonly placeNow?: string;
}

/** What signs the statements. */
const keysSchema = z.strictObject({ folder: file().optional() });

/** What signs statements lies beside the database unless the file says where. */
export const keysSection = {
  schema: keysSchema,
  build: ({ folder }: z.output<typeof keysSchema>, store: RawStore, dataFolder: string): KeysConfig => ({
    folder: resolve(dataFolder, folder ?? join(dirname(store.path ?? defaultDatabase), 'keys')),
  }),
  show: ({ folder }: KeysConfig): object => ({ folder }),
};

/** How files of CSV are written unless somebody asks for another way. */
const csvSchema = z.strictObject({
  bom: yesOrNo().default(plainCsv.bom),
  separator: oneOf(csvSeparators).default(plainCsv.separator),
});

export const csvSection = {
  schema: csvSchema,
  build: (raw: z.output<typeof csvSchema>): CsvDialect => raw,
  show: ({ bom, separator }: CsvDialect): object => ({ bom, separator }),
};

export interface StatementsConfig {
  /** How long after its end a month is closed. */
  readonly graceMs: number;
  /** How long before its last day an open claim is reminded of. */
  readonly claimReminderMs: number;
  /** Whether a statement is sealed by another person than the one who prepared it. */
  readonly twoPersonSealing: boolean;
}

/** How a month is closed. */
const statementsSchema = z.strictObject({
  grace: duration(0, 31 * day).default(day),
  claimReminder: duration(0, 90 * day).default(7 * day),
  twoPersonSealing: yesOrNo().default(false),
});

export const statementsSection = {
  schema: statementsSchema,
  build: (raw: z.output<typeof statementsSchema>): StatementsConfig => ({
    graceMs: raw.grace,
    claimReminderMs: raw.claimReminder,
    twoPersonSealing: raw.twoPersonSealing,
  }),
  show: ({ graceMs, claimReminderMs, twoPersonSealing }: StatementsConfig): object => ({
    grace: formatDuration(graceMs),
    claimReminder: formatDuration(claimReminderMs),
    twoPersonSealing,
  }),
};

/** What `/metrics` shows beside the rest. */
export interface MetricsConfig {
  /** The figures of each packet size of each path. */
  readonly perSize: boolean;
  /** Rents and credits. */
  readonly money: boolean;
}

const metricsSchema = z.strictObject({
  perSize: yesOrNo().default(false),
  money: yesOrNo().default(false),
});

export interface LogConfig {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** `auto`: for people on a terminal, JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty';
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export const logFormats = ['auto', 'json', 'pretty'] as const;

const logSchema = z.strictObject({
  level: oneOf(logLevels).default('info'),
  format: oneOf(logFormats).default('auto'),
});

export interface FaultsConfig {
  /** So many rounds in a row with a band worse than normal suggest a report. */
  readonly suggestAfterRounds: number;
}

/** When a fault report suggests itself. */
const faultsSchema = z.strictObject({
  suggestAfterRounds: whole(1, 100).default(2),
});

const asIs = <T>(value: T): T => value;

/** Sections that are in the file as the program uses them. */
export const metricsSection = {
  schema: metricsSchema,
  build: asIs<MetricsConfig>,
  show: asIs<MetricsConfig>,
};
export const logSection = { schema: logSchema, build: asIs<LogConfig>, show: asIs<LogConfig> };
export const faultsSection = { schema: faultsSchema, build: asIs<FaultsConfig>, show: asIs<FaultsConfig> };

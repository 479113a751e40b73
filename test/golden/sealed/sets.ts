import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Config } from '../../../src/config/config.js';
import { loadConfig } from '../../../src/config/load.js';
import { changeLines } from '../../../src/i18n/report.js';
import { type ReportLanguage, reportLanguages } from '../../../src/i18n/languages.js';
import { localeOf } from '../../../src/i18n/locale.js';
import { derivationOf } from '../../../src/render/report/derivation.js';
import { renderReport, reportFormats } from '../../../src/render/report/formats.js';
import type { Report } from '../../../src/render/report/report.js';
import { createReports, type ReportRequest } from '../../../src/services/reports.js';
import { createLedgerService } from '../../../src/services/ledger/service.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import type { Store } from '../../../src/store/store.js';
import { dayMs, november, october } from '../../support/ledger.js';
import { maintenanceOf, statedOctober, statementsOf } from '../../support/statements.js';
import { tempDir } from '../../support/temp-dir.js';

/** Every database that a version sealed, in a folder named by the version. */
const folder = import.meta.dirname;
export const sets = (): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));

/** The names of the customers in many scripts, and a reseller above the end customer. */
const named = (text: string): string =>
  text
    .replace('customers: [{ id: bank }]', `customers:
  - { id: bank, name: 海港銀行 Škoda Łódź ΑΒΓ Москва 한국 }
  - { id: lion, name: "Lion Networks (Pte), Ltd." }
resale: [{ seller: lion, buyer: bank, from: 2026-01-01 }]`)
    .replace('{ id: central, customer: bank }', '{ id: central, customer: bank, name: "Central, 1 Harbour Road" }');

/** The documents of a set: each revision of a statement, and what has several of them. */
const asked: readonly Pick<ReportRequest, 'selection' | 'revision'>[] = [
  { selection: { by: 'service', id: 'single' }, revision: 1 },
  { selection: { by: 'service', id: 'other' }, revision: 1 },
  { selection: { by: 'service', id: 'other' }, revision: 2 },
  { selection: { by: 'customer', id: 'bank' }, revision: null },
  { selection: { by: 'site', id: 'central' }, revision: null },
  { selection: { by: 'reseller', id: 'lion' }, revision: null },
];

export type Hashes = Readonly<Record<string, string>>;

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** How each figure of a report's statements comes about, as it is told in a language. */
function explained({ statements }: Report, language: ReportLanguage): string {
  const locale = localeOf(language);
  return statements
    .map(({ document }) =>
      JSON.stringify([derivationOf(document, locale), changeLines(locale.words, document.change?.why ?? [])]),
    )
    .join('\n');
}

/** The hash of every document in every format and language, by what it is. */
export async function hashesOf(store: Store, config: Config, now: number): Promise<Hashes> {
  const reports = createReports({ store, config: () => config, now: () => now, software: 'another version' });
  const hashes: Record<string, string> = {};
  for (const { selection, revision } of asked) {
    const report = await reports.report({ month: '2026-10', selection, revision, toDate: false });
    const what = `${selection.by} ${selection.id ?? ''}${revision === null ? '' : ` r${revision}`}`;
    for (const language of reportLanguages) {
      hashes[`${what} explain ${language}`] = sha256(explained(report, language));
      for (const format of reportFormats)
        hashes[`${what} ${format} ${language}`] = sha256(await renderReport(report, format, language));
    }
  }
  return hashes;
}

/** Seals a month by this version, and stores the database, its configuration and the hashes for good. */
export async function makeSet(name: string): Promise<void> {
  const month = await statedOctober(named);
  const statements = await statementsOf(month);
  await statements.close('2026-10');
  await statements.seal('ann', { month: '2026-10', services: null, acceptIncomplete: null });
  const ledger = createLedgerService({ store: month.store, config: () => month.config, now: () => november });
  const from = october + 12 * dayMs;
  const [late] = await ledger.propose('ann', [maintenanceOf('FRA', from, from + dayMs)]);
  await ledger.decide('bob', 'approve', late?.id ?? '', null);
  await statements.revise('bob', { month: '2026-10', services: ['other'], acceptIncomplete: null });
  const hashes = await hashesOf(month.store, month.config, november);
  await month.store.close();
  const to = join(folder, name);
  mkdirSync(to, { recursive: true });
  const settings = JSON.parse(readFileSync(month.file, 'utf8')) as object;
  const config = { ...settings, store: { path: 'pop-sla.db' }, customers: 'customers.yaml' };
  writeFileSync(join(to, 'pop-sla.yaml'), `${JSON.stringify(config, null, 2)}\n`);
  writeFileSync(join(to, 'customers.yaml'), readFileSync(join(month.folder, 'customers.yaml')));
  writeFileSync(join(to, 'pop-sla.db.gz'), gzipSync(readFileSync(month.config.store.path), { level: 9 }));
  writeFileSync(join(to, 'hashes.json'), `${JSON.stringify(hashes, null, 2)}\n`);
}

export interface OpenedSet {
  readonly hashes: Hashes;
  /** A copy, which this version has brought to its own schema. */
  readonly store: Store;
  readonly config: Config;
}

/** Opens a copy of a set by this version. `change` is made to the files of its configuration. */
export async function openSet(
  name: string,
  change: (file: 'pop-sla.yaml' | 'customers.yaml', text: string) => string = (_file, text) => text,
): Promise<OpenedSet> {
  const [from, to] = [join(folder, name), tempDir()];
  for (const file of ['pop-sla.yaml', 'customers.yaml'] as const)
    writeFileSync(join(to, file), change(file, readFileSync(join(from, file), 'utf8')));
  writeFileSync(join(to, 'pop-sla.db'), gunzipSync(readFileSync(join(from, 'pop-sla.db.gz'))));
  const loaded = await loadConfig(join(to, 'pop-sla.yaml'));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const hashes = JSON.parse(readFileSync(join(from, 'hashes.json'), 'utf8')) as Hashes;
  return { hashes, config: loaded.config, store: await openSqliteStore({ path: join(to, 'pop-sla.db') }) };
}

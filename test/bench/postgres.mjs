// What PostgreSQL as the store costs, on a server of the bench's own: rounds by COPY through the port; a month of a mesh
// copied from SQLite; that month closed. Figures are printed; only numbers of rows are checked.
//   npm run build && node test/bench/postgres.mjs [PoPs = 50] [services = 500] [folder to keep the SQLite file in]
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { popNames } from './evaluate/generate-case.mjs';
import { fillMonth } from './evaluate/fill-month.mjs';
import { settings, startServer } from './postgres/server.mjs';
import { enterMonth, writeConfig } from './statements/fill-book.mjs';

const pops = Number(process.argv[2] ?? 50);
const services = Number(process.argv[3] ?? 500);
const folder = process.argv[4] ?? mkdtempSync(join(tmpdir(), 'pop-sla-bench-'));
const run = async (name, ...args) => {
  const child = fileURLToPath(new URL(`./postgres/${name}.mjs`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [child, ...args.map(String)]);
  return JSON.parse(stdout);
};
const took = ({ cpuSeconds, peakMib }) =>
  `${cpuSeconds.toFixed(1)} s of CPU here, peak RSS ${peakMib.toFixed(0)} MiB`;
const perSecond = (rows, seconds) => Math.round(rows / seconds).toLocaleString('en');

const server = await startServer();
try {
  const [{ server_version: version }] = await server.ask('SHOW server_version');
  console.log(`PostgreSQL ${version}, ${settings.join(', ')}`);
  const schemaOf = async (name) => {
    await server.ask(`CREATE SCHEMA ${name}`);
    return `${server.url}?options=${encodeURIComponent(`-c search_path=${name}`)}`;
  };

  const ingest = await run('ingest', await schemaOf('ingest'), 200);
  console.log(
    `ingest: ${ingest.rows} rows (path, slot, size) with their packets in ${ingest.seconds.toFixed(1)} s: ` +
      `${perSecond(ingest.rows, ingest.seconds)} rows/s, ${took(ingest)}`,
  );

  mkdirSync(folder, { recursive: true });
  const database = join(folder, 'pop-sla.db');
  const names = popNames(pops);
  const paths = names.flatMap((a) => names.flatMap((b) => (a === b ? [] : [`${a}>${b}`])));
  const config = writeConfig({ folder, database, names, services, paths });
  if (!existsSync(database)) {
    await fillMonth(database, paths);
    await enterMonth({ database, names });
  }
  const url = await schemaOf('mesh');
  const copy = await run('copy', database, url);
  console.log(
    `store copy: ${copy.rows} rows in ${copy.copySeconds.toFixed(1)} s (${perSecond(copy.rows, copy.copySeconds)} rows/s), ` +
      `verified in ${copy.verifySeconds.toFixed(1)} s; ${took(copy)}`,
  );

  const hub = join(folder, 'hub.yaml');
  writeFileSync(hub, JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), store: url }));
  const close = await run('close-month', hub);
  if (close.drafts !== services) throw new Error(`${close.drafts} drafts, not ${services}`);
  console.log(
    `month close: ${close.drafts} drafts of ${paths.length} paths in ${close.seconds.toFixed(1)} s; ${took(close)}`,
  );
} finally {
  await server.stop();
  if (!process.argv[4]) rmSync(folder, { recursive: true, force: true });
}

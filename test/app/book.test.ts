import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startDaemon } from '../../src/app/daemon.js';
import { openLedger } from '../../src/app/services.js';
import { loadConfig } from '../../src/config/load.js';
import { ledgerConfig } from '../support/ledger.js';

/** The daemon in this process, on a file of customers with a bank. */
async function running(file: string) {
  const lines: string[] = [];
  const output = { write: (text: string) => void lines.push(text) };
  const daemon = await startDaemon({ configFile: file, version: '1.2.3', output });
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopped ??= daemon.stop());
  onTestFinished(stop);
  const get = async (path: string): Promise<unknown> =>
    (await fetch(`${daemon.address}/api/v1/${path}`)).json();
  const post = async (path: string, body: object): Promise<number> => {
    const headers = { 'x-pop-sla-actor': 'ann', 'content-type': 'application/json' };
    const asked = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(`${daemon.address}/api/v1/${path}`, asked)).status;
  };
  const customers = async (): Promise<string[]> =>
    ((await get('customers')) as { customers: { id: string }[] }).customers.map(({ id }) => id);
  return { daemon, stop, lines, get, post, customers };
}

test('what is entered of the book is in force at once, beside the file, and after a restart', async () => {
  const file = ledgerConfig();
  const book = join(dirname(file), 'customers.yaml');
  const first = await running(file);
  expect(await first.post('customers', { id: 'mill' })).toBe(201);
  expect(await first.customers()).toEqual(['bank', 'mill']);

  // The command line enters beside it.
  const loaded = await loadConfig(file);
  if (!loaded.ok) throw new Error('the file is refused');
  const beside = await openLedger({ config: loaded.config, now: Date.now, write: true });
  await beside.registry.add('bob', 'sites', { id: 'mill-east', customer: 'mill' }, null);
  await beside.close();
  expect(await first.get('sites')).toMatchObject({ sites: [{ id: 'central' }, { id: 'mill-east' }] });

  const good = readFileSync(book, 'utf8');
  writeFileSync(book, good.replace('{ id: bank }', '{ id: bank }, { id: shop }'));
  await first.daemon.reload();
  expect(await first.customers()).toEqual(['bank', 'shop', 'mill']);

  // A file that takes an entered id is refused whole.
  writeFileSync(book, good.replace('{ id: bank }', '{ id: bank }, { id: mill }'));
  await first.daemon.reload();
  expect(first.lines.join('')).toContain('entered by hand: B1 id');
  expect(await first.customers()).toEqual(['bank', 'shop', 'mill']);
  await first.stop();
  await expect(running(file)).rejects.toThrow(
    /entered by hand: B1 id.* "mill" is in the file .*customers\.yaml/,
  );

  writeFileSync(book, good);
  const second = await running(file);
  expect(await second.customers()).toEqual(['bank', 'mill']);
  expect(await second.get('audit')).toMatchObject({ ok: true, events: 2 });
  await second.stop();
}, 60_000);

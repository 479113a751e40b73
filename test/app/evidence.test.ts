import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { simulateHistory } from '../../src/app.js';
import { loadConfig } from '../../src/config/load.js';
import { createLedgerService } from '../../src/services/ledger/service.js';
import { createStatements } from '../../src/services/statements/statements.js';
import { keyFolder, makePair } from '../../src/seal/keys.js';
import { makePack, openPack } from '../../src/seal/pack.js';
import type { PathId } from '../../src/core/types.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { runCli } from '../support/cli.js';
import { tempDir } from '../support/temp-dir.js';

const now = (): number => Date.parse('2026-03-05T00:00:00Z');
const month = '2026-02';
/** Of the first week of a month, and all of them are of one customer with three services. */
let folder: string;
let config: string;
const pack = (): string => join(folder, 'pack.zip');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pop-sla-test-'));
  config = join(folder, 'backbone.yaml');
  await simulateHistory({
    pops: 3,
    seed: 7,
    services: 6,
    from: '2026-02-01',
    until: '2026-02-09',
    database: join(folder, 'backbone.db'),
    configFile: config,
    customersFile: join(folder, 'customers.yaml'),
    packets: 'last-month',
    command: 'pop-sla simulate',
    version: '0.0.0-test',
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  writeFileSync(config, `${readFileSync(config, 'utf8')}keys:\n  folder: ${join(folder, 'keys')}\n`);
  await keyFolder(join(folder, 'keys')).make();
  const store = await openSqliteStore({ path: join(folder, 'backbone.db') });
  const watchers = await store.watch.watchers();
  const traces = watchers.map(({ observer, port }) => ({
    observer,
    port,
    at: Date.parse('2026-02-03T00:00:00Z'),
    reason: 'severe' as const,
    address: '192.0.2.66',
    runs: [{ method: 'udp' as const, hops: [], reached: true, failure: null }],
  }));
  await store.watch.put({ outages: [], states: [], spans: [], blind: [], traces });
  await store.close();
  const made = await runCli(
    ['evidence', '--service', service, '--month', month, '-o', pack(), '-c', config],
    { now },
  );
  expect(made.stderr).toBe('');
  expect(made.stdout).toMatch(
    /pack\.zip: 2026-02\/\S+, revision 1 \(draft\), \d+ slots, \d+ rounds with every packet/,
  );
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
});
const service = 'harbour-bank-sin-1';

const verify = (...args: string[]) => runCli(['verify', ...args], { now });
/** The files of the pack, changed, in a pack of somebody who has no key: all hashes are right again. */
function forged(change: (files: Map<string, string>) => void): string {
  const { members } = openPack(readFileSync(pack()), null);
  const files = new Map([...members].map(([name, content]) => [name, Buffer.from(content).toString()]));
  change(files);
  const file = join(tempDir(), 'forged.zip');
  const again = [...files].map(([name, text]) => ({ name, content: Buffer.from(text) }));
  writeFileSync(file, makePack(again, null));
  return file;
}
const replace = (name: string, from: string | RegExp, to: string) => (files: Map<string, string>) => {
  const before = files.get(name) ?? '';
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  files.set(name, after);
};
/** Changes the first row that `wanted` says yes to. */
const edit =
  (name: string, wanted: (row: Row) => boolean, change: (row: Row) => void) =>
  (files: Map<string, string>) => {
    const rows = (files.get(name) ?? '').split('\n').slice(0, -1);
    const index = rows.findIndex((row) => wanted(JSON.parse(row) as Row));
    expect(index).toBeGreaterThanOrEqual(0);
    const row = JSON.parse(rows[index] ?? '') as Row;
    change(row);
    files.set(name, rows.map((each, place) => `${place === index ? JSON.stringify(row) : each}\n`).join(''));
  };
/** A row of any kind, to be spoilt. */
interface Row {
  path: string;
  port: string;
  slot: number;
  status: string;
  actor: string;
  action: object;
  end: { at: number } | null;
  sizes: [{ rttSumUs: number; rttMinUs: number; rttMaxUs: number; received: number; packets?: unknown[] }];
}

describe('an evidence pack', () => {
  test('is verified without a database and a configuration, and says what was checked', async () => {
    const run = await verify(pack());
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(
      /^2026-02\/harbour-bank-sin-1, revision 1 \(draft\), as of 2026-03-05T08:00:00\+08:00\n/,
    );
    expect(run.stdout).toMatch(/signed by the key [0-9a-f]{32}: compare it/);
    expect(run.stdout).toMatch(/ledger: \d+ events in an unbroken chain/);
    expect(run.stdout).toMatch(
      /judged once more from the rows: all \d+ values of the statement are the same\nverified\n$/,
    );
  });

  test('holds the traces of the paths to its ports, and of no others', () => {
    const { members } = openPack(readFileSync(pack()), null);
    const rowsOf = (name: string) =>
      Buffer.from(members.get(name) ?? '')
        .toString()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { port: string; observer: string; reason: string });
    const traces = rowsOf('traces.jsonl');
    expect(traces.length).toBeGreaterThan(0);
    expect(new Set(traces.map(({ reason }) => reason))).toEqual(new Set(['severe']));
    const watched = new Set(rowsOf('watchers.jsonl').map(({ port }) => port));
    expect(new Set(traces.map(({ port }) => port))).toEqual(watched);
  });

  test('is verified by its key, and by no other', async () => {
    const [key] = await keyFolder(join(folder, 'keys')).list();
    const own = join(tempDir(), 'own.pub');
    writeFileSync(own, key?.pem ?? '');
    expect((await verify(pack(), '--key', own)).stdout).toContain('the one that was given');
    const other = join(tempDir(), 'other.pub');
    writeFileSync(other, makePair().publicPem);
    const run = await verify(pack(), '--key', other);
    expect(run.code).toBe(1);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(/not verified: it is signed by the key [0-9a-f]{32}, not by/);
  });

  describe('that was made with other time zone data', () => {
    const here = process.versions['tz'] ?? '';

    const elsewhere = (files: Map<string, string>): void => {
      replace('statement.json', `"zoneData":"${here}"`, '"zoneData":"1999a"')(files);
    };

    test('says so, and whether the month has the same bounds', async () => {
      expect((await verify(pack())).stdout).not.toContain('time zone data');
      const run = await verify(forged(elsewhere));
      expect(run.stdout).toContain(
        `  time zone data: 1999a there, ${here} here; the month's bounds are the same by both\n`,
      );
      expect(run.code).toBe(0);
    });

    test('which had other bounds is not verified, and told what to verify it by', async () => {
      const earlier = (files: Map<string, string>): void => {
        elsewhere(files);
        const statement = JSON.parse(files.get('statement.json') ?? '') as {
          parts: { zone: string; period: { from: string; to: string } }[];
        };
        for (const { period } of statement.parts) period.from = '2026-01-31T23:00:00+08:00';
        files.set('statement.json', JSON.stringify(statement));
      };
      const run = await verify(forged(earlier));
      expect(run.code).toBe(1);
      expect(run.stdout).toContain(
        `time zone data: 1999a there, ${here} here, and the month's bounds differ: verify it by a Node.js with zone data 1999a`,
      );
      expect(run.stdout).toMatch(
        / {4}Asia\/\S+: 2026-01-31T23:00:00\+08:00 to \S+ there, 2026-02-01T00:00:00\+08:00 to \S+ here\n/,
      );
    });
  });

  test('whose statement records no time zone data, as those of 0.1.0, is verified', async () => {
    const before = replace('statement.json', /,"zoneData":"[^"]+"/, '');
    const run = await verify(forged(before));
    expect(run.stdout).toMatch(/all \d+ values of the statement are the same\nverified\n$/);
  });

  test('holds what the customer has to do with, and nobody’s name', () => {
    const { members } = openPack(readFileSync(pack()), null);
    const text = (name: string): string => Buffer.from(members.get(name) ?? '').toString();
    const terms = text('terms.json');
    expect(terms).toContain(service);
    expect(terms).not.toContain('海港銀行');
    expect(terms).not.toContain('delta-logistics');
    expect(terms).not.toContain('198.18.');
    const events = text('ledger.jsonl')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Row);
    expect(events.length).toBeGreaterThan(0);
    expect(text('packets.jsonl').split('\n').length).toBeGreaterThan(300);
    expect(text('README.txt')).toContain('pop-sla verify');
  });

  test('is the same when it is made again', async () => {
    const again = join(tempDir(), 'again.zip');
    await runCli(['evidence', '--service', service, '--month', month, '-o', again, '-c', config], { now });
    expect(readFileSync(again).equals(readFileSync(pack()))).toBe(true);
  });

  test('holds the slots of the month, and none of those that a daemon measured or missed before and after', async () => {
    const { members } = openPack(readFileSync(pack()), null);
    const text = (name: string): string => Buffer.from(members.get(name) ?? '').toString();
    const { parts } = JSON.parse(text('statement.json')) as {
      parts: { period: { from: string; to: string } }[];
    };
    const [from, to] = [parts[0]?.period.from ?? '', parts[0]?.period.to ?? ''].map((at) => Date.parse(at));
    if (from === undefined || to === undefined) throw new Error('the statement has no period');
    const slots = text('rounds.jsonl')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { path: PathId; slot: number });
    expect(slots.filter(({ slot }) => slot < from || slot >= to)).toEqual([]);
    const store = await openSqliteStore({ path: join(folder, 'backbone.db') });
    const half = 1_800_000;
    for (const path of new Set(slots.map((each) => each.path))) {
      const slotsOutside = [from - 2 * half, from - half, to, to + half];
      const marked = await store.rounds.putMissing(
        slotsOutside.map((slot) => ({ path, slot, reason: 'stopped' as const })),
      );
      expect(marked).toBeGreaterThan(0);
    }
    await store.close();
    const again = join(tempDir(), 'later.zip');
    const made = await runCli(
      ['evidence', '--service', service, '--month', month, '-o', again, '-c', config],
      { now },
    );
    expect(made.stdout).toContain(`, ${slots.length} slots, `);
    expect(readFileSync(again).equals(readFileSync(pack()))).toBe(true);
  });

  test('with a change of one bit anywhere is not verified', async () => {
    const sound = readFileSync(pack());
    const step = Math.max(1, Math.floor(sound.length / 60));
    for (let at = 0; at < sound.length; at += step) {
      const changed = Buffer.from(sound);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      expect(() => openPack(changed, null), `byte ${at}`).toThrow();
    }
    const file = join(tempDir(), 'cut.zip');
    writeFileSync(file, sound.subarray(0, sound.length - 1));
    const run = await verify(file);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/cut\.zip: not verified: /);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('a pack whose hashes were made anew after a change is found out by what it says', () => {
  const isMeasured = (row: Row): boolean => row.status === 'ok';
  test.each<[string, (files: Map<string, string>) => void, RegExp]>([
    [
      'a round with a smaller delay',
      edit('rounds.jsonl', isMeasured, (row) => (row.sizes[0].rttSumUs -= 1_000)),
      /packets\.jsonl, line \d+: the packets are not those of the round|differ|stated/,
    ],
    [
      'a round and its packets',
      (files) => {
        for (const path of ['HKG>SIN', 'SIN>HKG', 'SIN>FRA', 'FRA>SIN']) {
          if (!(files.get('packets.jsonl') ?? '').includes(path)) continue;
          const own = (row: Row): boolean =>
            row.path === path && typeof row.sizes[0].packets?.[0] === 'number';
          let slot = 0;
          edit('packets.jsonl', own, (row) => {
            slot = row.slot;
            const { packets = [] } = row.sizes[0];
            row.sizes[0].packets = packets.map((each) => (typeof each === 'number' ? 1 : each));
          })(files);
          edit(
            'rounds.jsonl',
            (row) => row.path === path && row.slot === slot,
            (row) => {
              const [size] = row.sizes;
              size.rttSumUs = size.received;
              size.rttMinUs = 1;
              size.rttMaxUs = 1;
            },
          )(files);
          return;
        }
        throw new Error('no path of the service');
      },
      /the rows give another statement\n(.*\n)*.*inputs\.rounds\.digest: stated/,
    ],
    [
      'a held round that is said to be missing',
      edit('rounds.jsonl', isMeasured, (row) => (row.status = 'failed')),
      /the rows give another statement|packets/,
    ],
    [
      'an outage that ended earlier',
      edit(
        'outages.jsonl',
        (row) => row.port === 'SIN' && row.end !== null,
        ({ end }) => {
          if (end) end.at -= 10_000;
        },
      ),
      /the rows give another statement\n(.*\n)*.*outages\[\d+\]\.to: stated/,
    ],
    ['time that was watched, and is not any more', (files) => files.set('spans.jsonl', ''), /unobserved/],
    [
      'a larger credit in the statement',
      replace('statement.json', /"credit":"[\d.]+","net"/, '"credit":"999.00","net"'),
      /total\.credit: stated "999\.00"/,
    ],
    [
      'other terms',
      replace(
        'terms.json',
        /"monthlyRent":\{"minor":\{"\$bigint":"\d+"/,
        '"monthlyRent":{"minor":{"$bigint":"1"',
      ),
      /stated/,
    ],
    [
      'an approval by somebody else',
      edit(
        'ledger.jsonl',
        (row) => 'action' in row,
        (row) => (row.actor = 'Nobody'),
      ),
      /ledger\.jsonl, line \d+: its hash is not that of its text/,
    ],
    [
      'an event left out',
      (files) => files.set('ledger.jsonl', (files.get('ledger.jsonl') ?? '').split('\n').slice(1).join('\n')),
      /ledger\.jsonl, line 1: event 1 is missing/,
    ],
    [
      'the last event left out',
      (files) =>
        files.set(
          'ledger.jsonl',
          (files.get('ledger.jsonl') ?? '')
            .split('\n')
            .slice(0, -2)
            .map((line) => `${line}\n`)
            .join(''),
        ),
      /ledger\.jsonl ends with event \d+; the statement was created at event/,
    ],
    ['a row that is no JSON', replace('states.jsonl', '{', '['), /states\.jsonl, line 1 can't be read/],
    [
      'a row of another form',
      replace('spans.jsonl', /^.*\n/, 'null\n'),
      /spans\.jsonl, line 1 can't be read/,
    ],
    ['a file less', (files) => void files.delete('outages.jsonl'), /outages\.jsonl is missing/],
    ['a file more', (files) => files.set('extra.txt', 'x'), /extra\.txt is no file of an evidence pack/],
    [
      'an attachment that is another',
      (files) => files.set(`attachments/${'0'.repeat(64)}`, 'x'),
      /has another hash than its name/,
    ],
    ['no terms', (files) => files.set('terms.json', '{}'), /terms\.json has no book/],
    ['no statement', (files) => files.set('statement.json', 'null'), /statement\.json is no statement/],
    ['rounds of nothing', (files) => files.set('rounds.jsonl', '{}\n'), /not verified/],
  ])('%s', async (_name, change, said) => {
    const run = await verify(forged(change));
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^pop-sla: .*forged\.zip: not verified: /);
    expect(run.stderr).toMatch(said);
    expect(run.stdout).not.toContain('\nverified\n');
  });

  test('without a change it is verified, and is said not to be signed', async () => {
    const run = await verify(forged(() => undefined));
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('not signed: it shows that nothing was spoilt on the way, not who made it');
  });
});

describe('what there is no evidence of is refused in one line', () => {
  const evidence = (...args: string[]) => runCli(['evidence', '-c', config, ...args], { now });
  test.each([
    [['--service', 'nobody', '--month', month], /no service 'nobody'; allowed: cascadia-games-fra-5, /],
    [
      ['--service', service, '--month', '2025-01'],
      /service 'harbour-bank-sin-1' has no day in 2025-01; allowed: a month from 2026-02-01/,
    ],
    [['--service', service, '--month', '2026-13'], /allowed: a month/],
  ])('%j', async (args, said) => {
    const file = join(tempDir(), 'x.zip');
    const run = await evidence(...args, '-o', file);
    expect(run.code).toBe(2);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
    expect(run.stderr).toMatch(said);
    expect(run.stdout).toBe('');
  });

  test('a file that is there, a folder that is not, a pack that is not', async () => {
    const there = await evidence('--service', service, '--month', month, '-o', pack());
    expect(there).toMatchObject({
      code: 2,
      stderr: `pop-sla: ${pack()} is there already; allowed: a new file\n`,
    });
    const nowhere = await evidence('--service', service, '--month', month, '-o', join(folder, 'no', 'x.zip'));
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toContain('is no folder');
    const none = await verify(join(folder, 'none.zip'));
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("none.zip can't be read (ENOENT)");
  });
});

describe('a statement that was sealed, and revised', () => {
  test('has its revisions in the pack, each sealed and following the one before', async () => {
    const own = tempDir();
    for (const name of ['backbone.db', 'customers.yaml']) copyFileSync(join(folder, name), join(own, name));
    const file = join(own, 'backbone.yaml');
    writeFileSync(
      file,
      readFileSync(config, 'utf8').replaceAll(join(folder, 'backbone.db'), join(own, 'backbone.db')),
    );
    const loaded = await loadConfig(file, own);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const store = await openSqliteStore({ path: loaded.config.store.path });
    onTestFinished(() => store.close());
    const statements = createStatements({
      store,
      config: () => loaded.config,
      now,
      software: '0.0.0-test',
      signer: () => keyFolder(join(folder, 'keys')).signer(),
    });
    const request = { month, services: [service], acceptIncomplete: 'the first week only' };
    expect(await statements.seal('Finance', request)).toMatchObject([{ outcome: 'sealed', revision: 1 }]);

    const evidence = (output: string) =>
      runCli(['evidence', '--service', service, '--month', month, '-o', output, '-c', file], { now });
    const first = join(own, 'first.zip');
    expect((await evidence(first)).stdout).toContain('revision 1 (sealed)');
    expect((await verify(first)).stdout).toMatch(
      /revisions: 1 sealed, in an unbroken chain\n(.*\n)*verified\n$/,
    );

    // A late correction: what was sealed is not what the rows give any more, until it is revised.
    const ledgerService = createLedgerService({ store, config: () => loaded.config, now });
    const outages = await ledgerService.outages({ port: 'SIN', from: 0 });
    const measured = outages.find((one) => one.corrections.length === 0 && one.measured?.end)?.measured;
    if (!measured?.end) throw new Error('no outage to be corrected');
    await ledgerService.correct('Ann', {
      of: { observer: measured.observer, port: 'SIN', start: measured.start.at },
      port: 'SIN',
      interval: { from: measured.start.at, to: measured.end.at + 60_000 },
      reason: 'the line card came back later',
      evidence: null,
      attachments: [],
    });
    expect(await statements.revise('Finance', request)).toMatchObject([{ outcome: 'sealed', revision: 2 }]);
    const second = join(own, 'second.zip');
    expect((await evidence(second)).stdout).toContain('revision 2 (sealed)');
    const verified = await verify(second);
    expect(verified.stderr).toBe('');
    expect(verified.stdout).toMatch(/revisions: 2 sealed, in an unbroken chain\n(.*\n)*verified\n$/);

    const { members } = openPack(readFileSync(second), null);
    const spoilt = (change: (text: string) => string) => {
      const files = [...members].map(([name, content]) => {
        const text = Buffer.from(content).toString();
        return { name, content: Buffer.from(name === 'revisions.jsonl' ? change(text) : text) };
      });
      const forgedFile = join(tempDir(), 'forged.zip');
      writeFileSync(forgedFile, makePack(files, null));
      return verify(forgedFile);
    };
    const lines = (text: string): string[] => text.split('\n').slice(0, -1);
    expect((await spoilt((text) => `${lines(text)[1] ?? ''}\n`)).stderr).toContain('and not revision 1 of');
    expect((await spoilt((text) => `${lines(text)[0] ?? ''}\n`)).stderr).toContain(
      'is not the last of its sealed revisions',
    );
    expect(
      (await spoilt((text) => text.replace('"sealedBy":"Finance"', '"sealedBy":"Nobody"'))).stderr,
    ).toContain('has a signature that is not its own');
    expect((await spoilt((text) => text.replace('the first week only', 'all is well'))).stderr).toContain(
      'its hash is not that of its text',
    );
  });
});

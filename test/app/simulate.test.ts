import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { openLedger, readStore, simulateHistory, type SimulateHistoryOptions } from '../../src/app.js';
import { loadConfig } from '../../src/config/load.js';
import { contentDigest, integrityOf } from '../support/database.js';
import { tempDir } from '../support/temp-dir.js';

const day = 86_400_000;
const from = Date.parse('2026-02-01T00:00:00+08:00');
const until = Date.parse('2026-02-13T00:00:00+08:00');

const optionsIn = (folder: string): SimulateHistoryOptions => ({
  pops: 3,
  seed: 7,
  services: 6,
  from: '2026-02-01',
  until: '2026-02-13',
  database: join(folder, 'backbone.db'),
  configFile: join(folder, 'backbone.yaml'),
  customersFile: join(folder, 'backbone.customers.yaml'),
  packets: 'last-month',
  command: 'pop-sla simulate',
  version: '0.0.0-test',
  onProgress: () => undefined,
  signal: new AbortController().signal,
});

async function opened(folder: string) {
  const loaded = await loadConfig(join(folder, 'backbone.yaml'), folder);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

describe('a simulated history', () => {
  let folder: string;
  let rounds: number;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pop-sla-test-'));
    ({ rounds } = await simulateHistory(optionsIn(folder)));
    return () => {
      rmSync(folder, { recursive: true, force: true });
    };
  });

  test('is three files, nothing beside them, and a sound database', () => {
    expect(readdirSync(folder).sort()).toEqual(['backbone.customers.yaml', 'backbone.db', 'backbone.yaml']);
    expect(integrityOf(join(folder, 'backbone.db'))).toBe('ok');
  });

  test('accounts for every slot of every path of the mesh: measured, or missing with a reason', async () => {
    const store = await readStore(await opened(folder));
    onTestFinished(() => store.close());
    const known = await store.paths.known();
    expect([...known.keys()]).toEqual(['FRA>HKG', 'FRA>SIN', 'HKG>FRA', 'HKG>SIN', 'SIN>FRA', 'SIN>HKG']);
    let measured = 0;
    const reasons = new Set<string>();
    for (const path of known.keys()) {
      const slots = await store.rounds.list({ path, from, to: until, limit: 10_000 });
      expect(slots).toHaveLength(((until - from) / day) * 48);
      for (const slot of slots) {
        if (slot.status === 'missing') reasons.add(slot.reason);
        else measured += 1;
      }
    }
    expect(measured).toBe(rounds);
    // The first PoP's daemon is away once at least.
    expect(reasons).toContain('stopped');
  });

  test('has delays that the distance gives, some packets lost, and each of them kept', async () => {
    const store = await readStore(await opened(folder));
    onTestFinished(() => store.close());
    const [sums] = await store.rounds.monthSums({ paths: ['HKG>FRA'], from, to: until });
    const { rttSumUs = 0n, received = 1 } =
      [...(sums?.latency ?? [])].sort((a, b) => Number(b.rttSumUs - a.rttSumUs))[0] ?? {};
    const held = sums?.roundsHeld ?? 0;
    // 9,166 km by the great circle: 90 ms there and back if fibre lay straight.
    expect(Number(rttSumUs) / received / held / 3).toBeGreaterThan(90_000 / 2);
    const [first] = await store.rounds.list({ path: 'HKG>FRA', from, to: until, limit: 1 });
    if (!first || first.status === 'missing') throw new Error('the last slot was not measured');
    const mean = (first.sizes[0]?.rttSumUs ?? 0) / (first.sizes[0]?.received ?? 1);
    expect(mean).toBeGreaterThan(90_000);
    expect(mean).toBeLessThan(330_000);
    const packets = await store.rounds.packets('HKG>FRA', first.slot);
    expect(packets?.map((size) => size.packets.length)).toEqual([100, 100, 100]);
    expect(sums?.loss.some(({ lost }) => lost > 0n)).toBe(true);
  });

  test('has outages that every other PoP saw, time that nobody watched, and an orderly end', async () => {
    const store = await readStore(await opened(folder));
    onTestFinished(() => store.close());
    const outages = await store.watch.outages();
    const observers = new Set(outages.filter(({ port }) => port === 'SIN').map(({ observer }) => observer));
    expect(observers).toEqual(new Set(['HKG', 'FRA']));
    expect(outages.filter(({ end, voided }) => end === null && voided === null)).toEqual([]);
    const blind = await store.watch.blind({ observer: 'HKG' });
    expect(blind.map(({ reason }) => reason)).toContain('stopped');
    for (const observer of ['HKG', 'SIN', 'FRA'])
      expect((await store.watch.latestSpan(observer))?.to).toBe(until);
    expect((await store.runs.latest())?.stoppedAt).toBe(until);
  });

  test('is judged by what people entered through the desk: told, approved by a second person', async () => {
    const config = await opened(folder);
    const ledger = await openLedger({ config, now: () => until, write: false });
    onTestFinished(() => ledger.close());
    expect((await ledger.audit()).ok).toBe(true);
    const exclusions = await ledger.ledgerService.exclusions();
    expect(exclusions.some(({ state }) => state === 'approved')).toBe(true);
    for (const { proposed, approved } of exclusions) expect(approved?.actor).not.toBe(proposed.actor);
    const [judged] = await ledger.month('2026-02');
    expect(judged?.services.map(({ terms }) => terms.class)).toEqual(
      expect.arrayContaining(['single', 'protected-single', 'protected-dual', 'premium']),
    );
    expect(new Set(judged?.services.map(({ terms }) => terms.monthlyRent.currency)).size).toBeGreaterThan(1);
    for (const { latency } of judged?.paths ?? []) expect(latency.held).toBeGreaterThan(500);
    expect(judged?.paths.map(({ latencyBand }) => latencyBand?.id)).toContain('severe');
    expect(
      (await ledger.ledgerService.outages()).filter(({ corrections }) => corrections.length > 0),
    ).toHaveLength(1);
  });

  test('comes again with the same seed, row by row, and is another one with another', async () => {
    const again = tempDir();
    await simulateHistory(optionsIn(again));
    expect(contentDigest(join(again, 'backbone.db'))).toBe(contentDigest(join(folder, 'backbone.db')));
    const text = (inFolder: string, name: string): string => readFileSync(join(inFolder, name), 'utf8');
    expect(text(again, 'backbone.customers.yaml')).toBe(text(folder, 'backbone.customers.yaml'));
    const other = tempDir();
    await simulateHistory({ ...optionsIn(other), seed: 8, until: '2026-02-06', packets: 'none' });
    expect(text(other, 'backbone.yaml')).not.toBe(text(folder, 'backbone.yaml'));
    const store = await readStore(await opened(other));
    onTestFinished(() => store.close());
    const [first] = await store.rounds.list({ path: 'HKG>FRA', limit: 1 });
    expect(first && (await store.rounds.packets('HKG>FRA', first.slot))).toBeNull();
  });
});

describe('a history that is not finished', () => {
  test('leaves nothing behind', async () => {
    const folder = tempDir();
    const ending = new AbortController();
    const made = simulateHistory({
      ...optionsIn(folder),
      signal: ending.signal,
      onProgress: ({ doing, done }) => {
        if (doing === 'playing the rounds' && done > 100) ending.abort(new Error('enough'));
      },
    });
    await expect(made).rejects.toThrow('enough');
    expect(readdirSync(folder)).toEqual([]);
    expect(existsSync(join(folder, 'backbone.db'))).toBe(false);
  });
});

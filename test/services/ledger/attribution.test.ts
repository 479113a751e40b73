import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { attributedLately, attributeOutages } from '../../../src/services/ledger/attribution.js';
import { showOutages } from '../../../src/services/ledger/entries.js';
import type { ObservedOutage } from '../../../src/core/watch/outage.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import type { Store } from '../../../src/store/store.js';
import { hourMs, minuteMs, october, outage } from '../../support/ledger.js';
import { received, round, sample } from '../../support/rounds.js';
import { tempDir } from '../../support/temp-dir.js';

const start = october + 9 * hourMs;
const end = start + 40 * minuteMs;
const seenBy = (observer: string, port: string): ObservedOutage => ({
  ...outage(port, start, end),
  observer,
});

/** A store in which so many watched so much for a day, with these outages. */
async function watched(pairs: readonly string[], outages: readonly ObservedOutage[]): Promise<Store> {
  const store = await openSqliteStore({ path: join(tempDir(), 'x.db') });
  onTestFinished(() => store.close());
  const observers = [...new Set(pairs.map((pair) => pair.slice(0, 3)))];
  await store.watch.put({
    outages,
    states: pairs.map((pair) => ({
      observer: pair.slice(0, 3),
      port: pair.slice(4),
      at: october,
      state: 'up',
      reason: null,
    })),
    spans: observers.map((observer) => ({ observer, from: october, to: october + 24 * hourMs })),
    blind: [],
  });
  return store;
}

async function told(store: Store): Promise<[string, string | undefined][]> {
  const shown = showOutages(await store.watch.outages(), { added: [], ofMeasured: new Map() });
  const options = { store, quorum: 'majority' as const, now: october + 48 * hourMs };
  const said = await attributeOutages(options, shown);
  return said.map(({ ref, attribution }) => [ref.split('/')[0] ?? '', attribution?.cause]);
}

test('one who does not reach a port that others reach has lost a path', async () => {
  const store = await watched(['HKG>SIN', 'HKG>FRA', 'FRA>SIN', 'LAX>SIN'], [seenBy('HKG', 'SIN')]);
  expect(await told(store)).toEqual([['SIN@HKG', 'path']]);
});

test('a port that nobody reaches has failed, while its agent reaches others', async () => {
  const pairs = ['HKG>SIN', 'HKG>FRA', 'FRA>SIN', 'SIN>HKG', 'SIN>FRA'];
  const store = await watched(pairs, [seenBy('HKG', 'SIN'), seenBy('FRA', 'SIN')]);
  expect(await told(store)).toEqual([
    ['SIN@FRA', 'port'],
    ['SIN@HKG', 'port'],
  ]);
});

test('a PoP has failed when its agent has gone silent with its port', async () => {
  const pairs = ['HKG>SIN', 'HKG>FRA', 'FRA>SIN', 'SIN>HKG', 'SIN>FRA'];
  const store = await watched(pairs, [seenBy('HKG', 'SIN'), seenBy('FRA', 'SIN')]);
  const blind = { observer: 'SIN', port: null, from: start, to: end, reason: 'isolated' as const };
  await store.watch.put({ outages: [], states: [], spans: [], blind: [blind] });
  expect(await told(store)).toEqual([
    ['SIN@FRA', 'pop'],
    ['SIN@HKG', 'pop'],
  ]);
});

test('one who reaches nobody, while others reach what it does not, was cut off itself', async () => {
  const pairs = ['HKG>SIN', 'HKG>FRA', 'FRA>SIN', 'FRA>HKG', 'SIN>FRA'];
  const store = await watched(pairs, [seenBy('HKG', 'SIN'), seenBy('HKG', 'FRA')]);
  expect(await told(store)).toEqual([
    ['FRA@HKG', 'isolated-agent'],
    ['SIN@HKG', 'isolated-agent'],
  ]);
});

test('a round that got through in the outage speaks for who does not watch', async () => {
  const store = await watched(['HKG>SIN', 'HKG>FRA'], [seenBy('HKG', 'SIN')]);
  expect(await told(store)).toEqual([['SIN@HKG', 'unconfirmed']]);
  const at = { slot: start, startedAt: start + minuteMs, endedAt: start + 3 * minuteMs };
  await store.rounds.put(
    round({ path: 'FRA>SIN', ...at, sizes: [sample(64, [received(20_000), received(21_000)])] }),
  );
  expect(await told(store)).toEqual([['SIN@HKG', 'path']]);
});

test('what was entered by hand was seen by nobody', async () => {
  const store = await watched(['HKG>SIN'], []);
  const byHand = { ref: 'C1', port: 'SIN', measured: null, corrections: [], counts: null };
  const shown = [{ ...byHand, longest: null, shortest: null }];
  const options = { store, quorum: 'majority' as const, now: end };
  expect(await attributeOutages(options, [...shown])).toEqual(shown);
});

test('what was said of an outage that is over is said again for a minute, of one that goes on never', async () => {
  const open = { ...seenBy('HKG', 'FRA'), end: null, closedAt: null };
  const store = await watched(['HKG>SIN', 'HKG>FRA'], [seenBy('HKG', 'SIN'), open]);
  const said = attributedLately();
  const at = async (now: number) => {
    const shown = showOutages(await store.watch.outages(), { added: [], ofMeasured: new Map() });
    const all = await said({ store, quorum: 'majority', now }, shown);
    return all.map(({ ref, attribution }) => `${ref.split('/')[0] ?? ''} ${attribution?.cause ?? ''}`);
  };
  const now = october + 20 * hourMs;
  expect(await at(now)).toEqual(['FRA@HKG unconfirmed', 'SIN@HKG unconfirmed']);
  const ran = { slot: start, startedAt: start + minuteMs, endedAt: start + 3 * minuteMs };
  for (const path of ['FRA>SIN', 'SIN>FRA'] as const)
    await store.rounds.put(round({ path, ...ran, sizes: [sample(64, [received(20_000)])] }));
  expect(await at(now + minuteMs - 1)).toEqual(['FRA@HKG path', 'SIN@HKG unconfirmed']);
  expect(await at(now + minuteMs)).toEqual(['FRA@HKG path', 'SIN@HKG isolated-agent']);
});

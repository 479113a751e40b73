import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, onTestFinished, test } from 'vitest';
import { minorOf } from '../../../src/core/money.js';
import { createBatches } from '../../../src/services/credits/batches.js';
import { createPeriods } from '../../../src/services/credits/periods.js';
import { createCredits } from '../../../src/services/credits/credits.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import type { Store } from '../../../src/store/store.js';
import { billingConfig, type Owed, sealOwed } from '../../support/billing.js';
import { openPostgresStore } from '../../../src/store/postgres/open.js';
import { startPostgres } from '../../support/postgres.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';

/** Services of a quarter: resold ones, one billed elsewhere, three currencies with two decimals and none. */
const services: readonly Omit<Owed, 'parts' | 'month'>[] = [
  { service: 'hb', customer: 'harbour-bank', sellers: ['lion', 'pacific'], currency: 'HKD' },
  { service: 'lion-own', customer: 'lion', sellers: ['pacific'], currency: 'HKD' },
  { service: 'plant', customer: 'plant', currency: 'EUR' },
  { service: 'tokyo', customer: 'yen', currency: 'JPY' },
];
const months = ['2026-10', '2026-11', '2026-12'];
const people = ['fiona', 'georg'] as const;
const mappings = ['generic', 'sap-fb01', 'oracle-autoinvoice'] as const;

type Step =
  | { readonly kind: 'seal'; readonly service: number; readonly month: number; readonly minor: number }
  | {
      readonly kind: 'export';
      readonly mapping: number;
      readonly month: number | null;
      /** The month that is said to be posted in; null: none is said. */
      readonly into: number | null;
    }
  | { readonly kind: 'lock' | 'unlock'; readonly month: number; readonly by: number }
  | { readonly kind: 'fetch' | 'confirm' | 'withdraw' | 'reverse'; readonly nth: number }
  | { readonly kind: 'crash' };

// Mostly the newest batch, so that steps of one batch follow one another.
const nth = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 3 }) });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('seal' as const),
      service: fc.nat({ max: services.length - 1 }),
      month: fc.nat({ max: months.length - 1 }),
      minor: fc.nat({ max: 1_000_000 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('export' as const),
      mapping: fc.nat({ max: mappings.length - 1 }),
      month: fc.option(fc.nat({ max: months.length - 1 }), { nil: null }),
      into: fc.option(fc.nat({ max: months.length - 1 }), { nil: null }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('lock' as const, 'lock' as const, 'unlock' as const),
      month: fc.nat({ max: months.length - 1 }),
      by: fc.nat({ max: people.length - 1 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('fetch' as const, 'confirm' as const, 'withdraw' as const, 'reverse' as const),
      nth,
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'crash' as const }) },
);

class Crash extends Error {}

/** A store that is cut off before or after its nth commit: what came through is on the disk, and nobody heard of it. */
function crashing(store: Store, at: { commits: number; after: boolean }): Store {
  const commit: Store['statements']['commit'] = async (change) => {
    at.commits -= 1;
    if (at.commits < 0 && !at.after) throw new Crash();
    const done = await store.statements.commit(change);
    if (at.commits < 0) throw new Crash();
    return done;
  };
  const { statements } = store;
  return { ...store, statements: { ...statements, commit } };
}

const amountText = (minor: number, currency: string): string =>
  currency === 'JPY' ? String(minor) : `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;

const add = (sums: Map<string, bigint>, currency: string, minor: bigint): void => {
  sums.set(currency, (sums.get(currency) ?? 0n) + minor);
};
const known = (sums: ReadonlyMap<string, bigint>): [string, bigint][] =>
  [...sums].filter(([, minor]) => minor !== 0n).sort();

/** What every batch and the ledger of credits say must agree, whatever happened before. */
async function check(store: Store): Promise<void> {
  const credits = await store.statements.credits();
  const batches = await store.batches.list();
  const exported = new Map<string, bigint>();
  const inBatches = new Map<string, string>();
  const numbers = new Map<string, number[]>();
  for (const { id, state, hash, mapping } of batches) {
    const batch = await store.batches.get(id);
    const bytes = (await store.batches.bytes(id)) ?? new Uint8Array();
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash);
    const { lines = [], notes = [] } = batch?.content ?? {};
    const sums = new Map<string, bigint>();
    for (const { currency, gross, net, tax, taxes } of lines) {
      expect(minorOf(net, currency) + minorOf(tax, currency)).toBe(minorOf(gross, currency));
      expect(taxes.reduce((sum, part) => sum + minorOf(part.gross, currency), 0n)).toBe(
        minorOf(gross, currency),
      );
      add(sums, currency, minorOf(gross, currency));
    }
    const ofNotes = new Map<string, bigint>();
    for (const { currency, gross, issuer, year, number } of notes) {
      add(ofNotes, currency, minorOf(gross, currency));
      const key = `${issuer.id} ${year}`;
      numbers.set(key, [...(numbers.get(key) ?? []), number]);
    }
    expect(known(ofNotes)).toEqual(known(sums));
    expect(
      known(new Map((batch?.totals ?? []).map((one) => [one.currency, minorOf(one.gross, one.currency)]))),
    ).toEqual(known(sums));
    if (mapping === 'generic') {
      const file = new Map<string, bigint>();
      const rows = parse<Record<string, string>>(Buffer.from(bytes), { columns: true });
      for (const { currency = '', gross = '' } of rows) add(file, currency, minorOf(gross, currency));
      expect(known(file)).toEqual(known(sums));
    }
    if (state === 'withdrawn') continue;
    for (const { credit, currency, gross } of lines) {
      expect(inBatches.has(credit)).toBe(false);
      inBatches.set(credit, id);
      if (state !== 'made') add(exported, currency, minorOf(gross, currency));
    }
  }
  // Every number from the first on, each once.
  for (const given of numbers.values()) {
    expect([...given].sort((a, b) => a - b)).toEqual(Array.from(given, (_, index) => index + 1));
  }
  const owed = new Map<string, bigint>();
  for (const { id, batch, status, currency, gross } of credits) {
    expect(batch).toBe(inBatches.get(id) ?? null);
    const hasIt = status === 'exported' || (status === 'reversed' && batch !== null);
    if (hasIt) add(owed, currency, minorOf(gross, currency));
  }
  expect(known(exported)).toEqual(known(owed));
}

/** What is posted in a month: the lines of its batches that were not withdrawn. */
async function postedIn(store: Store, month: string): Promise<string[]> {
  const list = (await store.batches.list()).filter(({ state }) => state !== 'withdrawn');
  const all = await Promise.all(list.map(({ id }) => store.batches.get(id)));
  return all
    .flatMap((batch) => batch?.content.lines ?? [])
    .filter(({ postingDate }) => postingDate.startsWith(month))
    .map(({ credit, gross, currency, postingDate }) => `${credit} ${gross} ${currency} ${postingDate}`)
    .sort();
}

/**
 * Nothing comes into a month or leaves it from the moment when it is locked until it is unlocked. `frozen`: what was
 * posted in each locked month when it was locked.
 */
async function checkLocked(store: Store, frozen: Map<string, readonly string[]>): Promise<void> {
  const locked = (await store.statements.locks()).map(({ month }) => month);
  for (const month of frozen.keys()) if (!locked.includes(month)) frozen.delete(month);
  for (const month of locked) {
    const posted = await postedIn(store, month);
    if (!frozen.has(month)) frozen.set(month, posted);
    expect(posted).toEqual(frozen.get(month));
  }
  // The events of the ledger say the same as the table.
  const told = new Set<string>();
  for (const { action } of await store.ledger.events())
    if (action.type === 'period-locked') told.add(action.id);
    else if (action.type === 'period-unlocked') told.delete(action.id);
  expect([...told].sort()).toEqual(locked);
}

/** Once everything is exported and confirmed, the batches are what the sealed statements owe, less what was reversed. */
async function settleAll(store: Store): Promise<void> {
  const config = billingConfig();
  const batches = createBatches({ store, config: () => config, now: () => Date.UTC(2027, 0, 4) });
  for (const { id, state } of await store.batches.list()) {
    if (state === 'made') await batches.fetch('fiona', id);
    if (state === 'made' || state === 'fetched') await batches.confirm('fiona', id, null);
  }
  const { batch, refused } = await batches.make('fiona', { mapping: 'generic' });
  expect(refused).toEqual([]);
  if (batch !== null) {
    await batches.fetch('fiona', batch.id);
    await batches.confirm('fiona', batch.id, null);
  }
  await check(store);
  const confirmed = new Map<string, bigint>();
  for (const { id, state } of await store.batches.list()) {
    expect(['confirmed', 'withdrawn']).toContain(state);
    if (state === 'confirmed')
      for (const one of (await store.batches.get(id))?.totals ?? [])
        add(confirmed, one.currency, minorOf(one.gross, one.currency));
  }
  const due = new Map<string, bigint>();
  for (const { service, currency = 'HKD' } of services)
    for (const month of months) {
      const sealed = await store.statements.sealed(`${month}/${service}`);
      if (sealed) add(due, currency, minorOf(sealed.document.total.credit, currency));
    }
  // What somebody reversed is not owed any more, whether it was exported before or never was.
  for (const { status, currency, gross } of await store.statements.credits())
    if (status === 'reversed') add(due, currency, -minorOf(gross, currency));
  expect(known(confirmed)).toEqual(known(due));
}

type Steps = readonly (Step & {
  readonly crash: { readonly commits: number; readonly after: boolean } | null;
})[];

/** `open`: the same database each time, as after a restart. */
async function run(steps: Steps, open: () => Promise<Store>): Promise<void> {
  const config = billingConfig();
  const now = () => Date.UTC(2027, 0, 3);
  let store = await open();
  const frozen = new Map<string, readonly string[]>();
  const again = async (): Promise<void> => {
    await store.close();
    store = await open();
  };
  try {
    for (const { crash, ...each } of steps) {
      const seen = crash === null ? store : crashing(store, { ...crash });
      const options = { store: seen, config: () => config, now };
      const batches = createBatches(options);
      const list = await store.batches.list();
      try {
        switch (each.kind) {
          case 'seal': {
            const of = services[each.service];
            if (!of) break;
            const { currency = 'HKD' } = of;
            const rate = currency === 'JPY' ? null : '9';
            const gross = amountText(each.minor, currency);
            const before = await store.statements.sealed(`${months[each.month] ?? ''}/${of.service}`);
            if (before?.document.total.credit !== gross)
              await sealOwed(store, { ...of, month: months[each.month] ?? '', parts: [[gross, rate]] });
            break;
          }
          case 'export': {
            const month = each.month === null ? null : (months[each.month] ?? null);
            const postingDate = each.into === null ? null : `${months[each.into] ?? ''}-28`;
            const mapping = mappings[each.mapping] ?? 'generic';
            await batches.make('fiona', { mapping, month, postingDate });
            break;
          }
          case 'lock':
          case 'unlock': {
            const [by, month] = [people[each.by] ?? '', months[each.month] ?? ''];
            const periods = createPeriods(options);
            if (each.kind === 'lock') await periods.lock(by, month, null);
            else await periods.unlock(by, month, 'for the test');
            break;
          }
          case 'fetch':
            await batches.fetch('fiona', list[each.nth]?.id ?? 'none');
            break;
          case 'confirm':
            await batches.confirm('fiona', list[each.nth]?.id ?? 'none', null);
            break;
          case 'withdraw':
            await batches.withdraw('fiona', list[each.nth]?.id ?? 'none', 'for the test');
            break;
          case 'reverse': {
            const rows = await store.statements.credits();
            await createCredits(options).reverse('fiona', rows[each.nth]?.id ?? 'none', 'for the test');
            break;
          }
          case 'crash':
            await again();
        }
      } catch (error) {
        // A step that is not allowed is refused and changes nothing; a crash leaves the old state or the new one.
        if (error instanceof Crash) await again();
        else if ((error as Error).name !== 'Refused') throw error;
      }
      await check(store);
      await checkLocked(store, frozen);
    }
    await settleAll(store);
    await checkLocked(store, frozen);
  } finally {
    await store.close();
  }
}

const crash = fc.option(fc.record({ commits: fc.nat({ max: 1 }), after: fc.boolean() }), {
  nil: null,
  freq: 3,
});

const sequences = fc.array(
  fc.tuple(step, crash).map(([each, cut]) => ({ ...each, crash: cut })),
  // Long by themselves: the size that fast-check begins with is some ten steps.
  { minLength: 12, maxLength: 30, size: 'max' },
);

const what =
  'the sum of all batches is the ledger, to the minor unit in each currency, whatever happens in between';

test(
  what,
  async () => {
    const inFolder = async (steps: Steps): Promise<void> => {
      const folder = tempDir();
      try {
        await run(steps, () => openSqliteStore({ path: join(folder, 'pop-sla.db') }));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    };
    await fc.assert(fc.asyncProperty(sequences, inFolder), { numRuns: 30 });
  },
  300_000,
);

describe('on PostgreSQL', () => {
  requires({ postgres: true });

  test(
    what,
    async () => {
      const server = await startPostgres();
      onTestFinished(() => server.stop());
      const inSchema = async (steps: Steps): Promise<void> => {
        const url = await server.newSchema();
        await run(steps, () => openPostgresStore({ url }));
      };
      await fc.assert(fc.asyncProperty(sequences, inSchema), { numRuns: 8 });
    },
    300_000,
  );
});

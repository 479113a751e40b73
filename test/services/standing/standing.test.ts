import { expect, onTestFinished, test } from 'vitest';
import type { Config } from '../../../src/config/config.js';
import { planFiles } from '../../../src/config/plan/parse.js';
import { formatHalfUp } from '../../../src/core/number.js';
import type { PathStanding, Grade } from '../../../src/core/standing.js';
import type { LedgerStanding } from '../../../src/core/ledger/standing.js';
import type { ServiceStanding } from '../../../src/core/statement/standing.js';
import { judgeStored } from '../../../src/services/months/judge.js';
import { createLedgerBacklog } from '../../../src/services/ledger/backlog.js';
import { createStanding } from '../../../src/services/standing/keep-standing.js';
import type { Store } from '../../../src/store/store.js';
import {
  dayMs,
  hourMs,
  ledgerConfig,
  minuteMs,
  october,
  outage,
  watchedOctober,
} from '../../support/ledger.js';
import { keptLog } from '../../support/log.js';
import { round, size } from '../../support/rounds.js';
import { root } from '../../support/source-files.js';
import { virtualTime } from '../../support/virtual-time.js';

const path = 'HKG>SIN';
const contract = () => {
  const read = planFiles(root).byId('ctg-cloud-connection');
  if (read?.ok !== true) throw new Error('no contract');
  return read.plan;
};

/** Keeps standings on a clock of its own from `at` on, and what it told last. */
async function kept(at: number, more: Partial<Config> = {}) {
  const { store, config: read } = await watchedOctober(ledgerConfig());
  const state = { config: { ...read, ...more } };
  const time = virtualTime(at);
  const told = {
    grades: [] as Grade[],
    paths: new Map<string, PathStanding>(),
    services: [] as readonly ServiceStanding[],
    ledger: null as LedgerStanding | null,
    judged: 0,
    plans: [] as string[],
    judgedPaths: [] as string[],
  };
  const { log, lines } = keptLog();
  const keeper = createStanding({
    clock: time.clock,
    store,
    log,
    config: () => state.config,
    defaultPlan: contract,
    events: {
      roundGraded: (_path, grade) => void told.grades.push(grade),
      pathStanding: (id, standing) => {
        told.paths.set(id, standing);
        told.judgedPaths.push(id);
      },
      terms: (terms) => (told.plans = terms.map(({ plan }) => plan)),
      services: (standings) => (told.services = standings),
      ledger: (standing) => (told.ledger = standing),
      judged: () => (told.judged += 1),
    },
  });
  const stopping = new AbortController();
  const running: Promise<void>[] = [];
  onTestFinished(async () => {
    stopping.abort();
    await Promise.all(running);
  });
  /** Lets time pass until it has judged so often. */
  const judgedAgain = async (): Promise<void> => {
    const before = told.judged;
    await expect
      .poll(() => time.pass(1_000).then(() => told.judged), { timeout: 20_000, interval: 1 })
      .toBeGreaterThan(before);
  };
  const first = async (): Promise<void> => {
    running.push(keeper.keep(stopping.signal));
    await expect
      .poll(() => time.pass(0).then(() => told.judged), { timeout: 20_000, interval: 1 })
      .toBeGreaterThan(0);
  };
  return { store, state, time, told, keeper, lines, first, judgedAgain };
}

const serviceOf = (services: readonly ServiceStanding[], id: string): ServiceStanding => {
  const found = services.find(({ service }) => service === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};

const noon = october + 15 * dayMs + 12 * hourMs;
const put = async (store: Store, at: number, us: number, lost = 0) => {
  const one = round({
    path,
    slot: at,
    sizes: [
      size(
        64,
        Array.from({ length: 4 }, () => us),
        Array.from({ length: lost }, () => ({ kind: 'lost' }) as const),
      ),
    ],
  });
  await store.rounds.put(one);
  return one;
};

test('a service stands as the month is judged, with the time that is left and what goes on like this', async () => {
  const { store, state, told, first } = await kept(noon);
  await first();
  const standing = serviceOf(told.services, 'single');
  const [judged] = await judgeStored({ store, config: state.config, now: noon }, '2026-10');
  const same = judged?.services.find(({ terms }) => terms.id === 'single');
  expect(standing.availability).toEqual(same?.availability.availability);
  expect(standing.unavailableMs).toBe(44 * minuteMs);
  // 99.9 % of 31 days: 44 min 38.4 s.
  expect(standing.allowedMs).toBe(2_678_400);
  expect(standing.next).toMatchObject({ leftMs: 38_400, step: { credit: { text: '5 %' } } });
  expect(standing.money).toMatchObject({ currency: 'HKD', rent: 1_000_000n, credit: 0n, nextStep: 50_000n });
  // Twice that at this rate: below 99.9 %, above 99.5 %.
  expect(standing.money.projected).toBe(50_000n);
  expect(standing.toDate && formatHalfUp(standing.toDate.availability, 6)).toBe('0.998029');
  const { availability, lowerBound, observed } = standing;
  expect(standing.lines).toEqual([{ line: 'l1', pop: 'SIN', availability, lowerBound, observed }]);
});

test('an outage is judged when it is told, and an excuse within the minute', async () => {
  const { store, state, told, keeper, time, first, judgedAgain } = await kept(noon);
  await first();
  const lasting = outage('SIN', noon - 10 * minuteMs, null);
  await store.watch.put({ outages: [lasting], states: [], spans: [], blind: [] });
  keeper.heard.outageChanged?.(lasting);
  await judgedAgain();
  expect(serviceOf(told.services, 'single').next?.step.credit.text).toBe('10 %');
  expect(serviceOf(told.services, 'single').money.credit).toBe(50_000n);

  const ledgerBacklog = createLedgerBacklog({
    store,
    config: () => state.config,
    now: () => time.clock.now(),
  });
  const [proposed] = await ledgerBacklog.ledgerService.propose('ann', [
    {
      kind: 'planned-maintenance',
      scope: { pops: ['SIN'], paths: [], lines: [], services: [], customers: [] },
      intervals: [{ from: noon - hourMs, to: noon + hourMs }],
      recurrence: null,
      notices: [{ at: noon - dayMs, text: null }],
      reason: 'a card',
      proof: null,
      attachments: [],
      source: null,
    },
  ]);
  if (!proposed) throw new Error('nothing was proposed');
  await judgedAgain();
  expect(told.ledger).toMatchObject({ proposed: 1 });
  await ledgerBacklog.ledgerService.decide('bob', 'approve', proposed.id, null);
  await judgedAgain();
  expect(told.ledger).toMatchObject({ active: new Map([['planned-maintenance', 1]]), proposed: 0 });
  expect(serviceOf(told.services, 'single').unavailableMs).toBe(44 * minuteMs);
});

test('a path stands over its day and its month, and is judged again when something of it is new', async () => {
  const commitments: Config['commitments'] = [{ scope: { kind: 'path', path }, latencyMs: '20', from: null }];
  const { store, told, keeper, time, first, judgedAgain } = await kept(noon, { commitments });
  for (let at = noon - 2 * dayMs; at < noon; at += 30 * minuteMs)
    await put(store, at, at < noon - dayMs ? 20_000 : 24_400);
  await first();
  expect(told.plans).toEqual(['ctg-cloud-connection']);
  expect(told.judgedPaths.sort()).toEqual(['HKG>FRA', path]);
  const before = told.paths.get(path);
  expect(before).toMatchObject({ plan: 'ctg-cloud-connection', commitmentUs: { n: 20_000n } });
  expect(before?.day).toMatchObject({ latencyUs: { n: 24_400n }, due: 48, held: 48 });
  expect(before?.day.latencyBand).toEqual({ id: 'degraded', level: 2 });
  expect(before?.day.lossBand).toEqual({ id: 'normal', level: 0 });
  expect(before?.month).toMatchObject({ latencyUs: { n: 22_200n }, due: 15 * 48 + 24, held: 96 });
  expect(before?.month.latencyBand).toEqual({ id: 'decline', level: 1 });

  told.judgedPaths.length = 0;
  await judgedAgain();
  expect(told.judgedPaths).toEqual([]);
  await time.pass(2 * minuteMs);
  const fresh = await put(store, noon, 30_000, 1);
  keeper.heard.roundStored?.(fresh);
  // At once, before anything is summed up.
  expect(told.grades.at(-1)).toMatchObject({
    excess: { n: 50n, d: 1n },
    latencyBand: { id: 'severe', level: 3 },
    lossBand: { id: 'decline', level: 1 },
  });
  await judgedAgain();
  expect(told.judgedPaths).toEqual([path]);
  expect(told.paths.get(path)?.month).toMatchObject({ due: 15 * 48 + 25, held: 97 });
  expect(told.paths.get(path)?.day).toMatchObject({ due: 48, held: 48 });
});

test('a new month begins with nothing used, and nothing held', async () => {
  const end = october + 31 * dayMs;
  const { store, told, first, judgedAgain, time } = await kept(end - 30_000);
  await put(store, end - hourMs, 20_000);
  await first();
  expect(told.paths.get(path)?.month.held).toBe(1);
  expect(serviceOf(told.services, 'single').unavailableMs).toBe(44 * minuteMs);
  await time.pass(minuteMs);
  await judgedAgain();
  expect(told.paths.get(path)?.month).toMatchObject({ held: 0, due: 0, latencyUs: null, lossBand: null });
  expect(told.paths.get(path)?.day.held).toBe(1);
  expect(serviceOf(told.services, 'single')).toMatchObject({ unavailableMs: 0, allowedMs: 2_592_000 });
});

test('the mesh has the rounds that others brought within a day too, and says where one is missing', async () => {
  const { store, told, keeper, first, judgedAgain, time } = await kept(noon + minuteMs);
  const put = (id: `${string}>${string}`, at: number) =>
    store.rounds.put(
      round({ path: id, slot: at, sizes: [size(64, [20_000]), size(128, [20_000]), size(512, [20_000])] }),
    );
  await put('SIN>FRA', noon);
  await put('FRA>SIN', noon - 2 * dayMs);
  await put('SIN>XXX', noon);
  expect(keeper.mesh().paths.size).toBe(0);
  await first();
  const before = keeper.mesh();
  expect(before.judgedAt).toBe(noon + minuteMs);
  expect([...before.paths.keys()]).toEqual(['HKG>FRA', path, 'SIN>FRA']);
  expect(before.paths.get('SIN>FRA')).toMatchObject({
    round: { from: noon, held: 1, due: 1 },
    day: { held: 1, due: 48 },
  });
  expect(told.judgedPaths).not.toContain('SIN>FRA');
  // Nothing was said of the slot after it until the one after that began.
  await time.pass(60 * minuteMs);
  await judgedAgain();
  const after = keeper.mesh();
  expect(after.version).toBeGreaterThan(before.version);
  expect(after.paths.get('SIN>FRA')).toMatchObject({
    round: { from: noon + 30 * minuteMs, held: 0, due: 1, latencyUs: null },
    day: { held: 1, due: 48 },
  });
  // Brought late, and told by nobody.
  await put('SIN>FRA', noon + 30 * minuteMs);
  await time.pass(minuteMs);
  await judgedAgain();
  expect(keeper.mesh().paths.get('SIN>FRA')?.round).toMatchObject({ from: noon + 30 * minuteMs, held: 1 });
});

test('what can not be read is said once, and tried again', async () => {
  const { store, told, lines, first, time } = await kept(noon);
  await first();
  const before = told.judged;
  const outages = store.watch.outages.bind(store.watch);
  Object.assign(store.watch, { outages: () => Promise.reject(new Error('the disk is gone')) });
  for (let minute = 0; minute < 3; minute += 1) await time.pass(minuteMs);
  await expect
    .poll(() => time.pass(1_000).then(() => lines.length), { timeout: 20_000, interval: 1 })
    .toBe(1);
  expect(told.judged).toBe(before);
  Object.assign(store.watch, { outages });
  await expect
    .poll(() => time.pass(1_000).then(() => told.judged), { timeout: 20_000, interval: 1 })
    .toBeGreaterThan(before);
});

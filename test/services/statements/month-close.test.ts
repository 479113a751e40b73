import { expect, onTestFinished, test } from 'vitest';
import { createMonthClose } from '../../../src/services/statements/month-close.js';
import { createSteadyNow } from '../../../src/engine/steady-now.js';
import { createStatements } from '../../../src/services/statements/statements.js';
import { dayMs, hourMs, november, october } from '../../support/ledger.js';
import { keptLog } from '../../support/log.js';
import { statedOctober, type StatedMonth } from '../../support/statements.js';
import { virtualTime } from '../../support/virtual-time.js';
import { unjudgeable, unjudgedReasons } from '../../support/unjudged.js';

/** The job on a clock that starts at `at`; months that it closed, in their order. */
async function jobAt(month: StatedMonth, at: number) {
  const time = virtualTime(at);
  const { log, lines } = keptLog();
  const closed: string[] = [];
  const now = () => time.clock.now();
  const statements = createStatements({
    store: month.store,
    config: () => month.config,
    now,
    software: '0.0.0-test',
    signer: () => Promise.reject(new Error('nothing is sealed here')),
  });
  const job = createMonthClose({
    clock: time.clock,
    alarm: time.alarm,
    store: month.store,
    config: () => month.config,
    log,
    steadyNow: createSteadyNow(time.clock),
    statements: {
      ...statements,
      closeOnce: async (name) => {
        closed.push(name);
        return statements.closeOnce(name);
      },
    },
  });
  job.start();
  onTestFinished(() => job.stop());
  const settled = () => job.idle();
  await settled();
  return { time, closed, lines, settled, job };
}

const seen = (month: StatedMonth, at: number) => month.store.paths.seen(['HKG>SIN'], at);

test('a month is closed once its grace is over, in the zone of its plan, and once', async () => {
  const month = await statedOctober();
  await seen(month, october + dayMs);
  const end = october + 31 * dayMs;
  const { time, closed, settled } = await jobAt(month, end + 20 * hourMs);
  expect(closed).toEqual([]);
  await time.pass(4 * hourMs - 1000);
  await settled();
  expect(closed).toEqual([]);
  await time.pass(2000);
  await settled();
  expect(closed).toEqual(['2026-10']);
  expect(await month.store.statements.list()).toHaveLength(2);
  await time.pass(3 * dayMs);
  await settled();
  expect(closed).toEqual(['2026-10']);
});

test('a clock that runs a month ahead for minutes closes nothing; one that stays there does', async () => {
  const month = await statedOctober();
  await seen(month, october + dayMs);
  const { time, closed, settled } = await jobAt(month, october + 20 * dayMs);
  const minutes = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      await time.pass(60_000);
      await settled();
    }
  };
  time.step(30 * dayMs);
  await minutes(10);
  expect(closed).toEqual([]);
  time.step(-30 * dayMs);
  await time.pass(dayMs);
  await settled();
  expect(closed).toEqual([]);
  time.step(30 * dayMs);
  await minutes(20);
  expect(closed).toEqual(['2026-10']);
});

test('what was missed is closed at the next start, each month once', async () => {
  const month = await statedOctober();
  await seen(month, october - 20 * dayMs);
  const late = november + 40 * dayMs;
  const first = await jobAt(month, late);
  expect(first.closed).toEqual(['2026-09', '2026-10', '2026-11']);
  await first.job.stop();
  const second = await jobAt(month, late + hourMs);
  expect(second.closed).toEqual([]);
  expect((await month.store.statements.list({ month: '2026-11' })).map(({ complete }) => complete)).toEqual([
    false,
    false,
  ]);
});

test('nothing is closed that was before the first path, and a fault is tried again', async () => {
  const month = await statedOctober();
  const none = await jobAt(month, november + 10 * dayMs);
  expect(none.closed).toEqual([]);
  await none.job.stop();
  await seen(month, october + dayMs);
  let broken = true;
  const store = { ...month.store, statements: { ...month.store.statements } };
  store.statements.putDraft = (...given) =>
    broken ? Promise.reject(new Error('the disk is full')) : month.store.statements.putDraft(...given);
  const { time, closed, lines, settled } = await jobAt({ ...month, store }, november + 10 * dayMs);
  expect(closed).toEqual(['2026-10']);
  expect(JSON.stringify(lines)).toContain('months could not be closed');
  expect(await month.store.statements.closed('2026-10')).toBeNull();
  broken = false;
  await time.pass(hourMs + 1000);
  await settled();
  expect(closed).toEqual(['2026-10', '2026-10']);
  expect(await month.store.statements.closed('2026-10')).not.toBeNull();
});

test('a service that can not be judged is told in the log, and the month is closed for the others', async () => {
  const stated = await statedOctober();
  const month = { ...stated, config: unjudgeable(stated.config, ['other']) };
  await seen(month, october + dayMs);
  const { closed, lines } = await jobAt(month, october + 33 * dayMs);
  expect(closed).toEqual(['2026-10']);
  expect((await month.store.statements.list()).map(({ service }) => service)).toEqual(['single']);
  expect(lines).toContainEqual({
    level: 'error',
    message: "a service can't be judged: it has no statement",
    fields: { month: '2026-10', service: 'other', reason: unjudgedReasons.other },
  });
});

import { describe, expect, test } from 'vitest';
import { planFiles } from '../../../src/config/plan/parse.js';
import { figuresFromRounds, type CountedRound } from '../../../src/core/measurement/figures.js';
import { ratio } from '../../../src/core/number.js';
import type { PlanVersion } from '../../../src/core/plan.js';
import { bandWindows, judgeWindow, type BandWindow } from '../../../src/core/standing.js';
import { zonedMonth } from '../../../src/core/time/calendar.js';
import type { EpochMs } from '../../../src/core/types.js';
import { root } from '../../support/source-files.js';

const everyMs = 1_800_000;
const month = zonedMonth('2026-10', 'Asia/Hong_Kong');
const path = 'HKG>SIN';

function contract(): PlanVersion {
  const read = planFiles(root).byId('ctg-cloud-connection');
  const version = read?.ok ? read.plan.versions[0] : undefined;
  if (!version) throw new Error('no plan');
  return version;
}

const round = (slot: EpochMs, rttUs: number, lost = 0): CountedRound => ({
  path,
  slot,
  status: 'ok',
  sizes: [64, 128, 512].map((bytes) => ({
    bytes,
    sent: 100,
    received: 100 - lost,
    rttSumUs: rttUs * (100 - lost),
  })),
});

function judge(window: BandWindow, rounds: readonly CountedRound[], more: object = {}) {
  return judgeWindow({
    path,
    window,
    everyMs,
    plan: contract(),
    exclusions: [],
    commitmentUs: ratio(35_000n),
    due: { from: null, to: null },
    figuresOf: figuresFromRounds(() => rounds),
    ...more,
  });
}

const windowsAt = (newest: EpochMs) => {
  const [one, day, toDate] = bandWindows({ newest, everyMs, month });
  if (!one || !day || !toDate) throw new Error('no windows');
  return { one, day, toDate };
};

describe('the windows that a band is given for', () => {
  test('end with the newest slot, and the month begins in its own zone', () => {
    const newest = Date.UTC(2026, 9, 12, 3, 30);
    const { one, day, toDate } = windowsAt(newest);
    expect(one).toEqual({ kind: 'round', from: newest, to: newest + everyMs });
    expect(day.to - day.from).toBe(86_400_000);
    expect(toDate).toEqual({ kind: 'month-to-date', from: Date.UTC(2026, 8, 30, 16), to: newest + everyMs });
  });

  test('reach into the month before for 24 h, and not for the month', () => {
    const { day, toDate } = windowsAt(month.from);
    expect(day.from).toBe(month.from + everyMs - 86_400_000);
    expect(toDate).toEqual({ kind: 'month-to-date', from: month.from, to: month.from + everyMs });
  });
});

describe('a band', () => {
  const newest = Date.UTC(2026, 9, 12, 3, 30);
  const { one, day, toDate } = windowsAt(newest);

  test('of a round is that of its own figures, whatever came before', () => {
    const rounds = [round(newest - everyMs, 35_000), round(newest, 45_535, 2)];
    const judged = judge(one, rounds);
    expect(judged).toMatchObject({ latencyBand: { id: 'severe' }, lossBand: { id: 'decline' } });
    expect(judged.latency).toMatchObject({ due: 1, held: 1 });
    expect(judge(day, rounds)).toMatchObject({ latencyBand: { id: 'decline' }, lossBand: { id: 'normal' } });
  });

  test('goes by the rounded excess: 10.0 is normal, 10.1 is not', () => {
    expect(judge(one, [round(newest, 38_517)]).latencyBand?.id).toBe('normal');
    expect(judge(one, [round(newest, 38_518)]).latencyBand?.id).toBe('decline');
  });

  test('travels with its coverage, and missing is neither loss nor a band', () => {
    const judged = judge(day, [round(newest, 35_000)]);
    expect(judged.loss).toMatchObject({ due: 48, held: 1 });
    const none = judge(toDate, []);
    expect(none).toMatchObject({ latencyBand: null, lossBand: null, excess: null });
    expect(none.latency).toMatchObject({ due: 552, held: 0, latencyUs: null });
  });

  test('leaves planned maintenance out, and slots on which the path was not measured', () => {
    const scope = { pops: ['SIN'], paths: [], lines: [], services: [], customers: [] };
    const planned = { kind: 'planned-maintenance', scope, noticeAt: 0, proof: null } as const;
    const exclusions = [{ ...planned, from: newest, to: newest + everyMs }];
    const rounds = [round(newest - everyMs, 35_000), round(newest, 90_000)];
    const inIt = judge(one, rounds, { exclusions });
    expect(inIt.latency).toMatchObject({ due: 0, held: 0 });
    expect(inIt.latencyBand).toBeNull();
    expect(inIt.raw.held).toBe(1);
    expect(judge(day, rounds, { exclusions }).latencyBand?.id).toBe('normal');
    expect(judge(day, rounds, { due: { from: newest, to: null } }).latency.due).toBe(1);
  });

  test('has no latency side without a commitment', () => {
    const judged = judge(one, [round(newest, 45_535)], { commitmentUs: null });
    expect(judged).toMatchObject({ latencyBand: null, lossBand: { id: 'normal' } });
  });
});

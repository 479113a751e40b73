import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openDriver } from '../../probes/kinds.js';
import type { ProbeDriver, RoundRequest, RoundResult } from '../../probes/probe.js';
import type { MeasurementConfig, PathConfig, Pop } from '../../src/config/config.js';
import { createEngine, type Engine, type EngineSettings } from '../../src/engine/engine.js';
import type { Resolve } from '../../src/engine/ports.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import type { Store } from '../../src/store/store.js';
import { notedEvents, only } from '../support/events.js';
import { keptLog } from '../support/log.js';
import { watchOf } from '../support/watch.js';
import { tempDir } from '../support/temp-dir.js';
import { virtualTime, type VirtualTime } from '../support/virtual-time.js';

const minute = 60_000;
const hour = 60 * minute;
const start = Date.parse('2026-10-01T10:10:00Z');

const slot1130 = Date.parse('2026-10-01T11:30:00Z');

const pop = (id: string, parts: Partial<Pop> = {}): Pop => ({
  id,
  name: id,
  region: null,
  ipv4: `192.0.2.${id.charCodeAt(0)}`,
  ipv6: null,
  host: null,
  coordinates: null,
  ...parts,
});
const path = (destination: string): PathConfig => ({
  id: `A>${destination}`,
  source: 'A',
  destination,
  from: null,
  to: null,
});
const measurement: MeasurementConfig = {
  everyMs: 30 * minute,
  packets: 10,
  sizes: [64, 128, 512],
  lengthBasis: 'icmp',
  lostAfterMs: 2_000,
  lateWaitMs: 1_000,
  packetIntervalMs: 1_000,
  spreadMs: 5 * minute,
  lagLimitMs: 500,
};
const settings = (parts: Partial<EngineSettings> = {}): EngineSettings => ({
  pops: [pop('A'), pop('B'), pop('C')],
  paths: [path('B'), path('C')],
  measurement,
  retention: { keepPacketsMonths: 13, keepRowsMonths: 37 },
  observer: 'A',
  watch: watchOf([]),
  ...parts,
});

interface House {
  readonly time: VirtualTime;
  readonly engine: Engine;
  readonly store: Store;
  readonly noted: ReturnType<typeof notedEvents>['noted'];
  /** What is stored, oldest first: `10:30 A>B ok`. */
  readonly stored: () => Promise<string[]>;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface HouseOptions {
  readonly time?: VirtualTime;
  readonly file?: string;
  readonly driver?: (request: RoundRequest, simulated: ProbeDriver) => Promise<RoundResult>;
  readonly settings?: EngineSettings;
  readonly resolve?: Resolve;
}

/** An engine over the simulated network and a real database, on a time that the test lets pass. */
async function house(options: HouseOptions = {}): Promise<House> {
  const { time = virtualTime(start), file = join(tempDir(), 'pop-sla.db'), resolve, driver } = options;
  const { log } = keptLog();
  const { events, noted } = notedEvents();
  const store = await openSqliteStore({ path: file });
  const simulated = await openDriver('simulated', {
    log,
    simulated: { seed: 7, rules: [{ address: null, from: null, to: null, delayUs: 20_000, jitterUs: 500 }] },
    clock: time.clock,
  });
  const engine = createEngine({
    clock: time.clock,
    random: () => 0.5,
    resolve: resolve ?? (() => Promise.reject(new Error('no names here'))),
    driver: driver ? { ...simulated, measure: (request) => driver(request, simulated) } : simulated,
    store,
    events,
    log,
    version: '0.0.0',
    settings: options.settings ?? settings(),
  });
  await engine.start();
  closers.push(() => store.close());
  return {
    time,
    engine,
    store,
    noted,
    stored: async () => {
      const rows = await store.rounds.list({ limit: 1_000, order: 'oldest' });
      return rows.map((row) =>
        [new Date(row.slot).toISOString().slice(11, 16), row.path, row.status]
          .concat(row.status === 'missing' ? [row.reason] : [])
          .join(' '),
      );
    },
  };
}

describe('rounds', () => {
  test('run at every slot, on every path, within the spread, and are stored whole', async () => {
    const { time, stored, store, engine } = await house();
    await time.pass(hour);
    expect(await stored()).toEqual(['10:30 A>B ok', '10:30 A>C ok', '11:00 A>B ok', '11:00 A>C ok']);
    const [first] = await store.rounds.list({ limit: 1, order: 'oldest' });
    expect(first).toMatchObject({
      startedAt: Date.parse('2026-10-01T10:32:30Z'),
      address: '192.0.2.66',
      sizes: [64, 128, 512].map((bytes) => ({ bytes, sent: 10, received: 10 })),
    });
    await engine.stop();
  });

  test('asked for by hand are kept, and are of no month', async () => {
    const { time, engine, stored } = await house();
    const running = engine.runNow();
    await time.pass(minute);
    expect((await running).map((round) => round.status)).toEqual(['unscheduled', 'unscheduled']);
    expect(await stored()).toEqual(['10:10 A>B unscheduled', '10:10 A>C unscheduled']);
    await engine.stop();
  });

  test('that would run into the next slot are ended and said to', async () => {
    const { time, engine, stored } = await house({
      settings: settings({ paths: [path('B')], measurement: { ...measurement, packets: 2_000 } }),
    });
    await time.pass(hour);
    expect(await stored()).toEqual(['10:30 A>B overrun']);
    await engine.stop();
    expect(await stored()).toEqual(['10:30 A>B overrun', '11:00 A>B aborted']);
  });

  test('in flight at a stop are stored as aborted', async () => {
    const { time, engine, stored, noted } = await house();
    await time.pass(20 * minute + 150_000 + 4_000);
    await engine.stop();
    expect(await stored()).toEqual(['10:30 A>B aborted', '10:30 A>C aborted']);
    expect(only(noted, 'roundStored')).toHaveLength(2);
  });

  test('in flight at a stop are all stored, in few transactions, however many they are', async () => {
    const paths = Array.from({ length: 199 }, (_, index) => ({ ...path('B'), id: `A>B${index}` as const }));
    const { time, engine, store, stored, noted } = await house({ settings: settings({ paths }) });
    await time.pass(20 * minute + 150_000 + 4_000);
    expect(only(noted, 'inFlight').at(-1)).toEqual([199]);
    const alone = vi.spyOn(store.rounds, 'put');
    const together = vi.spyOn(store.rounds, 'putAll');
    await engine.stop();
    expect((await stored()).filter((one) => one.endsWith(' aborted'))).toHaveLength(199);
    // The first batch may start before all flights have ended.
    expect(alone.mock.calls.length).toBeLessThanOrEqual(64);
    expect(together).toHaveBeenCalledTimes(1);
  });

  test('on a path outside its dates are not due', async () => {
    const only11 = {
      ...path('B'),
      from: Date.parse('2026-10-01T11:00:00Z'),
      to: Date.parse('2026-10-01T11:30:00Z'),
    };
    const { time, engine, stored } = await house({ settings: settings({ paths: [only11] }) });
    await time.pass(2 * hour);
    expect(await stored()).toEqual(['11:00 A>B ok']);
    await engine.stop();
  });
});

describe('a fault of one target', () => {
  test('that does not resolve costs its path’s rounds only, and heals by itself', async () => {
    let known = false;
    const { time, engine, stored } = await house({
      settings: settings({ pops: [pop('A'), pop('B', { ipv4: null, host: 'b.example' }), pop('C')] }),
      resolve: (host) => (known ? Promise.resolve('192.0.2.66') : Promise.reject(new Error(`no ${host}`))),
    });
    await time.pass(30 * minute);
    known = true;
    await time.pass(30 * minute);
    expect(await stored()).toEqual(['10:30 A>B failed', '10:30 A>C ok', '11:00 A>B ok', '11:00 A>C ok']);
    await engine.stop();
  });

  test('whose driver throws costs that round only', async () => {
    let calls = 0;
    const { time, engine, stored, store } = await house({
      driver: (request, simulated) => {
        if (request.address !== '192.0.2.66' || (calls += 1) > 1) return simulated.measure(request);
        throw new Error('socket gone');
      },
    });
    await time.pass(hour);
    expect(await stored()).toEqual(['10:30 A>B failed', '10:30 A>C ok', '11:00 A>B ok', '11:00 A>C ok']);
    const [first] = await store.rounds.list({ limit: 1, order: 'oldest' });
    expect(first?.reason).toBe('socket gone');
    await engine.stop();
  });

  test('whose driver never answers costs that round only', async () => {
    const { time, engine, stored } = await house({
      driver: (request, simulated) =>
        request.address === '192.0.2.66' ? new Promise(() => undefined) : simulated.measure(request),
    });
    await time.pass(30 * minute);
    expect(await stored()).toEqual(['10:30 A>B failed', '10:30 A>C ok']);
    await engine.stop();
  });

  test('without a route is a loss while another target answers', async () => {
    const noRoute = async (request: RoundRequest, simulated: ProbeDriver): Promise<RoundResult> => {
      const result = await simulated.measure(request);
      if (request.address !== '192.0.2.66') return result;
      return {
        ...result,
        sizes: result.sizes.map((size) => ({
          ...size,
          packets: size.packets.map(() => ({ kind: 'not-sent' as const, reason: 'no-route' as const })),
        })),
      };
    };
    const { time, engine, store } = await house({ driver: noRoute });
    await time.pass(30 * minute);
    const [b] = await store.rounds.list({ limit: 1, path: 'A>B' });
    expect(b).toMatchObject({ status: 'ok', sizes: [{ sent: 10, received: 0 }, { sent: 10 }, { sent: 10 }] });
    await engine.stop();
  });
});

describe('no route', () => {
  /** The first size is answered; no packet of the others finds a route. */
  const later = async (request: RoundRequest, simulated: ProbeDriver): Promise<RoundResult> => {
    const result = await simulated.measure(request);
    const unsent = { kind: 'not-sent', reason: 'no-route' } as const;
    return {
      ...result,
      sizes: result.sizes.map((size, index) =>
        index === 0 ? size : { ...size, packets: size.packets.map(() => unsent) },
      ),
    };
  };

  test('is the observer’s fault while only the path itself had answers: they are no other target’s', async () => {
    const { time, engine, store } = await house({
      settings: settings({ paths: [path('B')] }),
      driver: later,
    });
    await time.pass(30 * minute);
    const [b] = await store.rounds.list({ limit: 1, path: 'A>B' });
    expect(b).toMatchObject({
      sizes: [
        { sent: 10, received: 10, notSent: 0 },
        { sent: 0, notSent: 10 },
        { sent: 0, notSent: 10 },
      ],
    });
    await engine.stop();
  });

  test('is the network’s while another path has answers', async () => {
    const { time, engine, store } = await house({
      driver: (request, simulated) =>
        request.address === '192.0.2.66' ? later(request, simulated) : simulated.measure(request),
    });
    await time.pass(30 * minute);
    const [b] = await store.rounds.list({ limit: 1, path: 'A>B' });
    expect(b).toMatchObject({
      sizes: [
        { sent: 10, received: 10 },
        { sent: 10, received: 0 },
        { sent: 10, received: 0 },
      ],
    });
    await engine.stop();
  });
});

describe('a slot that passed', () => {
  const twoLives = async (between: (time: VirtualTime, first: House) => Promise<void>): Promise<string[]> => {
    const file = join(tempDir(), 'pop-sla.db');
    const first = await house({ file, settings: settings({ paths: [path('B')] }) });
    await first.time.pass(40 * minute);
    await between(first.time, first);
    const second = await house({
      file,
      time: first.time,
      settings: settings({ paths: [path('B'), path('C')] }),
    });
    await first.time.pass(30 * minute);
    const stored = await second.stored();
    await second.engine.stop();
    return stored;
  };

  test('while the daemon was stopped is missing, on the paths it had', async () => {
    const stored = await twoLives(async (time, first) => {
      await first.engine.stop();
      await time.pass(hour);
    });
    expect(stored).toEqual([
      '10:30 A>B ok',
      '11:00 A>B missing stopped',
      '11:30 A>B missing stopped',
      '12:00 A>B ok',
      '12:00 A>C ok',
    ]);
  });

  test('while the daemon was starting is measured', async () => {
    const time = virtualTime(start + 20 * minute - 200);
    const { log } = keptLog();
    const { events } = notedEvents();
    const store = await openSqliteStore({ path: join(tempDir(), 'pop-sla.db') });
    closers.push(() => store.close());
    const simulated = await openDriver('simulated', {
      log,
      simulated: {
        seed: 7,
        rules: [{ address: null, from: null, to: null, delayUs: 20_000, jitterUs: 500 }],
      },
      clock: time.clock,
    });
    const slow = {
      ...store,
      runs: { ...store.runs, latest: () => time.clock.sleep(900).then(() => store.runs.latest()) },
    };
    const engine = createEngine({
      clock: time.clock,
      random: () => 0.5,
      driver: simulated,
      store: slow,
      events,
      log,
      version: '0.0.0',
      settings: settings({ paths: [path('B')] }),
      resolve: () => Promise.reject(new Error('no names here')),
    });
    const started = engine.start();
    await time.pass(1_000);
    await started;
    await time.pass(10 * minute);
    const rows = await store.rounds.list({ limit: 10 });
    expect(rows.map(({ slot, status }) => [slot, status])).toEqual([[start + 20 * minute, 'ok']]);
    await engine.stop();
  });

  test('while the machine slept is missing, and not run under its old name', async () => {
    const { time, engine, stored } = await house({ settings: settings({ paths: [path('B')] }) });
    await time.pass(30 * minute);
    time.suspend(2 * hour);
    await time.pass(40 * minute);
    expect(await stored()).toEqual([
      '10:30 A>B ok',
      '11:00 A>B missing asleep',
      '11:30 A>B missing asleep',
      '12:00 A>B missing asleep',
      '12:30 A>B missing asleep',
      '13:00 A>B ok',
    ]);
    await engine.stop();
  });

  test('because the clock was set an hour ahead is missing for that reason', async () => {
    const { time, engine, stored } = await house({ settings: settings({ paths: [path('B')] }) });
    await time.pass(30 * minute);
    time.step(hour);
    await time.pass(30 * minute);
    // Half an hour has really passed: of the hour that the clock skipped no more than that is decided.
    expect(await stored()).toEqual(['10:30 A>B ok', '11:00 A>B missing clock-stepped', '12:00 A>B ok']);
    await time.pass(30 * minute);
    expect(await stored()).toEqual([
      '10:30 A>B ok',
      '11:00 A>B missing clock-stepped',
      '11:30 A>B missing clock-stepped',
      '12:00 A>B ok',
      '12:30 A>B ok',
    ]);
    await engine.stop();
  });

  test('twice, because the clock was set an hour back, has one round', async () => {
    const { time, engine, stored, noted } = await house({ settings: settings({ paths: [path('B')] }) });
    await time.pass(hour);
    time.step(-hour);
    await time.pass(90 * minute);
    expect(await stored()).toEqual(['10:30 A>B ok', '11:00 A>B ok', '11:30 A>B ok']);
    expect(only(noted, 'roundStarted')).toHaveLength(3);
    await engine.stop();
  });

  test('back before the start of the daemon, runs the slots that it never ran', async () => {
    const { time, engine, stored } = await house({ settings: settings({ paths: [path('B')] }) });
    await time.pass(30 * minute);
    time.step(-hour);
    await time.pass(hour);
    expect(await stored()).toEqual(['10:00 A>B ok', '10:30 A>B ok']);
    await engine.stop();
  });

  test('during a round whose clock jumped ahead does not take the round away', async () => {
    const { time, engine, stored } = await house({ settings: settings({ paths: [path('B')] }) });
    await time.pass(20 * minute + 152_000);
    time.step(hour);
    await time.pass(10 * minute);
    expect(await stored()).toEqual(['10:30 A>B ok']);
    await engine.stop();
  });

  test.each([
    ['a day', 24 * hour],
    ['ten years', 10 * 365 * 24 * hour],
  ])('is not decided by a clock that runs %s ahead for a while', async (_what, byMs) => {
    const { time, engine, stored, noted } = await house({ settings: settings({ paths: [path('B')] }) });
    await time.pass(30 * minute);
    time.step(byMs);
    await time.pass(5 * minute);
    time.step(-byMs);
    await time.pass(2 * hour);
    expect(await stored()).toEqual([
      '10:30 A>B ok',
      '11:00 A>B ok',
      '11:30 A>B ok',
      '12:00 A>B ok',
      '12:30 A>B ok',
    ]);
    expect(only(noted, 'clockDeviates')).toEqual([[byMs], [0]]);
    await engine.stop();
  });

  test.each([500, 1_500, 2_500, 4_500])('is not decided by a clock that runs ahead for %i ms', async (ms) => {
    const { time, engine, stored } = await house({ settings: settings({ paths: [path('B')] }) });
    await time.pass(30 * minute);
    time.step(24 * hour);
    await time.pass(ms);
    time.step(-24 * hour);
    await time.pass(40 * minute);
    expect(await stored()).toEqual(['10:30 A>B ok', '11:00 A>B ok']);
    await engine.stop();
  });

  const startedAhead = async (): Promise<{ file: string; time: VirtualTime; ahead: House }> => {
    const file = join(tempDir(), 'pop-sla.db');
    const time = virtualTime(start + hour);
    const ahead = await house({ file, time, settings: settings({ paths: [path('B')] }) });
    await time.pass(30 * minute);
    time.step(-hour);
    return { file, time, ahead };
  };

  test('by whose name a daemon that was started ahead has measured is not measured by it again', async () => {
    const { time, ahead } = await startedAhead();
    await time.pass(hour);
    expect(await ahead.stored()).toEqual(['11:00 A>B ok', '11:30 A>B ok']);
    await ahead.engine.stop();
  });

  test('by whose name a daemon that was started ahead has measured is measured by the next one', async () => {
    const { file, time, ahead } = await startedAhead();
    await ahead.engine.stop();
    // Another random start.
    const later = { ...measurement, spreadMs: 2 * minute };
    const { stored, engine } = await house({
      file,
      time,
      settings: settings({ paths: [path('B')], measurement: later }),
    });
    await time.pass(hour);
    expect(await stored()).toEqual(['11:00 A>B ok', '11:30 A>B ok', '11:30 A>B unscheduled']);
    const [real] = await ahead.store.rounds.list({ path: 'A>B', from: slot1130, order: 'oldest', limit: 1 });
    expect(real).toMatchObject({ reason: expect.stringContaining('measured again') as string });
    await engine.stop();
  });

  /** A daemon that ran and was stopped, and one that was started with a clock an hour ahead, which then comes back. */
  const afterARun = async (elapsed: number, stoppedFor: number) => {
    const file = join(tempDir(), 'pop-sla.db');
    const time = virtualTime(start);
    const first = await house({ file, time, settings: settings({ paths: [path('B')] }) });
    await time.pass(elapsed);
    await first.engine.stop();
    await time.pass(stoppedFor);
    return { file, time };
  };
  const startOf = async ({ store }: House, slot: string): Promise<number | undefined> => {
    const from = Date.parse(`2026-10-01T${slot}:00Z`);
    const [row] = await store.rounds.list({ path: 'A>B', from, to: from + 1, limit: 1 });
    return row && row.status !== 'missing' ? row.startedAt : undefined;
  };

  /** Another random start, which the simulated network answers otherwise. */
  const startingElsewhere = settings({
    paths: [path('B')],
    measurement: { ...measurement, spreadMs: 2 * minute },
  });

  test('is the real one’s: a daemon that was started ahead measures it again, and keeps both', async () => {
    const { file, time } = await afterARun(minute, minute);
    time.step(hour);
    const ahead = await house({ file, time, settings: settings({ paths: [path('B')] }) });
    await time.pass(30 * minute); // 11:42 by its clock, and 10:42
    time.step(-hour);
    ahead.engine.update(startingElsewhere);
    await time.pass(hour);
    expect(await ahead.stored()).toEqual([
      '10:30 A>B missing stopped',
      '11:00 A>B ok',
      '11:30 A>B ok',
      '11:30 A>B unscheduled',
    ]);
    const [real] = await ahead.store.rounds.list({ path: 'A>B', order: 'oldest', from: slot1130, limit: 1 });
    expect(real).toMatchObject({ status: 'ok', reason: expect.stringContaining('measured again') as string });
    expect(await ahead.store.rounds.packets('A>B', slot1130)).toHaveLength(3);
    expect(await ahead.store.rounds.packets('A>B', slot1130 + 1)).toHaveLength(3);
    await ahead.engine.stop();
  });

  test('is measured again also when the clock that came back is then set by seconds once more', async () => {
    const { file, time } = await afterARun(minute, minute);
    time.step(hour);
    const ahead = await house({ file, time, settings: settings({ paths: [path('B')] }) });
    await time.pass(30 * minute); // 11:42 by its clock, and 10:42
    time.step(-hour);
    ahead.engine.update(startingElsewhere);
    await time.pass(5 * minute);
    time.step(-5_000);
    await time.pass(hour);
    expect(await ahead.stored()).toEqual([
      '10:30 A>B missing stopped',
      '11:00 A>B ok',
      '11:30 A>B ok',
      '11:30 A>B unscheduled',
    ]);
    await ahead.engine.stop();
  });

  test('whose round waited for its start when the clock came back is measured once, at its own time', async () => {
    const { file, time } = await afterARun(minute, minute);
    time.step(hour);
    const ahead = await house({ file, time, settings: settings({ paths: [path('B')] }) });
    await time.pass(19 * minute); // 11:31 by its clock, and 10:31; it starts at 11:32:30
    time.step(-hour);
    ahead.engine.update(startingElsewhere);
    await time.pass(70 * minute);
    expect(await ahead.stored()).toEqual(['10:30 A>B missing stopped', '11:00 A>B ok', '11:30 A>B ok']);
    expect(only(ahead.noted, 'roundStarted').filter(([, slot]) => slot === slot1130)).toHaveLength(1);
    await ahead.engine.stop();
  });

  test('is not measured again when the run before was seen later than the new time has it', async () => {
    const { file, time } = await afterARun(2 * hour, minute);
    const next = await house({ file, time, settings: settings({ paths: [path('B')] }) });
    await time.pass(30 * minute);
    const before = await startOf(next, '12:30');
    time.step(-hour);
    await time.pass(hour);
    expect((await next.stored()).filter((line) => line.includes('unscheduled'))).toEqual([]);
    expect(await startOf(next, '12:30')).toBe(before);
    await next.engine.stop();
  });

  test.each([
    ['five minutes', 5 * minute, ['11:30', '12:00']],
    ['forty minutes, so that the way back is a step that has to stand', 40 * minute, ['12:00']],
  ])(
    'while the daemon was stopped says so, also when the clock is set back for %s',
    async (_what, ms, marked) => {
      const { file, time } = await afterARun(minute, 2 * hour); // stopped from 10:11 to 12:11
      const next = await house({ file, time, settings: settings({ paths: [path('B')] }) });
      await time.pass(minute);
      expect(await next.stored()).toContain('12:00 A>B missing stopped');
      time.step(-70 * minute); // 11:02
      await time.pass(2 * minute);
      const meanwhile = await next.stored();
      expect(meanwhile).toEqual(['10:30 A>B missing stopped', '11:00 A>B missing stopped']);
      await time.pass(ms - 2 * minute);
      time.step(70 * minute);
      await time.pass(90 * minute);
      const stored = await next.stored();
      for (const slot of marked) expect(stored).toContain(`${slot} A>B missing stopped`);
      await next.engine.stop();
    },
  );

  test('is not measured again when the clock comes back to where it was', async () => {
    const { file, time } = await afterARun(minute, 2 * hour);
    const next = await house({ file, time, settings: settings({ paths: [path('B')] }) });
    await time.pass(30 * minute); // 12:42
    const before = await startOf(next, '12:30');
    time.step(-hour);
    await time.pass(2 * minute);
    time.step(hour);
    await time.pass(hour);
    expect((await next.stored()).filter((line) => line.includes('unscheduled'))).toEqual([]);
    expect(await startOf(next, '12:30')).toBe(before);
    await next.engine.stop();
  });

  test.each([
    ['ahead and back', [3 * hour, -3 * hour], ['18:00']],
    ['ahead twice, and back', [2 * hour, 2 * hour, -4 * hour], ['17:00', '17:30']],
    ['ahead, and back in two steps', [4 * hour, -2 * hour, -2 * hour], ['17:30', '19:00']],
    ['ahead, back too far, and home', [3 * hour, -4 * hour, hour], ['18:00']],
  ])('is the real one’s after large steps of the clock: %s', async (_what, steps, named) => {
    const { file, time } = await afterARun(4 * hour, minute); // stopped from 14:10 to 14:11
    const begun = time.clock.now();
    const next = await house({ file, time, settings: settings({ paths: [path('B')] }) });
    await time.pass(29 * minute); // 14:40
    for (const [index, byMs] of steps.entries()) {
      time.step(byMs);
      // Other random starts: two rounds of a name that begin at the same instant of it are one to the simulated network.
      const spreadMs = (4 - index / 2) * minute;
      next.engine.update(settings({ paths: [path('B')], measurement: { ...measurement, spreadMs } }));
      await time.pass(40 * minute); // a step ahead is followed after fifteen
    }
    const home = time.clock.now();
    next.engine.update(startingElsewhere);
    await time.pass(Date.parse('2026-10-01T19:10:00Z') - home);
    const rows = await next.store.rounds.list({ path: 'A>B', limit: 1_000, order: 'oldest' });
    const again = rows.filter((row) => row.status === 'ok' && row.reason?.includes('measured again'));
    expect(again.map(({ slot }) => new Date(slot).toISOString().slice(11, 16))).toEqual(named);
    for (const { slot } of again)
      expect(rows).toContainEqual(expect.objectContaining({ slot: slot + 1, status: 'unscheduled' }));
    // Nothing that was measured is lost, and no slot that came since is only marked.
    const measured = rows.filter(({ slot, status }) => slot > begun && status !== 'missing');
    expect(measured).toHaveLength(only(next.noted, 'roundStarted').length);
    expect(rows.filter(({ slot, status }) => slot > home && status === 'missing')).toEqual([]);
    await next.engine.stop();
  });

  test('while the clock ran ahead for a while is measured, under its own name', async () => {
    const { time, engine, stored } = await house({ settings: settings({ paths: [path('B')] }) });
    await time.pass(40 * minute);
    const byMs = 10 * hour + 15 * minute;
    time.step(byMs); // 10:50 is 21:05 now
    await time.pass(20 * minute);
    time.step(-byMs);
    await time.pass(hour);
    expect(await stored()).toEqual(['10:30 A>B ok', '11:00 A>B ok', '11:30 A>B ok', '12:00 A>B ok']);
    await engine.stop();
  });

  test('whose clock is set back for seconds between it and its start is flown at its own time', async () => {
    const { time, engine, stored, noted } = await house({ settings: settings({ paths: [path('B')] }) });
    await time.pass(21 * minute); // 10:31, and it starts at 10:32:30
    time.step(-20 * minute);
    await time.pass(10_000);
    time.step(20 * minute);
    await time.pass(10 * minute);
    expect(await stored()).toEqual(['10:30 A>B ok']);
    expect(only(noted, 'roundStarted')).toHaveLength(1);
    await engine.stop();
  });

  test('while the clock was ahead for seconds starts in what is left of its spread', async () => {
    const { time, engine, stored } = await house({ settings: settings({ paths: [path('B')] }) });
    await time.pass(19 * minute + 50_000);
    time.step(24 * hour);
    await time.pass(40_000);
    time.step(-24 * hour);
    await time.pass(10 * minute);
    expect(await stored()).toEqual(['10:30 A>B ok']);
    await engine.stop();
  });

  test.each([
    ['ten minutes', 10 * minute],
    ['two minutes', 2 * minute],
    ['three hours', 3 * hour],
  ])('is flown when the clock is set back by %s between it and its start', async (_what, byMs) => {
    const { time, engine, stored, noted } = await house({ settings: settings({ paths: [path('B')] }) });
    await time.pass(21 * minute);
    time.step(-byMs);
    await time.pass(byMs + 20 * minute);
    expect(await stored()).toContain('10:30 A>B ok');
    expect(await stored()).not.toContainEqual(expect.stringMatching(/missing/));
    expect(
      only(noted, 'roundStarted').filter(([, slot]) => new Date(slot).getUTCMinutes() === 30),
    ).toHaveLength(byMs > hour ? 3 : 1);
    await engine.stop();
  });

  test('while the process was stopped is missing as paused, and one whose spread is not over starts late', async () => {
    const { time, engine, stored } = await house({ settings: settings({ paths: [path('B')] }) });
    await time.pass(30 * minute);
    time.stall(hour + 21 * minute); // 10:40 to 12:01
    await time.pass(10 * minute);
    expect(await stored()).toEqual([
      '10:30 A>B ok',
      '11:00 A>B missing paused',
      '11:30 A>B missing paused',
      '12:00 A>B ok',
    ]);
    await engine.stop();
  });

  test('while the process was stopped within its spread says so', async () => {
    const { time, engine, stored } = await house({ settings: settings({ paths: [path('B')] }) });
    await time.pass(21 * minute);
    time.stall(10 * minute);
    await time.pass(30 * minute);
    expect(await stored()).toEqual(['10:30 A>B missing paused', '11:00 A>B ok']);
    await engine.stop();
  });

  test('and was marked by a daemon whose clock was wrong is measured all the same', async () => {
    const file = join(tempDir(), 'pop-sla.db');
    const time = virtualTime(start);
    const one = settings({ paths: [path('B')] });
    const first = await house({ file, time, settings: one });
    await time.pass(30 * minute);
    await first.engine.stop();
    time.step(5 * hour);
    const second = await house({ file, time, settings: one });
    await time.pass(minute);
    expect(await second.stored()).toContain('15:00 A>B missing stopped');
    time.step(-5 * hour);
    await time.pass(55 * minute);
    expect(await second.stored()).toEqual(['10:30 A>B ok', '11:00 A>B ok', '11:30 A>B ok']);
    await second.engine.stop();
  });
});

describe('what is older than its retention', () => {
  test('is not told by a clock that runs ten years ahead, now or since the start', async () => {
    const file = join(tempDir(), 'pop-sla.db');
    const one = settings({ paths: [path('B')] });
    const time = virtualTime(start);
    const first = await house({ file, time, settings: one });
    await time.pass(30 * minute);
    time.step(10 * 365 * 24 * hour);
    await time.pass(70 * minute);
    expect(await first.stored()).toContain('10:30 A>B ok');
    time.step(-10 * 365 * 24 * hour);
    await time.pass(minute);
    await first.engine.stop();
    time.step(10 * 365 * 24 * hour);
    // Every start from now on finds a store whose latest run was in that future too.
    for (let start = 0; start < 3; start += 1) {
      const next = await house({ file, time, settings: settings({ paths: [] }) });
      await time.pass(70 * minute);
      expect(await next.stored(), `start ${start}`).toContain('10:30 A>B ok');
      await next.engine.stop();
    }
  });

  test('goes when the clock has stood for a week since the daemon was down for long', async () => {
    const file = join(tempDir(), 'pop-sla.db');
    const time = virtualTime(start);
    const first = await house({ file, time, settings: settings({ paths: [path('B')] }) });
    await time.pass(30 * minute);
    await first.engine.stop();
    time.suspend(10 * 365 * 24 * hour);
    const second = await house({ file, time, settings: settings({ paths: [] }) });
    await time.pass(70 * minute);
    expect(await second.stored()).toContain('10:30 A>B ok');
    time.suspend(8 * 24 * hour);
    await time.pass(70 * minute);
    await second.engine.stop();
    const third = await house({ file, time, settings: settings({ paths: [] }) });
    await time.pass(70 * minute);
    expect(await third.stored()).not.toContain('10:30 A>B ok');
    await third.engine.stop();
  });

  test('goes as time goes on', async () => {
    const one = settings({ retention: { keepPacketsMonths: 1, keepRowsMonths: 1 }, paths: [path('B')] });
    const { time, store, stored, engine } = await house({ settings: one });
    const old = { path: 'A>B', slot: start - 30 * 24 * hour, reason: 'stopped' } as const;
    await store.rounds.putMissing([{ ...old, slot: old.slot + hour }]);
    await time.pass(minute);
    expect(await stored()).toEqual(['11:10 A>B missing stopped']);
    engine.update(settings({ ...one, paths: [] }));
    await time.pass(130 * minute);
    expect(await stored()).toEqual([]);
    await engine.stop();
  });
});

describe('new settings', () => {
  test('add and remove paths, and lose no round in flight', async () => {
    const { time, engine, stored } = await house({ settings: settings({ paths: [path('B')] }) });
    await time.pass(20 * minute + 152_000);
    engine.update(settings({ paths: [path('C')] }));
    await time.pass(35 * minute);
    expect(await stored()).toEqual(['10:30 A>B ok', '11:00 A>C ok']);
    await engine.stop();
  });
});

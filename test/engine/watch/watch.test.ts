import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openSimulated } from '../../../probes/simulated/driver.js';
import type { SimulatedRule } from '../../../probes/simulated/script.js';
import type { EchoResult, ProbeDriver } from '../../../probes/probe.js';
import type { Pop, WatchConfig } from '../../../src/config/config.js';
import { totalMs } from '../../../src/core/time/intervals.js';
import type { NotSentReason } from '../../../src/core/measurement/round.js';
import { unobservedIn, watchedBy } from '../../../src/core/watch/outage.js';
import { createWatch, type Watch } from '../../../src/engine/watch/watch.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import type { Store } from '../../../src/store/store.js';
import { notedEvents, only } from '../../support/events.js';
import { keptLog } from '../../support/log.js';
import { tempDir } from '../../support/temp-dir.js';
import { virtualTime, type VirtualTime } from '../../support/virtual-time.js';
import { watchOf } from '../../support/watch.js';

const start = Date.parse('2026-10-01T00:00:00Z');
const second = 1_000;
const pop = (id: string): Pop => ({
  id,
  name: id,
  region: null,
  ipv4: `192.0.2.${id.charCodeAt(0)}`,
  ipv6: null,
  host: null,
  coordinates: null,
});
const pops = ['A', 'B', 'C', 'D'].map(pop);
const addressOf = (id: string): string => pop(id).ipv4 ?? '';

const downs = (id: string | null, fromS: number, toS: number): SimulatedRule => ({
  address: id === null ? null : addressOf(id),
  from: start + fromS * second,
  to: start + toS * second,
  down: true,
});

interface House {
  readonly watch: Watch;
  readonly store: Store;
  readonly time: VirtualTime;
  readonly noted: ReturnType<typeof notedEvents>['noted'];
  /** As `B 10.0-20.2`, seconds from the start; `…` lasts, `void` is taken back. */
  readonly outages: () => Promise<string[]>;
  /** Unobserved seconds of a port from the start until now. */
  readonly unobserved: (port: string) => Promise<number>;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface HouseOptions {
  readonly rules?: readonly SimulatedRule[];
  readonly ports?: readonly string[];
  readonly time?: VirtualTime;
  readonly file?: string;
  readonly over?: Partial<WatchConfig>;
  /** What a local fault makes of the echoes to an address. */
  readonly fault?: (address: string, nowS: number) => NotSentReason | null;
  /** When the driver takes echoes and says nothing of them. */
  readonly mute?: (nowS: number) => boolean;
}

async function house(options: HouseOptions): Promise<House> {
  const { time = virtualTime(start), file = join(tempDir(), 'watch.db'), ports = ['B', 'C'] } = options;
  const { log } = keptLog();
  const { events, noted } = notedEvents();
  const store = await openSqliteStore({ path: file });
  const always = { address: null, from: null, to: null, delayUs: 20_000 };
  const simulated = openSimulated({
    log,
    script: { seed: 5, rules: [always, ...(options.rules ?? [])] },
    clock: time.clock,
  });
  const nowS = (): number => (time.clock.now() - start) / second;
  const driver: Pick<ProbeDriver, 'echo' | 'kind'> = {
    kind: 'simulated',
    echo: (requests, tell) => {
      if (options.mute?.(nowS()) === true) return;
      const failed: EchoResult[] = [];
      const sent = requests.filter(({ id, address }) => {
        const reason = options.fault?.(address, nowS()) ?? null;
        if (reason === null) return true;
        const outcome = { kind: 'not-sent', reason } as const;
        failed.push({ id, sentAtMs: time.clock.monotonicMs(), outcome });
        return false;
      });
      setImmediate(() => {
        tell(failed);
      });
      simulated.echo?.(sent, tell);
    },
  };
  const watch = createWatch({
    clock: time.clock,
    resolve: () => Promise.reject(new Error('no names here')),
    driver,
    store: store.watch,
    events,
    log,
    settings: { observer: 'A', pops, paths: [], watch: watchOf(ports, options.over) },
  });
  await watch.start();
  closers.push(() => store.close());
  const s = (at: number): string => ((at - start) / second).toFixed(1);
  return {
    watch,
    store,
    time,
    noted,
    outages: async () =>
      (await store.watch.outages()).map(
        ({ port, start: from, end, voided }) =>
          `${port} ${s(from.at)}-${end ? s(end.at) : '…'}${voided ? ' void' : ''}`,
      ),
    unobserved: async (port) => {
      const period = { from: start, to: time.clock.now() };
      const states = await store.watch.states({ observer: 'A', port });
      return (
        totalMs(
          unobservedIn(period, {
            spans: await store.watch.spans('A'),
            blind: await store.watch.blind({ observer: 'A', port }),
            watched: watchedBy(states, period.to),
          }),
        ) / second
      );
    },
  };
}

describe('an outage of a port', () => {
  test('is stored while it lasts, and closed when it is over; other ports are up', async () => {
    const { time, watch, outages, store, noted } = await house({ rules: [downs('B', 30, 95)] });
    await time.pass(40 * second);
    expect(await outages()).toEqual(['B 30.0-…']);
    await time.pass(80 * second);
    const [measured] = await store.watch.outages();
    const [from, to] = [start + 30 * second, start + 95 * second];
    expect(measured?.start.earliest).toBeLessThanOrEqual(from);
    expect(measured?.start.latest).toBeGreaterThanOrEqual(from);
    expect(measured?.end?.earliest).toBeLessThanOrEqual(to);
    expect(measured?.end?.latest).toBeGreaterThanOrEqual(to);
    expect(only(noted, 'outageChanged')).toHaveLength(2);
    expect((await store.watch.states({ port: 'B' })).map(({ state }) => state)).toEqual(['up', 'down', 'up']);
    expect((await store.watch.states({ port: 'C' })).map(({ state }) => state)).toEqual(['up']);
    await watch.stop();
  });

  test('shorter than the shortest sure one may pass unseen, and no row is left of it', async () => {
    const { time, watch, outages, store } = await house({ rules: [downs('B', 30, 31)] });
    await time.pass(60 * second);
    expect(await outages()).toEqual([]);
    expect(await store.watch.states()).toHaveLength(3);
    // Heartbeats are one row that grows.
    const [span, ...others] = await store.watch.spans('A');
    expect(others).toEqual([]);
    expect(span?.to).toBeGreaterThanOrEqual(start + 50 * second);
    await watch.stop();
  });

  test('is not made of a fifth of all packets lost for 1,000 s', async () => {
    const loss = { address: null, from: null, to: null, loss: 0.2 };
    const { time, watch, outages, unobserved } = await house({ rules: [loss] });
    await time.pass(1_000 * second);
    await watch.stop();
    expect(await outages()).toEqual([]);
    expect(await unobserved('B')).toBeLessThan(2);
  }, 60_000);

  test('ends where it was last seen when its port is no longer watched', async () => {
    const { time, watch, outages, store } = await house({ rules: [downs('B', 30, 900)] });
    await time.pass(60 * second);
    watch.update({ observer: 'A', pops, paths: [], watch: watchOf(['C', 'D']) });
    await time.pass(60 * second);
    await watch.stop();
    expect(await outages()).toEqual(['B 30.0-60.0']);
    expect((await store.watch.states({ port: 'B' })).at(-1)?.state).toBe('unwatched');
    expect((await store.watch.states({ port: 'D' })).map(({ state }) => state)).toEqual(['up']);
  });
});

describe('the life after this one', () => {
  /** Two lives on one database: the first is killed or stopped at `until`, the second begins at `again`. */
  const lives = async (
    rules: readonly SimulatedRule[],
    { until, again, kill }: { until: number; again: number; kill: boolean },
  ): Promise<House> => {
    const file = join(tempDir(), 'watch.db');
    const first = await house({ rules, file });
    await first.time.pass(until * second);
    if (kill) await first.store.close();
    else await first.watch.stop();
    await first.time.pass((again - until) * second);
    const second_ = await house({ rules, file, time: first.time });
    await first.time.pass(60 * second);
    return second_;
  };

  test('takes up an outage that a kill cut off, with the gap marked as inferred', async () => {
    const { watch, store, outages, unobserved } = await lives([downs('B', 30, 130)], {
      until: 63,
      again: 100,
      kill: true,
    });
    await watch.stop();
    expect(await outages()).toEqual(['B 30.0-130.0']);
    const [outage] = await store.watch.outages();
    expect(outage?.inferred).toHaveLength(1);
    expect(outage?.inferred[0]).toMatchObject({ reason: 'crashed' });
    // A heartbeat at the least every ten seconds: what came after the last one is lost with the process.
    expect(outage?.inferred[0]?.from).toBeGreaterThanOrEqual(start + 53 * second);
    const blind = await unobserved('B');
    expect(blind).toBeGreaterThanOrEqual(37);
    expect(blind).toBeLessThan(48);
  });

  test('goes on with an outage after a stop in order', async () => {
    const { watch, store, outages, unobserved } = await lives([downs('B', 30, 130)], {
      until: 63,
      again: 100,
      kill: false,
    });
    await watch.stop();
    expect(await outages()).toEqual(['B 30.0-130.0']);
    const [outage] = await store.watch.outages();
    expect(outage?.inferred).toMatchObject([{ from: start + 63 * second, reason: 'stopped' }]);
    expect(await unobserved('B')).toBeCloseTo(37, 0);
  });

  test('ends an outage in the gap where it was last seen, when the port is up after it', async () => {
    const { watch, store, outages } = await lives([downs('B', 30, 80)], {
      until: 63,
      again: 100,
      kill: false,
    });
    await watch.stop();
    expect(await outages()).toEqual(['B 30.0-63.0']);
    const [outage] = await store.watch.outages();
    expect(outage?.end?.latest).toBeGreaterThanOrEqual(start + 100 * second);
  });
});

describe('time that nobody watched', () => {
  test('because this agent was cut off is unobserved for all, and no outage', async () => {
    const { time, watch, outages, unobserved, noted, store } = await house({
      rules: [downs(null, 30, 90)],
      ports: ['B', 'C', 'D'],
    });
    await time.pass(120 * second);
    await watch.stop();
    expect((await outages()).filter((outage) => !outage.endsWith('void'))).toEqual([]);
    expect((await store.watch.outages()).every(({ voided }) => voided?.reason === 'isolated')).toBe(true);
    for (const port of ['B', 'C', 'D']) expect(Math.abs((await unobserved(port)) - 60)).toBeLessThan(1);
    expect(only(noted, 'isolated').map(([isolated]) => isolated)).toEqual([true, false]);
  });

  test('in an outage that began before and lasts after it is part of that', async () => {
    const { time, watch, outages, store } = await house({
      rules: [downs('B', 10, 120), downs(null, 30, 60)],
      ports: ['B', 'C', 'D'],
    });
    await time.pass(150 * second);
    await watch.stop();
    expect((await outages()).filter((outage) => !outage.endsWith('void'))).toEqual(['B 10.0-120.0']);
    const [outage] = await store.watch.outages({ port: 'B' });
    expect(outage?.inferred).toMatchObject([{ reason: 'isolated' }]);
  });

  test('is not the time in which one port after another went down', async () => {
    const { time, watch, outages } = await house({ rules: [downs('B', 20, 80), downs('C', 40, 60)] });
    await time.pass(100 * second);
    await watch.stop();
    expect(await outages()).toEqual(['B 20.0-80.0', 'C 40.3-60.1']);
  });

  test('because the machine slept, the clock was set, or the process stood still', async () => {
    const { time, watch, outages, store, unobserved } = await house({});
    await time.pass(30 * second);
    time.suspend(60 * second);
    await time.pass(30 * second);
    time.step(20 * second);
    await time.pass(30 * second);
    await watch.stop();
    expect(await outages()).toEqual([]);
    expect((await store.watch.blind()).map(({ reason }) => reason)).toEqual(['asleep', 'clock-stepped']);
    expect(Math.abs((await unobserved('B')) - 80)).toBeLessThan(1);
  });

  test('because the process did not get to run is nobody’s, beyond an interval and a second', async () => {
    const { time, watch, outages, store, unobserved } = await house({});
    await time.pass(30 * second);
    time.stall(1.4 * second);
    await time.pass(30 * second);
    expect(await store.watch.blind()).toEqual([]);
    time.stall(20 * second);
    await time.pass(30 * second);
    await watch.stop();
    expect(await outages()).toEqual([]);
    const blind = await store.watch.blind();
    expect(blind).toMatchObject([{ port: null, reason: 'stalled' }]);
    expect(Math.abs((await unobserved('B')) - 20)).toBeLessThan(1);
    const states = (await store.watch.states({ observer: 'A' })).filter(({ port }) => port === null);
    expect(states.map(({ state }) => state)).toEqual(['watching', 'unobserved', 'watching', 'stopped']);
  });

  test('because the process did not get to run in an outage is inferred, and shown apart', async () => {
    const { time, watch, store } = await house({ rules: [downs('B', 20, 90)] });
    await time.pass(40 * second);
    time.stall(20 * second);
    await time.pass(60 * second);
    await watch.stop();
    const [outage, ...others] = await store.watch.outages();
    expect(others).toEqual([]);
    expect(outage?.inferred).toMatchObject([{ reason: 'stalled' }]);
    expect(Math.abs((outage?.end?.at ?? 0) - (start + 90 * second))).toBeLessThan(700);
  });

  test('because the clock was set back is what was lived twice; an outage is in two parts', async () => {
    const { time, watch, store, unobserved } = await house({ rules: [downs('B', 20, 90)] });
    await time.pass(60 * second);
    time.step(-10 * second);
    await time.pass(60 * second);
    await watch.stop();
    const [blind] = await store.watch.blind();
    expect(blind).toMatchObject({ to: start + 60 * second, reason: 'clock-stepped' });
    expect(Math.abs((blind?.from ?? 0) - (start + 50 * second))).toBeLessThanOrEqual(50);
    const parts = await store.watch.outages({ port: 'B' });
    expect(parts).toHaveLength(2);
    expect(Math.abs((parts[1]?.end?.at ?? 0) - (start + 90 * second))).toBeLessThan(700);
    expect(Math.abs((await unobserved('B')) - 10)).toBeLessThan(1);
  });

  test('because echoes could not be sent is that port’s', async () => {
    const { time, watch, outages, store, unobserved } = await house({
      fault: (address, nowS) => (address === addressOf('B') && nowS >= 20 && nowS < 50 ? 'no-buffer' : null),
    });
    await time.pass(80 * second);
    await watch.stop();
    expect(await outages()).toEqual([]);
    expect(Math.abs((await unobserved('B')) - 30)).toBeLessThan(1);
    expect(await unobserved('C')).toBeLessThan(1);
    const states = (await store.watch.states({ port: 'B' })).map(({ state }) => state);
    expect(states).toEqual(['up', 'unobserved', 'up']);
  });
});

describe('the watch', () => {
  test('says that it runs, and that its driver answers', async () => {
    const { time, watch, noted } = await house({ rules: [downs('B', 10, 60)] });
    await time.pass(60 * second);
    await watch.stop();
    const beats = only(noted, 'watchBeat').map(([silentMs]) => silentMs);
    expect(beats.length).toBeGreaterThanOrEqual(6);
    expect(Math.max(...beats)).toBeLessThan(4 * second);
  });

  test('says for how long its driver has said nothing', async () => {
    const { time, watch, noted } = await house({ mute: (nowS) => nowS >= 20 });
    await time.pass(60 * second);
    await watch.stop();
    expect(only(noted, 'watchBeat').at(-1)?.[0]).toBeGreaterThan(20 * second);
  });

  test('says when it ends though nobody stopped it', async () => {
    const { time, watch, noted } = await house({
      fault: (_address, nowS) => {
        if (nowS >= 20) throw new Error('a driver that broke');
        return null;
      },
    });
    await time.pass(60 * second);
    await watch.stop();
    expect(only(noted, 'watchEnded')).toEqual([['Error: a driver that broke']]);
  });
});

describe('no route', () => {
  test('to one port while others answer is an outage', async () => {
    const { time, watch, outages } = await house({
      fault: (address, nowS) => (address === addressOf('B') && nowS >= 20 && nowS < 50 ? 'no-route' : null),
    });
    await time.pass(80 * second);
    await watch.stop();
    expect(await outages()).toEqual(['B 20.0-50.0']);
  });

  test('to the only port there is may be ours', async () => {
    const { time, watch, outages, unobserved } = await house({
      ports: ['B'],
      fault: (_address, nowS) => (nowS >= 20 && nowS < 50 ? 'no-route' : null),
    });
    await time.pass(80 * second);
    await watch.stop();
    expect(await outages()).toEqual([]);
    expect(Math.abs((await unobserved('B')) - 30)).toBeLessThan(1);
  });

  test('to any is our own isolation', async () => {
    const { time, watch, outages, unobserved } = await house({
      fault: (_address, nowS) => (nowS >= 20 && nowS < 50 ? 'no-route' : null),
    });
    await time.pass(80 * second);
    await watch.stop();
    expect((await outages()).filter((outage) => !outage.endsWith('void'))).toEqual([]);
    expect(Math.abs((await unobserved('B')) - 30)).toBeLessThan(1);
  });
});

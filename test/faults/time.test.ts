import { copyFileSync, readdirSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { withLab } from '../lab/lab.js';
import { popsOf } from '../lab/measured.js';
import { createSteppedClock } from '../lab/stepped-clock.js';
import { integrityOf } from '../support/database.js';
import { requires } from '../support/requires.js';
import { startRunning, type Running } from '../support/running.js';
import { storedSlots, type Slot } from '../support/slots.js';
import { tempDir } from '../support/temp-dir.js';

const day = 86_400_000;
const metric = async ({ get }: Running, name: string): Promise<number> =>
  Number(new RegExp(`^${name}(?:\\{\\})? (\\S+)`, 'm').exec((await get('/metrics')).body)?.[1] ?? NaN);
const isHeldAfter =
  (at: number) =>
  ({ status, slot }: Slot): boolean =>
    status === 'ok' && Date.parse(slot) > at;
const check = async ({ get }: Running, name: string) => {
  const { status, body } = await get('/readyz');
  const { checks } = JSON.parse(body) as {
    checks: { name: string; ok: boolean; reason: string | null }[];
  };
  return { status, ...checks.find((one) => one.name === name) };
};

describe('the clock of the machine', () => {
  requires({ commands: ['gcc'], built: true });

  test('clock-ahead-marks: a day ahead for seconds decides over no slot that is yet to come', async () => {
    const folder = tempDir();
    const clock = createSteppedClock(join(folder, 'clock'));
    const running = startRunning({ folder, env: clock.env });
    await running.round('a held round', ({ status }) => status === 'ok');
    clock.setOffset(day);
    await running.daemon.waitForLog('the step', ({ msg }) => msg === 'the wall clock jumped');
    const off = await check(running, 'clock');
    expect(off).toMatchObject({ status: 503, ok: false });
    expect(off.reason).toContain('set ahead by 86400.');
    expect(Math.round(await metric(running, 'pop_sla_daemon_clock_deviation_seconds'))).toBe(86_400);
    await sleep(5_000);
    clock.setOffset(0);
    await running.daemon.waitForLog('the way back', ({ msg }) => msg === 'the wall clock is in step again');
    const back = Date.now();
    expect(await check(running, 'clock')).toMatchObject({ ok: true, reason: null });
    expect(await metric(running, 'pop_sla_daemon_clock_deviation_seconds')).toBe(0);
    const soon = ({ slot }: Slot): boolean => Date.parse(slot) > back && Date.parse(slot) < back + day / 2;
    await running.round(
      'two rounds later',
      (slot) => slot.status === 'ok' && soon(slot) && Date.parse(slot.slot) > back + 4_000,
    );
    await running.daemon.stop();
    const slots = await storedSlots(running.config);
    expect(slots.filter(soon).filter(({ status }) => status === 'missing')).toEqual([]);
    // Of the seconds in between no more than what they were: nothing of the day that the clock skipped.
    expect(slots.filter(({ status }) => status === 'missing').length).toBeLessThan(20);
    for (const { status, slot, reason } of slots)
      if (status === 'missing') {
        expect(reason).toBe('clock-stepped');
        expect(Date.parse(slot)).toBeLessThanOrEqual(back + 1_000);
      }
  });

  test('clock-ahead-start: marks of a daemon that started in the future give way to rounds', async () => {
    const folder = tempDir();
    const clock = createSteppedClock(join(folder, 'clock'));
    const first = startRunning({ folder, env: clock.env });
    await first.round('a held round', ({ status }) => status === 'ok');
    await first.daemon.stop();
    clock.setOffset(60_000);
    const second = startRunning({ folder, env: clock.env });
    await second.round('slots that are taken for missed', ({ reason }) => reason === 'stopped');
    clock.setOffset(0);
    const back = Date.now();
    // Rounds that were named ahead have later slots than these: a minute later.
    const isRealSince =
      (from: number) =>
      ({ status, slot }: Slot): boolean =>
        status === 'ok' && Date.parse(slot) > from && Date.parse(slot) < back + 40_000;
    const last = Date.parse((await second.round('rounds after it', isRealSince(back + 6_000))).slot);
    await second.daemon.stop();
    const later = (await storedSlots(second.config)).filter(
      ({ slot }) => Date.parse(slot) > back + 2_000 && Date.parse(slot) < last,
    );
    expect(later.length).toBeGreaterThan(0);
    expect(later.filter(({ status }) => status === 'missing')).toEqual([]);
  });

  test('clock-ahead-names: rounds that a daemon named ahead give way to the real ones', async () => {
    const folder = tempDir();
    const clock = createSteppedClock(join(folder, 'clock'));
    const first = startRunning({ folder, env: clock.env });
    await first.round('a held round', ({ status }) => status === 'ok');
    await first.daemon.stop();
    clock.setOffset(40_000);
    const second = startRunning({ folder, env: clock.env });
    const ahead = Date.now() + 20_000;
    const isNamedAhead = ({ status, slot }: Slot): boolean => status === 'ok' && Date.parse(slot) > ahead;
    const { slot } = await second.round('a round that is named ahead', isNamedAhead);
    clock.setOffset(0);
    await second.daemon.waitForLog('the step', ({ msg }) => msg === 'the wall clock jumped');
    const isReal = (one: Slot): boolean => one.slot === slot && (one.reason ?? '').includes('measured again');
    await second.round('the real one', isReal, 60_000);
    await second.daemon.stop();
    const slots = await storedSlots(second.config);
    // Every one of them, on both paths: the real round has the slot, and the other one is beside it.
    const real = slots.filter((one) => (one.reason ?? '').includes('measured again'));
    expect(real.filter((one) => one.slot === slot).map(({ path }) => path)).toHaveLength(2);
    for (const { path, slot: at } of real) {
      const beside = new Date(Date.parse(at) + 1).toISOString();
      expect(slots).toContainEqual(
        expect.objectContaining({ path, slot: beside, status: 'unscheduled' }) as Slot,
      );
    }
  });

  test('clock-back-in-spread: a slot whose clock is set back before its start is flown all the same', async () => {
    const folder = tempDir();
    const clock = createSteppedClock(join(folder, 'clock'));
    const changes = { measurement: { every: '20s', spread: '12s' } };
    const running = startRunning({ folder, env: clock.env, changes });
    await running.daemon.waitForLog('its start', ({ http }) => typeof http === 'string');
    const every = 20_000;
    const slot = Math.ceil((Date.now() + 1_000) / every) * every;
    await sleep(slot + 300 - Date.now());
    clock.setOffset(-6_000);
    const name = new Date(slot).toISOString();
    for (const path of ['HKG>SIN', 'HKG>FRA'])
      await running.round(
        path,
        (one) => one.path === path && Date.parse(one.slot) === slot && one.status === 'ok',
        60_000,
      );
    await running.daemon.stop();
    const all = (await storedSlots(running.config)).filter((one) => Date.parse(one.slot) === slot);
    expect(all.map(({ path, status }) => `${path} ${status}`).sort(), name).toEqual([
      'HKG>FRA ok',
      'HKG>SIN ok',
    ]);
  });
});

describe('a process that does not run', () => {
  requires({ built: true });

  test('process-stopped: slots that passed during a SIGSTOP are missing because the process was paused', async () => {
    const running = startRunning();
    await running.round('a held round', ({ status }) => status === 'ok');
    running.daemon.signal('SIGSTOP');
    const from = Date.now();
    await sleep(14_000);
    running.daemon.signal('SIGCONT');
    const to = Date.now();
    await running.round('a round after it', isHeldAfter(to));
    await running.round('a missing slot', ({ status }) => status === 'missing');
    await sleep(2_500);
    await running.daemon.stop();
    const missing = (await storedSlots(running.config)).filter(({ status }) => status === 'missing');
    expect(new Set(missing.map(({ reason }) => reason))).toEqual(new Set(['paused']));
    for (const { slot } of missing) {
      expect(Date.parse(slot)).toBeGreaterThan(from - 2_000);
      expect(Date.parse(slot)).toBeLessThan(to);
    }
  });
});

describe('the database under the daemon', () => {
  requires({ built: true });

  /** Every slot from the first round until a little before the end, of both paths. */
  async function expectWhole(running: Running): Promise<void> {
    expect(integrityOf(running.database)).toBe('ok');
    const slots = (await storedSlots(running.config)).filter(({ status }) => status !== 'unscheduled');
    for (const path of ['HKG>SIN', 'HKG>FRA']) {
      const of = slots.filter((slot) => slot.path === path && slot.status !== 'aborted');
      const times = of.map(({ slot }) => Date.parse(slot)).sort((a, b) => a - b);
      expect(times.length).toBe(((times.at(-1) ?? 0) - (times[0] ?? 0)) / 2_000 + 1);
      const wrong = of.filter(({ status }) => status !== 'ok');
      expect(wrong, running.daemon.lines().slice(0, 200).join('\n')).toEqual([]);
    }
  }

  test('database-locked: a lock of many seconds holds up neither the event loop nor a round', async () => {
    const running = startRunning();
    await running.round('a held round', ({ status }) => status === 'ok');
    const holder = new Database(running.database);
    holder.exec('BEGIN IMMEDIATE');
    const slowest = { ms: 0 };
    for (const end = Date.now() + 9_000; Date.now() < end;) {
      const asked = performance.now();
      expect((await running.get('/healthz')).status).toBe(200);
      slowest.ms = Math.max(slowest.ms, performance.now() - asked);
      await sleep(20);
    }
    holder.exec('COMMIT');
    holder.close();
    // SQLite's own waiting would have held up every answer for two seconds, again and again.
    expect(slowest.ms).toBeLessThan(1_500);
    await running.round('a round after it', isHeldAfter(Date.now()));
    await running.daemon.stop();
    await expectWhole(running);
  });

  const faults: readonly [string, string, (running: Running) => void][] = [
    [
      'database-deleted',
      'deleted',
      ({ database }) => {
        rmSync(database);
      },
    ],
    [
      'database-all-deleted',
      'deleted',
      ({ database }) => {
        for (const end of ['', '-wal', '-shm']) rmSync(database + end);
      },
    ],
    [
      'journal-deleted',
      'deleted',
      ({ database }) => {
        rmSync(`${database}-wal`);
      },
    ],
    [
      'journal-truncated',
      'cut short',
      ({ database }) => {
        truncateSync(`${database}-wal`, 0);
      },
    ],
  ];
  test.each(faults)(
    '%s: nothing that was logged as stored is lost, and the log says it',
    async (_id, word, make) => {
      const running = startRunning();
      await running.round('a held round', ({ status }) => status === 'ok');
      await sleep(3_000);
      make(running);
      await running.daemon.waitForLog('the fault', ({ msg }) => msg.includes(word));
      await running.round('a round after it', isHeldAfter(Date.now()));
      expect(await running.daemon.stop()).toMatchObject({ code: 0 });
      await expectWhole(running);
    },
  );

  test('database-replaced: goes on with the file that was put there, and keeps what it had beside it', async () => {
    const running = startRunning();
    const first = await running.round('a held round', ({ status }) => status === 'ok');
    const old = join(running.folder, 'old.db');
    const copy = new Database(running.database);
    await copy.backup(old);
    copy.close();
    const kept = await running.round('a later round', isHeldAfter(Date.parse(first.slot)));
    copyFileSync(old, `${old}.2`);
    renameSync(old, running.database);
    await running.daemon.waitForLog('the fault', ({ msg }) => msg.includes('replaced by another file'));
    await running.round('a round after it', isHeldAfter(Date.now()));
    expect((await running.get('/readyz')).status).toBe(200);
    expect(await running.daemon.stop()).toMatchObject({ code: 0 });
    const slots = await storedSlots(running.config);
    expect(slots).toContainEqual(first);
    expect(slots).toContainEqual(kept);
    const rescued = readdirSync(join(running.folder, 'data')).filter((name) => name.includes('.rescued-'));
    expect(rescued).toHaveLength(1);
    expect(integrityOf(join(running.folder, 'data', rescued[0] ?? ''))).toBe('ok');
  });
});

describe('a step of the clock while packets are in flight', () => {
  requires({ namespaces: true, tun: true, commands: ['gcc'], built: true });

  test.each([
    ['clock-step-in-flight', 3_600_000],
    ['clock-step-back-in-flight', -3_600_000],
    ['clock-small-step-in-flight', 180],
  ])('%s: loses no packet and changes no RTT', { timeout: 90_000 }, async (_id, step) => {
    await withLab(async (lab) => {
      const { emulator, namespace } = await lab.emulator({ rules: [{ delay_ms: 300 }] });
      const folder = tempDir();
      const clock = createSteppedClock(join(folder, 'clock'));
      const targets = { SIN: '10.77.0.1', FRA: '10.77.0.2' };
      const running = startRunning({
        folder,
        env: clock.env,
        prefix: namespace.prefix,
        ask: (url) => namespace.get(url),
        changes: {
          driver: 'kernel',
          pops: [{ id: 'HKG', ipv4: '127.0.0.1' }, ...popsOf(targets)],
          measurement: {
            every: '10s',
            packets: 20,
            packetInterval: '100ms',
            lostAfter: '1s',
            lateWait: '500ms',
          },
        },
      });
      const slot = await running.daemon.waitFor('packets in flight', () => {
        const sent = emulator.truth().filter(({ destination }) => destination === '10.77.0.1');
        return sent.length > 20 ? sent.length : undefined;
      });
      expect(slot).toBeGreaterThan(0);
      clock.setOffset(step);
      await running.round('a held round', ({ status }) => status === 'ok' || status === 'unscheduled');
      await running.daemon.waitFor('three rounds of each path', async () => {
        const ended = (await running.rounds()).filter(({ sizes }) => sizes.length > 0);
        return ended.length >= 6 ? ended : undefined;
      });
      expect(await running.daemon.stop()).toMatchObject({ code: 0 });
      const rounds = (await storedSlots(running.config)).filter(
        ({ sizes, status }) => sizes.length > 0 && status !== 'aborted',
      );
      expect(rounds.length).toBeGreaterThanOrEqual(4);
      for (const { sizes, status } of rounds) {
        expect(['ok', 'unscheduled']).toContain(status);
        for (const size of sizes) {
          expect(size).toMatchObject({ sent: 20, received: 20, lost: 0, late: 0, mismatched: 0 });
          expect(size.rttMinUs).toBeGreaterThan(299_000);
          expect(size.rttMaxUs).toBeLessThan(450_000);
        }
      }
    });
  });
});

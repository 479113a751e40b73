import { existsSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { createBadDisk } from '../../lab/bad-disk.js';
import { withLab } from '../../lab/lab.js';
import { popsOf } from '../../lab/measured.js';
import type { ScenarioRule } from '../../lab/scenario.js';
import { createSteppedClock } from '../../lab/stepped-clock.js';
import { writeConfig } from '../../support/config-file.js';
import { startDaemon, type Daemon } from '../../support/daemon.js';
import { integrityOf } from '../../support/database.js';
import { tempDir } from '../../support/temp-dir.js';
import { compareStored, requestsOf, type StoredSize } from './compare.js';

/*
 * A day of random faults on a real daemon. The day is compressed: a slot of half an hour is ten seconds long here, a
 * round has 10 packets a size instead of 100, and everything else (the daemon, its driver, its database, the packets,
 * the kernel) is real. 24 hours are 48 slots, which take eight minutes. The wall clock is stepped for the daemon alone.
 *
 *   npm run build && npx vitest run -c test/bench/vitest.config.ts test/bench/soak
 *   SOAK_SEED=1 SOAK_HOURS=24 SOAK_FAULTS=kill,pause,…  (all of them unless told)
 */
const seed = Number(process.env['SOAK_SEED'] ?? 1);
const hours = Number(process.env['SOAK_HOURS'] ?? 24);
const slotMs = 10_000;
const spreadMs = 2_000;
const lostAfterMs = 500;
const runMs = hours * 2 * slotMs;

const targets = { A: '10.77.0.1', B: '10.77.0.2', C: '10.77.0.3' };
const ports = { W1: '10.77.1.1', W2: '10.77.1.2' };
const references = ['10.77.2.1', '10.77.2.2'];
const network: readonly ScenarioRule[] = [
  { delay_ms: 20, jitter: 'uniform', jitter_ms: 60 },
  {
    match: Object.values(targets),
    loss: 0.02,
    dup: 0.01,
    late: 0.01,
    late_ms: 650,
    corrupt: 0.005,
    error: 0.005,
  },
];

/** mulberry32: the same seed gives the same day. */
function randomOf(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Made {
  readonly kind: string;
  /** By the true wall clock. */
  readonly from: number;
  to: number;
}

test('a day of faults', { timeout: runMs + 600_000, retry: 0 }, async () => {
  await withLab(async (lab) => {
    const startNs = process.hrtime.bigint();
    const { emulator, namespace } = await lab.emulator({ seed, rules: network });
    const folder = tempDir();
    const data = join(folder, 'data');
    const clock = createSteppedClock(join(folder, 'clock'));
    const disk = createBadDisk(data, join(folder, 'disk'));
    const database = join(data, 'pop-sla.db');
    const config = writeConfig(folder, {
      driver: 'kernel',
      pops: [{ id: 'HKG', ipv4: '127.0.0.1' }, ...popsOf(targets), ...popsOf(ports)],
      paths: { include: Object.keys(targets).map((id) => `HKG>${id}`) },
      watch: { ports: Object.keys(ports), references, heartbeat: '1s' },
      measurement: {
        every: '10s',
        spread: '2s',
        packets: 10,
        packetInterval: '200ms',
        lostAfter: `${lostAfterMs}ms`,
        lateWait: '300ms',
      },
    });
    const env = { ...disk.env, ...clock.env, LD_PRELOAD: `${clock.env.LD_PRELOAD}:${disk.env.LD_PRELOAD}` };
    const start = async (): Promise<Daemon> => {
      const daemon = startDaemon({
        prefix: namespace.prefix,
        args: ['run', '--config', config],
        cwd: folder,
        env,
      });
      await daemon.waitForLog('its start', ({ msg }) => msg === 'pop-sla is running');
      return daemon;
    };
    let daemon = await start();
    const logged: string[] = [];
    const keepLog = (): void => {
      for (const { msg, path, slot, status } of daemon.log())
        if (msg.startsWith('round stored')) logged.push(`${String(path)} ${String(slot)} ${String(status)}`);
    };
    lab.defer(async () => {
      await daemon.stop();
    });

    const random = randomOf(seed);
    const within = (from: number, to: number): number => from + random() * (to - from);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] ?? (items[0] as T);
    const withRule = async (rule: ScenarioRule, ms: number): Promise<void> => {
      emulator.reload({ seed, rules: [...network, rule] });
      await sleep(ms);
      emulator.reload({ seed, rules: network });
    };
    const restart = async (end: () => Promise<unknown>): Promise<void> => {
      await end();
      keepLog();
      await sleep(within(200, 4_000));
      daemon = await start();
    };
    const kinds: Record<string, () => Promise<void>> = {
      kill: () => restart(() => daemon.kill()),
      stop: () => restart(() => daemon.stop()),
      pause: async () => {
        daemon.signal('SIGSTOP');
        await sleep(within(500, 15_000));
        daemon.signal('SIGCONT');
      },
      lock: async () => {
        if (!existsSync(database)) return;
        const holder = new Database(database);
        holder.exec('BEGIN IMMEDIATE');
        await sleep(within(500, 12_000));
        holder.exec('COMMIT');
        holder.close();
      },
      delete: async () => {
        rmSync(database, { force: true });
        await sleep(3_000);
      },
      cut: async () => {
        if (existsSync(`${database}-wal`)) truncateSync(`${database}-wal`, 0);
        await sleep(3_000);
      },
      move: async () => {
        renameSync(database, `${database}.away`);
        await sleep(within(100, 900));
        if (!existsSync(database)) renameSync(`${database}.away`, database);
        await sleep(3_000);
      },
      disk: async () => {
        disk.setFault(pick(['EIO', 'ENOSPC', 'EROFS']));
        await sleep(within(1_000, 8_000));
        disk.setFault(null);
      },
      ahead: async () => {
        clock.setOffset(Math.round(pick([3_600_000, 86_400_000]) + within(0, 5_000)));
        await sleep(within(1_000, 6_000));
        clock.setOffset(0);
      },
      back: async () => {
        clock.setOffset(-Math.round(within(1_500, 8_000)));
        await sleep(within(1_000, 6_000));
        clock.setOffset(0);
      },
      outage: () => withRule({ match: pick(Object.values(ports)), loss: 1 }, within(4_000, 12_000)),
      loss: () => withRule({ match: pick(Object.values(targets)), loss: 0.5 }, within(1_000, 8_000)),
      dead: () => withRule({ match: pick(Object.values(targets)), loss: 1 }, within(1_000, 12_000)),
      reorder: () =>
        withRule({ reorder: 0.2, reorder_ms: 120, dup: 0.2, dup_n: 3, dup_ms: 5 }, within(1_000, 8_000)),
    };
    const chosen = process.env['SOAK_FAULTS']?.split(',') ?? Object.keys(kinds);
    const made: Made[] = [];
    const firstSlot = Math.ceil((Date.now() + 500) / slotMs) * slotMs;
    await sleep(firstSlot + 5_000 - Date.now());
    while (Date.now() < firstSlot + runMs - 25_000) {
      const kind = pick(chosen);
      const fault: Made = { kind, from: Date.now(), to: Infinity };
      made.push(fault);
      console.log(`${((Date.now() - firstSlot) / 1000).toFixed(1).padStart(6)} s  ${kind}`);
      await kinds[kind]?.();
      fault.to = Date.now();
      await sleep(within(2_000, 12_000));
    }
    await sleep(Math.max(0, firstSlot + runMs - 5_000 - Date.now()));
    await daemon.stop();
    keepLog();
    const truth = await emulator.stop();

    const store = await openSqliteStore({ path: database, readOnly: true });
    const slots = await store.rounds.list({ limit: 100_000, order: 'oldest' });
    const stored: StoredSize[] = [];
    for (const round of slots) {
      if (round.status === 'missing') continue;
      for (const { bytes, packets } of (await store.rounds.packets(round.path, round.slot)) ?? []) {
        const destination = targets[round.path.slice(4) as keyof typeof targets];
        const name = `${round.path} ${new Date(round.slot).toISOString()}`;
        stored.push({ round: name, status: round.status, destination, bytes, packets });
      }
    }
    const measured = new Set<string>(Object.values(targets));
    const requests = requestsOf(truth, startNs).filter(({ destination }) => measured.has(destination));
    const faults = compareStored(requests, stored, lostAfterMs * 1000);

    // What was sent and is not stored was in flight when the daemon was killed, or its store gave it up.
    const offsetMs = Date.now() - Number(process.hrtime.bigint() - startNs) / 1e6;
    const killed = made.filter(({ kind }) => kind === 'kill');
    const roundMs = spreadMs + 10 * 200 + lostAfterMs + 300 + 1_500;
    const isInFlightAtKill = (atMs: number): boolean =>
      killed.some(({ from, to }) => atMs + offsetMs > from - roundMs && atMs + offsetMs < to);
    const orphans = requests.filter(({ round, atMs }) => round === null && !isInFlightAtKill(atMs));

    // Every slot of the run has one row; what is not `ok` has a fault beside it that explains it.
    const reasons: Record<string, readonly string[]> = {
      crashed: ['kill'],
      stopped: ['stop', 'kill'],
      paused: ['pause'],
      'clock-stepped': ['ahead', 'back'],
    };
    const near = (slot: number, names: readonly string[]): boolean =>
      made.some(
        ({ kind, from, to }) => names.includes(kind) && from < slot + spreadMs + 6_000 && to > slot - slotMs,
      );
    const disturbing = ['kill', 'stop', 'pause', 'ahead', 'back'];
    const unexplained: string[] = [];
    const counts = new Map<string, number>();
    const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
    const inRun = slots.filter(
      ({ slot, status }) =>
        slot >= firstSlot && slot < firstSlot + runMs - slotMs && status !== 'unscheduled',
    );
    for (const path of Object.keys(targets).map((id) => `HKG>${id}`))
      for (let slot = firstSlot; slot < firstSlot + runMs - slotMs; slot += slotMs) {
        const rows = inRun.filter((row) => row.path === path && row.slot === slot);
        const [row] = rows;
        const name = `${path} ${new Date(slot).toISOString()}`;
        if (rows.length > 1) unexplained.push(`${name}: ${rows.length} rows`);
        if (!row) {
          unexplained.push(`${name}: nothing`);
          continue;
        }
        count(row.status === 'missing' ? `missing ${row.reason}` : row.status);
        if (row.status === 'missing' && !near(slot, reasons[row.reason] ?? []))
          unexplained.push(`${name}: missing ${row.reason}`);
        else if (row.status !== 'ok' && !near(slot, disturbing))
          unexplained.push(`${name}: ${row.status}: ${row.reason}`);
      }
    const known = new Set(
      slots.map((row) => `${row.path} ${new Date(row.slot).toISOString()} ${row.status}`),
    );
    const forgotten = logged.filter((line) => !known.has(line));

    // Outages that counted were outages; time in which the process did not run is nobody's.
    const outages = (await store.watch.outages()).filter(({ voided }) => voided === null);
    const down = made.filter(({ kind }) => kind === 'outage');
    const falseOutages = outages.filter(
      ({ start, end }) =>
        !down.some(({ from, to }) => start.at < to + 500 && (end?.at ?? Infinity) > from - 500),
    );
    const spans = await store.watch.spans('HKG');
    const blind = await store.watch.blind({ observer: 'HKG' });
    const dark = made.filter(({ kind }) => ['kill', 'stop', 'pause'].includes(kind) && kind !== 'pause');
    let [seconds, unaccounted] = [0, 0];
    for (let at = firstSlot; at < firstSlot + runMs - slotMs; at += 1_000) {
      // While the clock is off its instants are others; what comes around that is told by the blind time.
      if (
        made.some(
          ({ kind, from, to }) => ['ahead', 'back'].includes(kind) && at > from - 12_000 && at < to + 3_000,
        )
      )
        continue;
      seconds += 1;
      const isSeen = spans.some(({ from, to }) => at >= from && at <= to + 1_500);
      const isBlind = blind.some(({ from, to }) => at >= from - 1_500 && at <= (to ?? Infinity) + 1_500);
      if (!isSeen && !isBlind) unaccounted += 1;
    }
    const claimed = dark.filter(({ from, to }) =>
      spans.some(
        (span) => span.from < to - 500 && span.to > from + 1_500 && span.to >= to - 500 && span.from <= from,
      ),
    );
    await store.close();

    console.log(`seed ${seed}, ${hours} h in ${runMs / 1000} s: ${made.length} faults`);
    console.log(
      `${requests.length} requests seen by the emulator, ${requests.filter(({ round }) => round !== null).length} of them stored`,
    );
    console.log(`slots: ${[...counts].map(([what, n]) => `${what} ${n}`).join(', ')}`);
    console.log(
      `watch: ${outages.length} outages of ${down.length} made, ${seconds} s looked at, ${unaccounted} s unaccounted for`,
    );
    const verdict = {
      ...faults,
      orphans: orphans.map(
        ({ destination, bytes, atMs }) =>
          `${destination} ${bytes} B at ${new Date(atMs + offsetMs).toISOString()}`,
      ),
      unexplained,
      forgotten,
      falseOutages: falseOutages.map(
        ({ port, start, end }) =>
          `${port} ${new Date(start.at).toISOString()} ${end ? end.at - start.at : 'lasts'}`,
      ),
      claimedWhileDark: claimed,
      integrity: integrityOf(database),
    };
    for (const [what, list] of Object.entries(verdict))
      if (Array.isArray(list) && list.length > 0)
        console.log(
          `${what}: ${list.length}\n  ${list
            .slice(0, 12)
            .map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
            .join('\n  ')}`,
        );
    expect(verdict).toEqual({
      falseLoss: [],
      falseAnswers: [],
      twice: [],
      unmatched: [],
      orphans: [],
      unexplained: [],
      forgotten: [],
      falseOutages: [],
      claimedWhileDark: [],
      integrity: 'ok',
    });
    expect(unaccounted).toBe(0);
  });
});

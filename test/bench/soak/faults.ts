import { existsSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { BadDisk } from '../../lab/bad-disk.js';
import type { ScenarioRule } from '../../lab/scenario.js';
import type { SteppedClock } from '../../lab/stepped-clock.js';
import type { Daemon } from '../../support/daemon.js';
import type { NatsServer } from '../../support/nats.js';
import type { Uplink } from './uplink.js';

/** A fault that was made, by the true clock. */
export interface Made {
  readonly kind: MadeKind;
  readonly from: number;
  to: number;
  /** How far the daemon's clock was set meanwhile, milliseconds. */
  offsetMs?: number;
}

/** What the faults are made to. */
export interface Victim {
  /** The agent that runs now. */
  readonly daemon: () => Daemon;
  readonly database: string;
  /** Ends the agent so, and starts it again after a while. */
  readonly restart: (end: (daemon: Daemon) => Promise<unknown>) => Promise<void>;
  readonly restartHub: () => Promise<void>;
  /** Tries to run a second daemon beside the first, on the same files. Resolves when it has ended. */
  readonly second: () => Promise<void>;
  /** The network behaves so too, for a while. */
  readonly withRule: (rule: ScenarioRule, ms: number) => Promise<void>;
  readonly uplink: Uplink;
  readonly nats: NatsServer;
  readonly clock: SteppedClock;
  readonly disk: BadDisk;
  readonly ports: readonly string[];
  readonly targets: readonly string[];
  readonly within: (from: number, to: number) => number;
  readonly pick: <T>(items: readonly T[]) => T;
}

type Fault = (victim: Victim, made: Made) => Promise<void>;

const day = 86_400_000;

async function forAWhile(off: () => void, on: () => void, ms: number): Promise<void> {
  off();
  await sleep(ms);
  on();
}

async function setClock({ clock, within }: Victim, made: Made, offsetMs: number): Promise<void> {
  made.offsetMs = offsetMs;
  clock.setOffset(offsetMs);
  await sleep(within(1_000, 6_000));
  clock.setOffset(0);
}

/** Every fault that the soak knows, one a line of the table of faults that can be made again and again. */
const makers = {
  kill: ({ restart }) => restart((daemon) => daemon.kill()),
  stop: ({ restart }) => restart((daemon) => daemon.stop()),
  'stop-twice': ({ restart, within }) =>
    restart(async (daemon) => {
      daemon.signal('SIGTERM');
      await sleep(within(0, 200));
      daemon.signal('SIGTERM');
      return daemon.stop();
    }),
  reload: async ({ daemon }) => {
    daemon().signal('SIGHUP');
    await sleep(500);
  },
  second: ({ second }) => second(),
  pause: async ({ daemon, within }) => {
    daemon().signal('SIGSTOP');
    await sleep(within(500, 15_000));
    daemon().signal('SIGCONT');
  },
  lock: async ({ database, within }) => {
    if (!existsSync(database)) return;
    const holder = new Database(database);
    holder.exec('BEGIN IMMEDIATE');
    await sleep(within(500, 12_000));
    holder.exec('COMMIT');
    holder.close();
  },
  delete: async ({ database }) => {
    rmSync(database, { force: true });
    await sleep(3_000);
  },
  cut: async ({ database }) => {
    if (existsSync(`${database}-wal`)) truncateSync(`${database}-wal`, 0);
    await sleep(3_000);
  },
  move: async ({ database, within }) => {
    renameSync(database, `${database}.away`);
    await sleep(within(100, 900));
    if (!existsSync(database)) renameSync(`${database}.away`, database);
    await sleep(3_000);
  },
  disk: async ({ disk, pick, within }) => {
    disk.setFault(pick(['EIO', 'ENOSPC', 'EROFS']));
    await sleep(within(1_000, 8_000));
    disk.setFault(null);
  },
  'clock-ahead': (victim, made) =>
    setClock(victim, made, Math.round(victim.pick([60_000, 3_600_000, day]) + victim.within(0, 5_000))),
  'clock-back': (victim, made) => setClock(victim, made, -Math.round(victim.within(1_500, 8_000))),
  outage: ({ withRule, pick, ports, within }) =>
    withRule({ match: pick(ports), loss: 1 }, within(4_000, 12_000)),
  loss: ({ withRule, pick, targets, within }) =>
    withRule({ match: pick(targets), loss: 0.5 }, within(1_000, 8_000)),
  dead: ({ withRule, pick, targets, within }) =>
    withRule({ match: pick(targets), loss: 1 }, within(1_000, 12_000)),
  reorder: ({ withRule, within }) =>
    withRule({ reorder: 0.2, reorder_ms: 120, dup: 0.2, dup_n: 3, dup_ms: 5 }, within(1_000, 8_000)),
  'interface-down': ({ uplink, within }) =>
    forAWhile(uplink.interfaceDown, uplink.interfaceUp, within(1_000, 10_000)),
  'carrier-lost': ({ uplink, within }) =>
    forAWhile(uplink.carrierOff, uplink.carrierOn, within(1_000, 10_000)),
  'route-gone': ({ uplink, within }) => forAWhile(uplink.routeOff, uplink.routeOn, within(1_000, 10_000)),
  'own-mtu': async ({ uplink, within }) => {
    uplink.ownMtu(400);
    await sleep(within(1_000, 10_000));
    uplink.ownMtu(1_500);
  },
  'path-mtu': async ({ uplink, within }) => {
    uplink.pathMtu(400);
    await sleep(within(1_000, 10_000));
    uplink.pathMtu(1_500);
  },
  // As long as it takes to notice.
  'nat-changed': async ({ uplink }) => {
    uplink.changeNat();
    await sleep(12_000);
  },
  'nats-stopped': async ({ nats, within }) => {
    nats.pause(true);
    await sleep(within(1_000, 20_000));
    nats.pause(false);
  },
  'nats-lost': async ({ nats }) => {
    await nats.kill();
    rmSync(join(nats.folder, 'store'), { recursive: true, force: true });
    await nats.start();
  },
  'hub-stopped': ({ restartHub }) => restartHub(),
} satisfies Record<string, Fault>;

export type FaultKind = keyof typeof makers;
/** What others on the machine do is no fault that the soak makes; it explains what a busy process says of itself. */
export type MadeKind = FaultKind | 'machine-busy';
export const faultKinds = Object.keys(makers) as FaultKind[];

export const makeFault = (victim: Victim, made: Made & { readonly kind: FaultKind }): Promise<void> => {
  const maker: Fault = makers[made.kind];
  return maker(victim, made);
};

/** While one of these lasts, and a little later, an answer may be lost on its way back, or never leave. */
export const uplinkKinds: readonly MadeKind[] = [
  'interface-down',
  'carrier-lost',
  'route-gone',
  'own-mtu',
  'path-mtu',
  'nat-changed',
];

/** Which faults may stand behind a missing slot, by its reason. */
export const missingBehind: Readonly<Record<string, readonly MadeKind[]>> = {
  crashed: ['kill'],
  stopped: ['stop', 'stop-twice', 'kill'],
  paused: ['pause', 'kill'],
  'clock-stepped': ['clock-ahead', 'clock-back'],
};

/** Which faults may stand behind a round of another status than `ok`. */
export const statusBehind: Readonly<Record<string, readonly MadeKind[]>> = {
  aborted: ['stop', 'stop-twice'],
  overrun: ['pause', 'clock-ahead', 'clock-back'],
  invalid: uplinkKinds,
  partial: ['own-mtu', ...uplinkKinds],
  failed: uplinkKinds,
  'degraded-observer': ['pause', 'machine-busy'],
  unscheduled: ['clock-ahead', 'clock-back'],
};

/** Which faults may stand behind time in which the observer saw nothing. */
export const blindBehind: Readonly<Record<string, readonly MadeKind[]>> = {
  stopped: ['stop', 'stop-twice', 'kill'],
  crashed: ['kill'],
  stalled: ['pause', 'machine-busy'],
  'clock-stepped': ['clock-ahead', 'clock-back'],
  isolated: [...uplinkKinds, 'pause'],
  'not-sent': uplinkKinds,
};

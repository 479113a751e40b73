import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBadDisk } from '../../lab/bad-disk.js';
import { withLab } from '../../lab/lab.js';
import { popsOf } from '../../lab/measured.js';
import type { ScenarioRule } from '../../lab/scenario.js';
import { createSteppedClock } from '../../lab/stepped-clock.js';
import type { TruthLine } from '../../lab/truth.js';
import { type FileConfig, writeConfig } from '../../support/config-file.js';
import { startDaemon, type Daemon } from '../../support/daemon.js';
import { startNats } from '../../support/nats.js';
import { tempDir } from '../../support/temp-dir.js';
import { watchMachine } from './busy.js';
import { type FaultKind, faultKinds, type Made, makeFault, type Victim } from './faults.js';
import { randomOf } from './random.js';
import { createUplink } from './uplink.js';

export interface SoakOptions {
  readonly seed: number;
  /** Of half an hour each, as the product has them. */
  readonly slots: number;
  /** How long one of them takes here, milliseconds; a round takes some three seconds of it. */
  readonly slotMs: number;
  /** All of them by default; each once in random order, then at random. */
  readonly kinds?: readonly FaultKind[];
  readonly tell?: (line: string) => void;
}

/** What is left when the run is over. */
export interface SoakRun extends Required<Pick<SoakOptions, 'slotMs' | 'slots'>> {
  readonly made: readonly Made[];
  readonly truth: readonly TruthLine[];
  /** Where the agent's and the hub's rows are. */
  readonly databases: { readonly agent: string; readonly hub: string };
  /** Rounds that the agent said it has stored: path, slot and status. */
  readonly logged: readonly string[];
  /** All that the agent logged, in every one of its lives. */
  readonly log: readonly object[];
  readonly startNs: bigint;
  readonly startMs: number;
  /** Slots in [from, to) are of the run. */
  readonly from: number;
  readonly to: number;
  /** When the agent was asked to stop at the end. */
  readonly endedAt: number;
}

export const spreadMs = 2_000;
export const lostAfterMs = 500;
export const packetIntervalMs = 200;
export const sizes: readonly number[] = [64, 128, 512];
export const targets = { A: '10.77.0.1', B: '10.77.0.2', C: '10.77.0.3' };
export const ports = { W1: '10.77.1.1', W2: '10.77.1.2' };
const references = ['10.77.2.1', '10.77.2.2'];
const natsPort = 4222;
/** After the last fault: what waits for the hub has to get there. */
const calmMs = 12_000;

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

/**
 * An agent and its hub on real databases, with real packets through a NAT to the emulator, while faults are made one
 * after the other. The agent's wall clock is stepped for itself alone.
 */
export async function runSoak(options: SoakOptions): Promise<SoakRun> {
  const { seed, slots, slotMs, kinds = faultKinds, tell = () => undefined } = options;
  return withLab(async (lab) => {
    const made: Made[] = [];
    const startNs = process.hrtime.bigint();
    const startMs = Date.now();
    const runMs = slots * slotMs;
    const uplink = createUplink(lab);
    const { prefix } = uplink.observer;
    const { emulator } = await lab.emulator(
      { seed, rules: network },
      uplink.far,
      Math.ceil(runMs / 1_000) + 300,
    );
    const nats = await startNats({ prefix, port: natsPort });
    lab.defer(() => nats.stop());
    const [folder, hubFolder] = [tempDir(), tempDir()];
    const busy = watchMachine(join(folder, 'busy'), (since, until) => {
      made.push({ kind: 'machine-busy', from: since, to: until });
    });
    lab.defer(async () => {
      await busy.stop();
    });
    const data = join(folder, 'data');
    const clock = createSteppedClock(join(folder, 'clock'));
    const disk = createBadDisk(data, join(folder, 'disk'));
    const env = { ...disk.env, ...clock.env, LD_PRELOAD: `${clock.env.LD_PRELOAD}:${disk.env.LD_PRELOAD}` };
    const agentConfig = writeConfig(folder, configOf('agent', slotMs));
    const hubConfig = writeConfig(hubFolder, configOf('hub', slotMs));
    const startHub = async (): Promise<Daemon> => {
      const hub = startDaemon({ prefix, args: ['run', '--config', hubConfig], cwd: hubFolder });
      await hub.waitForLog('the start of the hub', ({ msg }) => msg === 'pop-sla is running');
      return hub;
    };
    const agentRun = { prefix, args: ['run', '--config', agentConfig], cwd: folder, env };
    const startAgent = async (): Promise<Daemon> => {
      const agent = startDaemon(agentRun);
      busy.watch(agent.pid);
      await agent.waitForLog('the start of the agent', ({ msg }) => msg === 'pop-sla is running');
      return agent;
    };
    let hub = await startHub();
    lab.defer(async () => {
      await hub.stop();
    });
    let agent = await startAgent();
    lab.defer(async () => {
      await agent.stop();
    });
    const logged: string[] = [];
    const log: object[] = [];
    const noteLog = (): void => {
      log.push(...agent.log());
      for (const { msg, path, slot, status } of agent.log())
        if (msg.startsWith('round stored')) logged.push(`${String(path)} ${String(slot)} ${String(status)}`);
    };
    const random = randomOf(seed);
    const within = (least: number, most: number): number => least + random() * (most - least);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] ?? (items[0] as T);
    const victim: Victim = {
      daemon: () => agent,
      database: join(data, 'pop-sla.db'),
      restart: async (end) => {
        await end(agent);
        noteLog();
        await sleep(within(200, 4_000));
        agent = await startAgent();
      },
      restartHub: async () => {
        await (random() < 0.5 ? hub.stop() : hub.kill());
        await sleep(within(1_000, 8_000));
        hub = await startHub();
      },
      second: async () => {
        await startDaemon(agentRun).ended;
      },
      withRule: async (rule, ms) => {
        emulator.reload({ seed, rules: [...network, rule] });
        await sleep(ms);
        emulator.reload({ seed, rules: network });
      },
      uplink,
      nats,
      clock,
      disk,
      ports: Object.values(ports),
      targets: Object.values(targets),
      within,
      pick,
    };

    const from = Math.ceil((Date.now() + 500) / slotMs) * slotMs;
    const to = from + runMs;
    let left: FaultKind[] = [];
    await sleep(from + 5_000 - Date.now());
    while (Date.now() < to - calmMs - 22_000) {
      if (left.length === 0) left = [...kinds];
      const kind = pick(left);
      left = left.filter((one) => one !== kind);
      const fault: Made & { kind: FaultKind } = { kind, from: Date.now(), to: Infinity };
      made.push(fault);
      tell(`${((Date.now() - from) / 1000).toFixed(1).padStart(7)} s  ${kind}`);
      await makeFault(victim, fault);
      fault.to = Date.now();
      await sleep(within(1_000, 9_000));
    }
    await sleep(Math.max(0, to - Date.now()));
    const endedAt = Date.now();
    await agent.stop();
    noteLog();
    // What the hub has been sent it stores before it ends.
    await sleep(2_000);
    await hub.stop();
    const truth = await emulator.stop();
    return {
      slots,
      slotMs,
      made,
      truth,
      databases: { agent: victim.database, hub: join(hubFolder, 'data', 'pop-sla.db') },
      logged,
      log,
      startNs,
      startMs,
      from,
      to,
      endedAt,
    };
  });
}

function configOf(role: 'agent' | 'hub', slotMs: number): FileConfig {
  return {
    agent: role === 'agent' ? 'HKG' : 'HUB',
    driver: 'kernel',
    pops: [{ id: 'HKG', ipv4: '127.0.0.1' }, ...popsOf(targets), ...popsOf(ports)],
    paths: {
      include: ['HKG>A', 'HKG>B', { path: 'HKG>C', probe: { dontFragment: true } }],
    },
    watch: { ports: Object.keys(ports), references, heartbeat: '1s' },
    measurement: {
      every: `${slotMs / 1_000}s`,
      spread: `${spreadMs / 1_000}s`,
      packets: 10,
      packetInterval: `${packetIntervalMs}ms`,
      lostAfter: `${lostAfterMs}ms`,
      lateWait: '300ms',
      lagLimit: '2s',
    },
    log: { level: 'debug' },
    // The keys of the mesh are no part of what other tests write.
    ...({ role, mesh: { servers: [`nats://127.0.0.1:${natsPort}`], heartbeat: '500ms' } } as object),
  };
}

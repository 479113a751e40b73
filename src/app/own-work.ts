import { openDriver, type OpenOptions } from '../../probes/kinds.js';
import type { ProbeDriver } from '../../probes/probe.js';
import type { Config } from '../config/config.js';
import type { EngineSettings } from '../engine/engine.js';
import type { FromHub } from '../config/hub.js';
import type { AgentsShown } from '../render/mesh.js';

/** What makes a daemon an agent or a hub; a standalone one does none of it. */
export interface MeshNode {
  start(): void;
  /** What a reload has to lay over an agent's file; null: nothing. */
  hub(): FromHub | null;
  /** The daemon's own file was read again. */
  reloaded(): Promise<void>;
  /** What rounds are marked with that are measured now; null: nothing. */
  mark(): string | null;
  /** Of a hub: how its agents are, as far as it has looked. */
  agents(): AgentsShown;
  stop(): Promise<void>;
}

/** Of a daemon without a mesh, which never loads the NATS client. */
export const standaloneNode: MeshNode = {
  start: () => undefined,
  hub: () => null,
  reloaded: () => Promise.resolve(),
  mark: () => null,
  agents: () => ({ revision: null, agents: [] }),
  stop: () => Promise.resolve(),
};

/** The configured driver; a hub sends no packet, and needs no right to. */
export function openOwnDriver(config: Config, options: Omit<OpenOptions, 'simulated'>): Promise<ProbeDriver> {
  if (config.role === 'hub') return Promise.resolve(idle);
  return openDriver(config.driver.kind, { ...options, simulated: config.driver.simulated });
}

const idle: ProbeDriver = {
  kind: 'none',
  stamps: 'simulated',
  measure: () =>
    Promise.resolve({
      ended: 'failed',
      reason: 'a hub sends no packets',
      sizes: [],
      // Of a network that is not there: the loopback's calibration is nothing to it.
      provenance: { stamps: 'simulated', fallbackStamps: 0, socketDrops: null, sendLagUs: null },
    }),
  close: () => Promise.resolve(),
};

/** What of its configuration a daemon measures itself: a hub's speaks of what its agents do. */
export function ownWork(config: Config): Config {
  if (config.role !== 'hub') return config;
  return { ...config, paths: [], watch: { ...config.watch, ports: [], references: [] } };
}

/** What the engine of this daemon measures and watches. */
export function settingsOf(whole: Config): EngineSettings {
  const config = ownWork(whole);
  return {
    pops: config.pops,
    paths: config.paths,
    measurement: config.measurement,
    retention: config.store,
    observer: config.agent,
    watch: config.watch,
  };
}

export const metricsSettings = ({ metrics, agent, role, pops, watch, measurement }: Config) => ({
  ...metrics,
  agent: { pop: agent, role },
  pops,
  ports: watch.ports,
  sizes: measurement.sizes,
});

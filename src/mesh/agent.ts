import type { NatsConnection } from '@nats-io/transport-node';
import type { MeshConfig } from '../config/sections/mesh.js';
import type { EpochMs, PopId } from '../core/types.js';
import type { Clock, Log } from '../engine/ports.js';
import { type Buckets, openBuckets, popToken } from './streams.js';
import { askTime, isSuspect, type ClockReading } from './clock.js';
import type { ConfigFollower } from './config.js';
import { packStatus, type AgentStatus } from './status.js';

interface AgentOptions {
  readonly connection: NatsConnection;
  readonly agent: PopId;
  readonly mesh: MeshConfig;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  readonly startedAt: EpochMs;
  readonly follower: ConfigFollower;
  /** How many paths it measures. */
  readonly paths: () => number;
  readonly backlog: () => Promise<AgentStatus['backlog']>;
  /** When the stream was made that this agent's rows go to, as its hub says; null: it does not. */
  readonly onStream?: (made: string | null) => void;
  readonly onClock: (reading: ClockReading, suspect: boolean) => void;
}

/** So many beats after one look into the bucket it is looked into all the same, whatever a hub says of it. */
const lookEveryBeats = 30;

/**
 * At every heartbeat, until `signal` is aborted: reads the hub's clock, takes up what the hub has published, and says
 * how it is. Each of the three goes wrong by itself, and is tried again at the next.
 */
export async function keepAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  const { connection, agent, mesh, clock, log, follower } = options;
  let buckets: Buckets | null = null;
  const heard: { reading: ClockReading | null; revision: number | null } = { reading: null, revision: null };
  const reported = new Map<string, string>();
  const attempt = async (what: string, task: () => Promise<void>): Promise<void> => {
    try {
      await task();
      if (reported.delete(what)) log.info({}, `${what}: works again`);
    } catch (error) {
      const { message } = error as Error;
      // The hub may have to make them again.
      buckets = null;
      if (signal.aborted || reported.get(what) === message) return;
      reported.set(what, message);
      log.warn({ why: message }, `${what}: failed; tried again at each heartbeat`);
    }
  };
  const opened = async (): Promise<Buckets> => (buckets ??= await openBuckets(connection));

  for (let beat = 0; !signal.aborted; beat += 1) {
    await attempt('reading the hub’s clock', async () => {
      const answer = await askTime(connection, clock);
      heard.reading = answer.reading;
      heard.revision = answer.revision;
      options.onStream?.(answer.streamMade);
      options.onClock(answer.reading, isSuspect(answer.reading, mesh.clockLimitMs));
    });
    const { inForce, refused } = follower.standing();
    const isKnown = [null, inForce?.revision, refused?.revision].includes(heard.revision);
    if (beat % lookEveryBeats === 0 || !isKnown) {
      await attempt('reading the hub’s configuration', async () => {
        await follower.check((await opened()).config);
      });
    }
    await attempt('telling the hub how this agent is', async () => {
      const { reading } = heard;
      const status = packStatus({
        agent,
        version: options.version,
        startedAt: options.startedAt,
        at: clock.now(),
        heartbeatMs: mesh.heartbeatMs,
        paths: options.paths(),
        config: follower.standing(),
        clock: reading && { ...reading, suspect: isSuspect(reading, mesh.clockLimitMs) },
        backlog: await options.backlog(),
      });
      await (await opened()).agents.put(popToken(agent), status);
    });
    await clock.sleep(mesh.heartbeatMs, signal);
  }
}

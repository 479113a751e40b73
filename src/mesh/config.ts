import type { KV } from '@nats-io/kv';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config/config.js';
import {
  type ConfigEnvelope,
  digestOf,
  type FromHub,
  fromHub,
  cachedConfigBytes,
  type CachedConfig,
  type MeshSections,
  packEnvelope,
  readEnvelope,
} from '../config/hub.js';
import type { ConfigResult } from '../config/parse.js';
import { formatProblem } from '../config/problem.js';
import type { Log } from '../engine/ports.js';
import { writeAtomically } from '../seal/atomic-file.js';
import { MeshConnectionError } from './connect.js';

/** The one key of the bucket. */
const configKey = 'mesh';

export interface Published {
  readonly revision: number;
  readonly digest: string;
}

/** What is in the bucket; null: nothing, or nothing that this version can read. */
export async function publishedNow(kv: KV): Promise<Published | null> {
  const entry = await kv.get(configKey);
  if (entry?.operation !== 'PUT') return null;
  try {
    return { revision: entry.revision, digest: readEnvelope(entry.value).digest };
  } catch {
    return { revision: entry.revision, digest: '' };
  }
}

interface PublishOptions {
  readonly kv: KV;
  readonly sections: MeshSections;
  /** The hub's name. */
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  /** Bytes of a message that the server takes. */
  readonly mostBytes: number;
}

/**
 * Puts the mesh into the bucket, unless it says the same already; gives the revision that is there now. When another
 * hub is quicker its words stand, and this rejects.
 */
export async function publishConfig(options: PublishOptions): Promise<Published> {
  const { kv, sections, by, at, mostBytes } = options;
  const digest = digestOf(sections);
  const before = await publishedNow(kv);
  if (before?.digest === digest) return before;
  const bytes = packEnvelope(sections, by, at);
  if (bytes.byteLength > mostBytes) {
    throw new MeshConnectionError(
      `the mesh takes ${bytes.byteLength} bytes; allowed: ${mostBytes}, the server's max_payload: raise it there`,
    );
  }
  const entry = await kv.get(configKey);
  const revision =
    entry === null ? await kv.create(configKey, bytes) : await kv.update(configKey, bytes, entry.revision);
  return { revision, digest };
}

/** Which revision of the hub's an agent runs on, and which it does not take. */
interface ConfigStanding {
  /** Null: its own file, nothing was heard of a hub yet. */
  readonly inForce: { readonly revision: number; readonly digest: string } | null;
  readonly refused: { readonly revision: number; readonly why: string } | null;
}

interface FollowOptions {
  /** The file of the configuration in force. */
  readonly cachedConfigFile: string;
  /** Reads this agent's file with the hub's words in it, and says everything that is wrong with the two. */
  readonly validate: (hub: FromHub) => Promise<ConfigResult>;
  /** From now on this holds. */
  readonly apply: (config: Config) => void;
  readonly log: Log;
}

export interface ConfigFollower {
  readonly standing: () => ConfigStanding;
  /** The cached configuration of the hub, for readers of the agent's file; null: none. */
  readonly hub: () => FromHub | null;
  /** Looks into the bucket, and takes up what is new there. Rejects when the bucket can't be read. */
  check(kv: KV): Promise<void>;
  /** The agent's own file has changed: what was refused may be right now. */
  lookAgain(): void;
}

/** `cached`: the configuration that was on the disk at the start. */
export function createFollower(options: FollowOptions, cached: CachedConfig | null): ConfigFollower {
  const { cachedConfigFile, validate, apply, log } = options;
  let current = cached;
  let refused: ConfigStanding['refused'] = null;

  const refuse = (revision: number, why: string): void => {
    refused = { revision, why };
    log.error({ revision, why }, 'the configuration of the hub is refused; the last good one stays in force');
  };

  const take = async (revision: number, bytes: Uint8Array): Promise<void> => {
    let envelope: ConfigEnvelope;
    try {
      envelope = readEnvelope(bytes);
    } catch (error) {
      refuse(revision, (error as Error).message);
      return;
    }
    const next = { revision, envelope };
    const isSame = current?.envelope.digest === envelope.digest;
    const result = isSame ? null : await validate(fromHub(next));
    if (result !== null && !result.ok) {
      refuse(revision, result.problems.map(formatProblem).join('\n'));
      return;
    }
    try {
      // On the disk first: a restart without the hub must not go back.
      await mkdir(dirname(cachedConfigFile), { recursive: true });
      await writeAtomically(cachedConfigFile, cachedConfigBytes(revision, bytes));
    } catch (error) {
      log.warn({ err: error, file: cachedConfigFile }, 'the configuration of the hub could not be kept');
    }
    current = next;
    refused = null;
    if (result === null) return;
    apply(result.config);
    log.info({ revision, paths: result.config.paths.length }, 'the configuration of the hub is in force');
  };

  return {
    standing: () => ({
      inForce: current && { revision: current.revision, digest: current.envelope.digest },
      refused,
    }),
    hub: () => current && fromHub(current),
    check: async (kv) => {
      const entry = await kv.get(configKey);
      if (entry?.operation !== 'PUT') return;
      // Servers that lost their store count from 1 again: a number alone does not say which words they are.
      if (entry.revision === refused?.revision) return;
      if (entry.revision === current?.revision && isOf(current, entry.value)) return;
      await take(entry.revision, entry.value);
    },
    lookAgain: () => {
      refused = null;
    },
  };
}

/** Whether these bytes are the cached configuration. */
function isOf({ envelope }: CachedConfig, bytes: Uint8Array): boolean {
  try {
    return readEnvelope(bytes).digest === envelope.digest;
  } catch {
    return false;
  }
}

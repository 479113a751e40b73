import type { KV } from '@nats-io/kv';
import type { MeshSections } from '../../config/hub/from-hub.js';
import { MeshFault } from '../fault.js';
import { digestOf, packEnvelope, readEnvelope } from '../../config/hub/envelope.js';

/** The one key of the bucket. */
export const configKey = 'mesh';

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

export interface PublishOptions {
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
    throw new MeshFault(
      `the mesh takes ${bytes.byteLength} bytes; allowed: ${mostBytes}, the server's max_payload: raise it there`,
    );
  }
  const entry = await kv.get(configKey);
  const revision =
    entry === null ? await kv.create(configKey, bytes) : await kv.update(configKey, bytes, entry.revision);
  return { revision, digest };
}

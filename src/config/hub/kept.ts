import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readEnvelope, type ConfigEnvelope } from './envelope.js';
import type { FromHub } from './from-hub.js';

/** A revision of the hub's that was valid, as an agent keeps it. */
export interface KeptConfig {
  /** The bucket's own count. */
  readonly revision: number;
  readonly envelope: ConfigEnvelope;
}

/** Where an agent keeps what it runs on while it can't ask its hub: beside its database. */
export const keptFile = (storePath: string): string => join(dirname(storePath), 'mesh-config.json');

/** Null: there is none. Throws an `Error` for one that can't be used. */
export function readKept(file: string): KeptConfig | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const line = text.indexOf('\n');
  const revision = Number(text.slice(0, line));
  if (!Number.isSafeInteger(revision) || revision < 1) throw new Error('has no revision in its first line');
  return { revision, envelope: readEnvelope(new TextEncoder().encode(text.slice(line + 1))) };
}

/** What the file holds for a revision: the bucket's count in a line of its own, and the bytes as they were. */
export const keptBytes = (revision: number, bytes: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`${revision}\n`), bytes]);

export const fromHub = ({ revision, envelope }: KeptConfig): FromHub => ({
  name: `revision ${revision} of the hub`,
  sections: envelope.sections,
});

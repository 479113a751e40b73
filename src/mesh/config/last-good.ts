import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeWhole } from '../../seal/whole-file.js';
import { readEnvelope, type ConfigEnvelope } from './envelope.js';

/** A revision of the bucket that was valid, as an agent keeps it. */
export interface LastGood {
  /** The bucket's own count. */
  readonly revision: number;
  readonly envelope: ConfigEnvelope;
}

export interface LastGoodFile {
  readonly file: string;
  /** Null: there is none. Throws an `Error` for one that can't be used. */
  read(): LastGood | null;
  /** Durable when it resolves: it survives power loss. */
  write(revision: number, bytes: Uint8Array): Promise<void>;
}

/** The configuration that an agent runs on while it can't ask its hub, beside its database. */
export function lastGoodFile(storePath: string): LastGoodFile {
  const file = join(dirname(storePath), 'mesh-config.json');
  return {
    file,
    read: () => {
      let text: string;
      try {
        text = readFileSync(file, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
      const line = text.indexOf('\n');
      const revision = Number(text.slice(0, line));
      if (!Number.isSafeInteger(revision) || revision < 1)
        throw new Error('has no revision in its first line');
      return { revision, envelope: readEnvelope(new TextEncoder().encode(text.slice(line + 1))) };
    },
    write: async (revision, bytes) => {
      await mkdir(dirname(file), { recursive: true });
      await writeWhole(file, Buffer.concat([Buffer.from(`${revision}\n`), bytes]));
    },
  };
}

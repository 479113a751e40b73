import { randomBytes } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeyError, refuseReadableByOthers, readText } from './keys.js';

const bytes = 32;

/**
 * A secret of the installation that stands in a file of its own, apart from the database that it encrypts parts of. It
 * is made the first time. Rejects with `KeyError` where it can't be read, or others could read it.
 */
export function secretKeyFile(file: string): () => Promise<Buffer> {
  let known: Promise<Buffer> | null = null;
  const read = async (): Promise<Buffer> => {
    const text = (await readText(file)) ?? (await make());
    await refuseReadableByOthers(file);
    const key = Buffer.from(text.trim(), 'base64');
    if (key.length !== bytes)
      throw new KeyError(`${file} is no secret of ${bytes} bytes; put the right one back from a backup`);
    return key;
  };
  const make = async (): Promise<string> => {
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      // Another process may make it at the same time: the first one wins.
      const handle = await open(file, 'wx', 0o600);
      try {
        const text = `${randomBytes(bytes).toString('base64')}\n`;
        await handle.writeFile(text);
        await handle.sync();
        return text;
      } finally {
        await handle.close();
      }
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException;
      const made = code === 'EEXIST' ? await readText(file) : null;
      if (made === null) throw new KeyError(`${file} can't be written (${code})`, { cause: error });
      return made;
    }
  };
  return () => {
    known ??= read().catch((error: unknown) => {
      known = null;
      throw error;
    });
    return known;
  };
}

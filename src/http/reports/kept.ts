/** Together; one that is longer than a quarter of it is kept for nobody. */
const mostBytes = 32 * 1024 * 1024;

export interface MadeFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Files that were made lately, by what they say: whoever asks for the same gets the same bytes. The one that was asked
 * for longest ago goes first.
 */
export function keptFiles(): (key: string, make: () => Promise<MadeFile>) => Promise<MadeFile> {
  const made = new Map<string, MadeFile>();
  const underWay = new Map<string, Promise<MadeFile>>();
  let bytes = 0;
  const keep = (key: string, file: MadeFile): void => {
    if (file.bytes.byteLength > mostBytes / 4) return;
    made.set(key, file);
    bytes += file.bytes.byteLength;
    for (const [oldest, { bytes: gone }] of made) {
      if (bytes <= mostBytes) return;
      made.delete(oldest);
      bytes -= gone.byteLength;
    }
  };
  return async (key, make) => {
    const known = made.get(key);
    if (known) {
      made.delete(key);
      made.set(key, known);
      return known;
    }
    const asked = underWay.get(key);
    if (asked) return asked;
    const making = make();
    underWay.set(key, making);
    try {
      const file = await making;
      keep(key, file);
      return file;
    } finally {
      underWay.delete(key);
    }
  };
}

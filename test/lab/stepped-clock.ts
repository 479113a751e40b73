import { compile, stepclock } from './compile.js';
import { writeMapped } from './mapped-file.js';

/** The wall clock of the programs that are started with `env`; the machine's own is not touched. */
export interface SteppedClock {
  readonly env: { readonly LD_PRELOAD: string; readonly STEPCLOCK_FILE: string };
  /** Sets their clock to the true time plus this, from this instant on. */
  setOffset(ms: number): void;
}

/** Makes a clock that goes right until it is stepped; `file` is where its offset stands. */
export function createSteppedClock(file: string): SteppedClock {
  const setOffset = (ms: number): void => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(ms) * 1_000_000n);
    writeMapped(file, bytes);
  };
  setOffset(0);
  return { env: { LD_PRELOAD: compile(stepclock), STEPCLOCK_FILE: file }, setOffset };
}

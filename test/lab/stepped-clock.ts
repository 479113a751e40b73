import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { compile, stepclock } from './compile.js';

/** The wall clock of the programs that are started with `env`; the machine's own is not touched. */
export interface SteppedClock {
  readonly env: { readonly LD_PRELOAD: string; readonly STEPCLOCK_FILE: string };
  /** Sets their clock to the true time plus this, from this instant on. */
  setOffset(ms: number): void;
}

/** Makes a clock that goes right until it is stepped; `file` is where its offset stands. */
export function createSteppedClock(file: string): SteppedClock {
  const write = (ms: number): void => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(ms) * 1_000_000n);
    // Written over in place, never cut: the file is mapped by those who read it.
    const fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o644);
    writeSync(fd, bytes, 0, bytes.length, 0);
    closeSync(fd);
  };
  write(0);
  return { env: { LD_PRELOAD: compile(stepclock), STEPCLOCK_FILE: file }, setOffset: write };
}

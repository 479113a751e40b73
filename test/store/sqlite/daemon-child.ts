import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Round } from '../../../src/core/measurement/round.js';
import type { EpochMs, PathId } from '../../../src/core/types.js';
import { packets, round, sample } from '../support.js';

/** What the child stores for every slot: three rounds of 300 packets, each another. */
export const childRounds: readonly Round[] = ['HKG>SIN', 'HKG>TYO', 'HKG>FRA'].map((path, n) =>
  round({
    path: path as PathId,
    sizes: [64, 128, 512].map((bytes) =>
      sample(
        bytes,
        packets(
          ...Array.from({ length: 100 }, (_, k) =>
            k % 17 === n ? null : 30_000 + bytes + ((k * 7919) % 1500),
          ),
        ),
      ),
    ),
  }),
);

export interface DaemonChild {
  /** What it has confirmed until now. */
  readonly confirmed: readonly { readonly slot: EpochMs; readonly path: PathId }[];
  /** Resolves when it has confirmed this many rounds. */
  until(rounds: number): Promise<void>;
  /** kill -9; resolves when it is gone and all it said was read. */
  kill(): Promise<void>;
}

/** Another process that stores rounds without pause. */
export function startDaemonChild(file: string, folder: string, firstSlot: EpochMs): DaemonChild {
  const roundsFile = join(folder, 'rounds.json');
  writeFileSync(roundsFile, JSON.stringify(childRounds));
  const script = join(import.meta.dirname, 'daemon-child.mjs');
  const child = spawn(process.execPath, [script, file, roundsFile, String(firstSlot)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const confirmed: { slot: EpochMs; path: PathId }[] = [];
  const waiting: { rounds: number; go: () => void }[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const [slot, path] = line.split(' ');
    // The last line may be half a line: the child is killed while it writes.
    if (path !== undefined && childRounds.some((one) => one.path === path)) {
      confirmed.push({ slot: Number(slot), path: path as PathId });
    }
    for (const one of waiting) if (confirmed.length >= one.rounds) one.go();
  });
  const gone = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  return {
    confirmed,
    until: (rounds) =>
      Promise.race([
        new Promise<void>((go) => {
          if (confirmed.length >= rounds) go();
          else waiting.push({ rounds, go });
        }),
        gone.then(() => {
          if (confirmed.length < rounds) throw new Error(`the child ended after ${confirmed.length} rounds`);
        }),
      ]),
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

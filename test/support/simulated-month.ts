import { openDriver } from '../../probes/kinds.js';
import type { SimulatedScript } from '../../probes/simulated/script.js';
import type { MeasurementConfig, PathConfig, Pop } from '../../src/config/config.js';
import { dueSlots } from '../../src/core/time/slot.js';
import type { EpochMs } from '../../src/core/types.js';
import { createRoundRunner } from '../../src/engine/round-runner.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { createJumpingClock } from './jumping-clock.js';
import { keptLog } from './log.js';

export interface SimulatedMonth {
  readonly file: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly script: SimulatedScript;
  readonly measurement: MeasurementConfig;
  readonly targets: readonly { readonly path: PathConfig; readonly destination: Pop }[];
  /** Slots in which nobody measured. */
  readonly absent: (slot: EpochMs) => boolean;
}

/** Fills a database by the daemon's own round runner, driver and store, on a clock that jumps from round to round. */
export async function fillMonth(month: SimulatedMonth): Promise<number> {
  const clock = createJumpingClock(month.from);
  const { log } = keptLog();
  const store = await openSqliteStore({ path: month.file });
  const driver = await openDriver('simulated', { log, simulated: month.script, clock });
  const runRound = createRoundRunner({
    clock,
    driver,
    resolve: () => Promise.reject(new Error('no names here')),
    calibration: () => null,
  });
  const { signal } = new AbortController();
  let rounds = 0;
  for (const { path, destination } of month.targets) {
    const writing: Promise<unknown>[] = [];
    for (const slot of dueSlots(month.from, month.to, month.measurement.everyMs, path)) {
      if (month.absent(slot)) {
        writing.push(store.rounds.putMissing([{ path: path.id, slot, reason: 'stopped' }]));
        continue;
      }
      clock.jumpTo(slot);
      const task = { path, destination, measurement: month.measurement, slot, scheduled: true, signal };
      writing.push(store.rounds.put(await runRound(task)));
      rounds += 1;
    }
    await Promise.all(writing);
  }
  await driver.close();
  await store.close();
  return rounds;
}

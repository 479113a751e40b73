import { expect, test } from 'vitest';
import { type FaultKind, faultKinds } from './faults.js';
import { readRun, writeRun } from './record.js';
import { runSoak } from './soak.js';
import { judge, nothingWrong } from './verdict.js';

/*
 * A day of random faults on a real agent and its hub. The day is compressed: a slot of half an hour is twenty seconds
 * long here, a round has 10 packets a size instead of 100, and everything else (daemons, driver, databases, NATS server,
 * packets, kernel) is real. 24 hours are 48 slots, which take sixteen minutes.
 *
 *   npm run build && npx vitest run -c test/bench/vitest.config.ts test/bench/soak
 *   SOAK_SEED=1 SOAK_HOURS=24 SOAK_SLOT=20 SOAK_FAULTS=kill,pause,…  (all of them unless told)
 *   SOAK_KEEP=FOLDER  writes what the run has left there;  SOAK_JUDGE=FOLDER  judges that again
 */
const seed = Number(process.env['SOAK_SEED'] ?? 1);
const hours = Number(process.env['SOAK_HOURS'] ?? 24);
const slotMs = Number(process.env['SOAK_SLOT'] ?? 20) * 1_000;
const kinds = (process.env['SOAK_FAULTS']?.split(',') as FaultKind[] | undefined) ?? faultKinds;

test('a day of faults', { timeout: hours * 2 * slotMs + 600_000, retry: 0 }, async () => {
  const tell = (line: string): void => {
    console.log(line);
  };
  const { SOAK_KEEP: keep, SOAK_JUDGE: again } = process.env;
  const run = again ? readRun(again) : await runSoak({ seed, slots: hours * 2, slotMs, kinds, tell });
  if (keep) writeRun(run, keep);
  const { verdict, figures } = await judge(run);
  tell(`seed ${seed}: ${hours} h in ${(hours * 2 * slotMs) / 1_000} s`);
  figures.forEach(tell);
  for (const [what, list] of Object.entries(verdict))
    if (Array.isArray(list) && list.length > 0)
      tell(`${what}: ${list.length}\n  ${list.slice(0, 40).join('\n  ')}`);
  expect(verdict).toEqual(nothingWrong);
});

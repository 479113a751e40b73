// A daemon's writing, for tests that watch it from another process or kill it: stores rounds until it is ended, and
// prints each one's slot when the store has confirmed it.
//   node daemon-child.mjs DATABASE ROUNDS.json FIRST_SLOT
import { readFileSync, writeSync } from 'node:fs';
import { openSqliteStore } from '../../../dist/src/store/sqlite/open.js';

const [file, roundsFile, firstSlot] = process.argv.slice(2);
const everyMs = 1_800_000;
const templates = JSON.parse(readFileSync(roundsFile, 'utf8'));
const store = await openSqliteStore({ path: file });

for (let slot = Number(firstSlot); ; slot += everyMs) {
  await Promise.all(
    templates.map(async (round) => {
      await store.rounds.put({ ...round, slot, startedAt: slot + 1, endedAt: slot + 2 });
      writeSync(1, `${slot} ${round.path}\n`);
    }),
  );
}

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { heartbeatLoop } from '../../src/engine/upkeep.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { keptLog } from '../support/log.js';
import { tempDir } from '../support/temp-dir.js';
import { virtualTime } from '../support/virtual-time.js';

test.each([
  ['since the latest beat', 2_000],
  ['before the latest beat', 12_000],
])(
  'a run whose row the database lost %s is written again when it ends: it did not crash',
  async (_, endsAt) => {
    const time = virtualTime(1_000);
    const path = join(tempDir(), 'store.db');
    const store = await openSqliteStore({ path });
    const ended = new AbortController();
    const keeping = heartbeatLoop(
      {
        clock: time.clock,
        runs: store.runs,
        upkeep: store.upkeep,
        version: '1',
        startedAt: 1_000,
        events: { storeWritable: () => undefined },
        log: keptLog().log,
      },
      ended.signal,
    );
    await time.pass(2_000);
    const other = new Database(path);
    other.exec('DELETE FROM run');
    other.close();
    await time.pass(endsAt - 2_000);
    ended.abort();
    await keeping;
    expect(await store.runs.latest()).toMatchObject({ startedAt: 1_000, stoppedAt: 1_000 + endsAt });
    await store.close();
  },
);

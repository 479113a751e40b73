import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { audit } from '../../../src/services/ledger/backlog.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { requires } from '../../support/requires.js';
import { statedOctober, statementsOf } from '../../support/statements.js';
import { tempDir } from '../../support/temp-dir.js';

requires({ root: true, mount: true, commands: ['mount', 'umount'] });

test('a sealing that finds no room on the disk changes nothing, and is done when there is room', async () => {
  const { store: first, config, file, folder } = await statedOctober();
  await first.close();
  const disk = join(tempDir(), 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'pop-sla-test', disk]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', disk]);
  });
  const path = join(disk, 'store.db');
  copyFileSync(config.store.path, path);
  const store = await openSqliteStore({ path });
  onTestFinished(() => store.close());
  const { bavail, bsize } = statfsSync(disk);
  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(bavail * bsize));

  const statements = await statementsOf({ store, config, file, folder });
  const all = { month: '2026-10', services: null, acceptIncomplete: null };
  await expect(statements.seal('ann', all)).rejects.toMatchObject({ name: 'StoreError', kind: 'full' });
  const events = await store.ledger.events();
  const sealed = (await statements.list()).filter(({ state }) => state === 'sealed');
  expect(events.filter(({ action }) => action.type === 'statement-sealed')).toHaveLength(sealed.length);
  expect((await store.statements.credits({ status: 'sealed' })).length).toBe(
    sealed.filter(({ credit }) => credit !== '0.00').length,
  );
  rmSync(ballast);
  await statements.seal('ann', all);
  expect((await statements.list()).map(({ state }) => state)).toEqual(['sealed', 'sealed']);
  expect(await audit(store)).toMatchObject({ ok: true });
});

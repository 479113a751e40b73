import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { builtMain, requires } from '../support/requires.js';
import { quickConfig } from '../support/quick-config.js';
import { round, slot } from '../support/rounds.js';
import { tempDir } from '../support/temp-dir.js';

requires({ built: true });

test('a reader that goes before the end is no fault', async () => {
  const folder = tempDir();
  const store = await openSqliteStore({ path: join(folder, 'data', 'pop-sla.db') });
  const many = Array.from({ length: 2_000 }, (_, n) => round({ slot: slot + n * 1_800_000 }));
  await Promise.all(many.map((one) => store.rounds.put(one)));
  await store.close();
  const command = `"$NODE" "$MAIN" rounds --csv --from 2026-01-01 --config "$CONFIG" | head -1; echo "\${PIPESTATUS[0]}"`;
  const run = spawnSync('bash', ['-c', command], {
    encoding: 'utf8',
    env: { ...process.env, NODE: process.execPath, MAIN: builtMain, CONFIG: quickConfig(folder) },
  });
  expect(run.stderr).toBe('');
  expect(run.stdout.split(/\r?\n/)).toEqual([expect.stringMatching(/^path,slot,/), '0', '']);
});

test('nothing is cut off before the process ends', () => {
  const run = spawnSync(process.execPath, [builtMain, 'help', 'rounds'], { encoding: 'utf8' });
  expect(run.status).toBe(0);
  expect(run.stdout.trimEnd().endsWith('3  no permission to send packets')).toBe(true);
});

test('faults of a giant arrive on a pipe to the last line, however slow its reader is', () => {
  const folder = tempDir();
  const file = join(folder, 'case.json');
  // A thousand lines of these are twice what a pipe holds.
  const outage = { line: 'x'.repeat(60), from: '2026-10-01T00:00:00Z', to: '2026-10-02T00:00:00Z' };
  const outages = Array.from({ length: 300_000 }, () => outage);
  const head = { plan: 'ctg-cloud-connection', month: '2026-10', lines: [], services: [] };
  writeFileSync(file, JSON.stringify({ ...head, outages }));
  const run = spawnSync(
    'bash',
    ['-c', `"$NODE" "$MAIN" evaluate "$CASE" 2>&1 >/dev/null | { sleep 1; cat; }; exit "\${PIPESTATUS[0]}"`],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      env: { ...process.env, NODE: process.execPath, MAIN: builtMain, CASE: file },
    },
  );
  expect(run.status).toBe(2);
  const lines = run.stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(1001);
  expect(lines.at(-1)).toBe('$ has 299000 more faults, not listed');
});

test('a daemon whose log nobody reads any more goes on', async () => {
  const config = quickConfig(tempDir());
  const daemon = spawn(process.execPath, [builtMain, 'run', '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  try {
    const address = await new Promise<string>((resolve) => {
      createInterface(daemon.stdout).on('line', (line) => {
        const entry = JSON.parse(line) as { http?: string };
        if (entry.http !== undefined) resolve(entry.http);
      });
    });
    daemon.stdout.destroy();
    // Each is said in the log, where nobody listens.
    for (let times = 0; times < 3; times += 1) {
      daemon.kill('SIGHUP');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
  } finally {
    daemon.kill('SIGTERM');
  }
  expect(await ended).toBe(0);
});

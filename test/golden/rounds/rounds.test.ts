import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { MeasurementConfig, PathConfig, Pop } from '../../../src/config/config.js';
import { requires } from '../../support/requires.js';
import { fillMonth } from '../../support/simulated-month.js';
import { root } from '../../support/source-files.js';
import { tempDir } from '../../support/temp-dir.js';

requires({ built: true });

const at = (text: string): number => Date.parse(text);
const hour = 3_600_000;

const measurement: MeasurementConfig = {
  everyMs: 3 * hour,
  packets: 100,
  sizes: [64, 128, 512],
  lengthBasis: 'icmp',
  lostAfterMs: 2_000,
  lateWaitMs: 1_000,
  packetIntervalMs: 1_000,
  spreadMs: 300_000,
  lagLimitMs: 500,

};

const target = (id: string, ipv4: string): { path: PathConfig; destination: Pop } => ({
  path: { id: `HKG>${id}`, source: 'HKG', destination: id, from: null, to: null, probe: {} },
  destination: { id, name: id, region: null, ipv4, ipv6: null, host: null, coordinates: null },
});

/** October with jitter, a lossy week, an outage of a day, a slow link with late replies, and a stopped observer. */
const month = (file: string) =>
  fillMonth({
    file,
    from: at('2026-10-01T00:00:00Z'),
    to: at('2026-11-01T00:00:00Z'),
    measurement,
    targets: [target('SIN', '192.0.2.12'), target('FRA', '192.0.2.13')],
    absent: (slot) => slot >= at('2026-10-20T06:00:00Z') && slot < at('2026-10-21T00:00:00Z'),
    script: {
      seed: 20261001,
      rules: [
        { address: '192.0.2.12', from: null, to: null, delayUs: 35_000, jitterUs: 400 },
        { address: '192.0.2.13', from: null, to: null, delayUs: 189_500, jitterUs: 1_500 },
        { address: '192.0.2.13', from: at('2026-10-08T00:00:00Z'), to: at('2026-10-15T00:00:00Z'), loss: 0.03 },
        { address: '192.0.2.12', from: at('2026-10-11T00:00:00Z'), to: at('2026-10-12T00:00:00Z'), down: true },
        { address: '192.0.2.12', from: at('2026-10-25T09:00:00Z'), to: at('2026-10-25T18:00:00Z'), delayUs: 2_000_000 },
      ],
    },
  });

test('the built command prints a simulated month, byte for byte', { timeout: 60_000 }, async () => {
  const folder = tempDir();
  const config = join(folder, 'pop-sla.yaml');
  const db = join(folder, 'pop-sla.db');
  writeFileSync(
    config,
    `agent: HKG\npops: [{ id: HKG, ipv4: 192.0.2.11 }, { id: SIN, ipv4: 192.0.2.12 }, { id: FRA, ipv4: 192.0.2.13 }]\nstore: { path: ${db} }\n`,
  );
  expect(await month(db)).toBe(2 * (31 * 8 - 6));
  const table = execFileSync(
    process.execPath,
    [join(root, 'dist/src/main.js'), 'rounds', '--config', config, '--from', '2026-10-01', '--to', '2026-11-01'],
    { encoding: 'utf8' },
  );
  // Looked at, then kept: `vitest run -u` writes it anew.
  await expect(table).toMatchFileSnapshot('october.txt');
});

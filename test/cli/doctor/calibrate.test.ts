import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { SideBySideRow } from '../../../probes/side-by-side.js';
import { calibrationText } from '../../../src/cli/doctor/calibrate.js';
import { runCli } from '../../support/cli.js';
import { quickConfig } from '../../support/quick-config.js';
import { builtMain, requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';

const rows: readonly SideBySideRow[] = [
  {
    kind: 'kernel',
    usable: true,
    stamps: 'kernel-tx-rx',
    sent: 300,
    received: 300,
    rttUs: { min: 13, p50: 18, p99: 60 },
    sendLagUs: 3_188,
  },
  { kind: 'net-ping', usable: true, stamps: 'user', sent: 300, received: 0, rttUs: null, sendLagUs: null },
  { kind: 'fping', usable: false, reason: 'fping is not there', remedy: 'sudo apt install fping' },
];

describe('doctor --calibrate', () => {
  test('prints the kinds side by side, what was not measured as -, and why one could not run', async () => {
    expect(await calibrationText('HKG>SIN (192.0.2.12)', rows)).toBe(
      `The same round to HKG>SIN (192.0.2.12), by one kind after the other:
KIND      STAMPS        SENT  RECV  MIN ms  P50 ms  P99 ms  SEND LAG ms
kernel    kernel-tx-rx   300   300   0.013   0.018   0.060        3.188
net-ping  user           300     0       -       -       -            -
fping     -                -     -       -       -       -            -
fping: fping is not there
  -> sudo apt install fping
`,
    );
  });

  test('refuses a path that is not configured', async () => {
    const run = await runCli(['doctor', '--calibrate', 'LAB9', '--config', quickConfig(tempDir())]);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain("no path 'LAB9'; allowed: 'LAB1>LAB2', 'LAB1>LAB3'");
  });

  describe('on real packets', () => {
    requires({ root: true, rawSocket: true, netPing: true, built: true, commands: ['fping'] });

    test('measures the loopback by every kind, and every kind gets all replies', () => {
      const args = [builtMain, 'doctor', '--calibrate', '--json', '--config', quickConfig(tempDir())];
      const run = spawnSync(process.execPath, args, { encoding: 'utf8' });
      const { address, kinds } = JSON.parse(run.stdout) as { address: string; kinds: SideBySideRow[] };
      expect(address).toBe('127.0.0.1');
      expect(kinds.map((row) => [row.kind, row.usable && row.sent, row.usable && row.received])).toEqual([
        ['kernel', 12, 12],
        ['net-ping', 12, 12],
        ['fping', 12, 12],
      ]);
    });
  });
});

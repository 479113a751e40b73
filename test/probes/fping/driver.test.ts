import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openFping } from '../../../probes/fping/driver.js';
import { withLab } from '../../lab/lab.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';
import { measureIn } from '../support/measure-in.js';
import { countsOf, roundOf, silentLog } from '../support/rounds.js';

describe('the real fping', () => {
  requires({ namespaces: true, tun: true, commands: ['fping', 'gcc'], built: true });

  test('measures what the emulator did, to its three digits', async () => {
    await withLab(async (lab) => {
      const { namespace } = await lab.emulator({
        rules: [
          { delay_ms: 20 },
          { match: '10.77.0.2', loss: 1 },
          { match: '10.77.0.3', delay_ms: 700 },
          { match: ['10.77.0.4', 'fd77::4'], delay_ms: 40 },
        ],
      });
      const hosts = ['10.77.0.1', '10.77.0.2', '10.77.0.3', '10.77.0.4', 'fd77::4'];
      const rounds = hosts.map((address) =>
        roundOf(address, { count: 5, lostAfterMs: 600, lateWaitMs: 400 }),
      );
      const results = await measureIn(namespace, 'fping', rounds);
      expect(results.map((result) => result.ended)).toEqual(Array(5).fill('completed'));
      const sizes = results.map((result) => countsOf(result));
      for (const size of sizes[0] ?? []) expect(size).toMatchObject({ received: 5, late: 0 });
      for (const size of sizes[1] ?? []) expect(size).toMatchObject({ sent: 5, received: 0, late: 0 });
      for (const size of sizes[2] ?? []) expect(size).toMatchObject({ received: 0, late: 5 });
      for (const index of [3, 4])
        for (const size of sizes[index] ?? []) {
          expect(size.received).toBe(5);
          expect(size.rttMinUs).toBeGreaterThanOrEqual(40_000);
        }
    });
  });
});

describe('a later fping', () => {
  /** Says what it was asked for, too, on a line that is no result. */
  const later = (version: string, json: string): string => {
    const program = join(tempDir(), 'fping');
    const script = `#!/bin/sh
case " $* " in
  *" --version "*) echo "fping: Version ${version}" ;;
  *" -J "*) echo '{"resp": {"host": "127.0.0.1", "seq": 0, "size": 64, "rtt": 7.77}}'; echo '${json}' ;;
  *) echo '127.0.0.1 : 0.05 0.06' >&2 ;;
esac
`;
    writeFileSync(program, script, { mode: 0o755 });
    return program;
  };
  const vSum = '{"vSum": {"host": "127.0.0.1", "values": [1.25, null]}}';
  const other = '{"hosts": [{"host": "127.0.0.1", "count": ["1.25", "-"]}]}';

  test.each([
    ['5.5: as JSON', '5.5', vSum, [1250, null]],
    ['5.4, which has no JSON: as text', '5.4', vSum, [50, 60]],
    ['6.0 with JSON that is another: as text', '6.0', other, [50, 60]],
  ])('is read: %s', async (_what, version, json, rttsUs) => {
    const driver = await openFping({ log: silentLog, program: later(version, json) });
    const { signal } = new AbortController();
    const round = roundOf('127.0.0.1', { count: 2, sizes: [{ bytes: 64, icmpBytes: 64 }] });
    const result = await driver.measure({ ...round, signal });
    await driver.close();
    expect(result).toMatchObject({ ended: 'completed', reason: null });
    expect(result.sizes[0]?.packets).toEqual(
      rttsUs.map((rttUs) => (rttUs === null ? { kind: 'lost' } : { kind: 'received', rttUs })),
    );
  });
});

test('a program that is not there makes the kind unavailable', async () => {
  await expect(openFping({ log: silentLog, program: 'no-such-fping' })).rejects.toMatchObject({
    name: 'ProbeUnavailable',
    remedy: 'apt-get install fping',
    permission: false,
  });
});

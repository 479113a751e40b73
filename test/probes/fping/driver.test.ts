import { describe, expect, test } from 'vitest';
import { openFping } from '../../../probes/fping/driver.js';
import { withLab } from '../../lab/lab.js';
import { requires } from '../../support/requires.js';
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

test('a program that is not there makes the kind unavailable', async () => {
  await expect(openFping({ log: silentLog, program: 'no-such-fping' })).rejects.toMatchObject({
    name: 'ProbeUnavailable',
    remedy: 'apt-get install fping',
    permission: false,
  });
});

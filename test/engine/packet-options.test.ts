import { expect, test } from 'vitest';
import type { PacketOptions, ProbeDriver } from '../../probes/probe.js';
import type { PathConfig } from '../../src/config/config.js';
import { createRoundRunner } from '../../src/engine/round-runner.js';
import { systemClock } from '../../src/engine/clock.js';

test('the driver is asked for the packets that the path wants, and for none in particular otherwise', async () => {
  const asked: (PacketOptions | undefined)[] = [];
  const driver: ProbeDriver = {
    kind: 'recording',
    measure: ({ options }) => {
      asked.push(options);
      const provenance = { stamps: 'user', fallbackStamps: 0, socketDrops: null, sendLagUs: null } as const;
      return Promise.resolve({ ended: 'completed', reason: null, sizes: [], provenance });
    },
    close: () => Promise.resolve(),
  };
  const run = createRoundRunner({
    clock: systemClock,
    driver,
    resolve: () => Promise.reject(new Error('not asked for')),
    calibration: () => null,
  });
  const plain: PathConfig = { id: 'A>B', source: 'A', destination: 'B', from: null, to: null };
  for (const path of [plain, { ...plain, probe: { dscp: 46, source: '192.0.2.1' } }]) {
    await run({
      path,
      destination: {
        id: 'B',
        name: 'B',
        region: null,
        ipv4: '192.0.2.2',
        ipv6: null,
        host: null,
        coordinates: null,
      },
      measurement: {
        everyMs: 1_800_000,
        packets: 1,
        sizes: [64],
        lengthBasis: 'icmp',
        lostAfterMs: 2000,
        lateWaitMs: 1000,
        packetIntervalMs: 1000,
        spreadMs: 0,
        lagLimitMs: 500,
      },
      slot: 0,
      scheduled: false,
      signal: new AbortController().signal,
    });
  }
  expect(asked).toEqual([undefined, { dscp: 46, source: '192.0.2.1' }]);
});

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { compareStored, readStored, requestsOf } from '../bench/soak/compare.js';
import { randomOf } from '../bench/soak/random.js';
import { withLab } from '../lab/lab.js';
import { popsOf } from '../lab/measured.js';
import { writeConfig } from '../support/config-file.js';
import { startDaemon } from '../support/daemon.js';
import { requires } from '../support/requires.js';
import { tempDir } from '../support/temp-dir.js';

const targets = { A: '10.77.0.1', B: '10.77.0.2', C: '10.77.0.3' };
const [lostAfterMs, intervalMs] = [500, 60];

describe.each(['kernel', 'net-ping'])('a daemon with the driver %s', (driver) => {
  requires({ namespaces: true, tun: true, built: true, netPing: driver === 'net-ping' });

  /**
   * Starts and stops a daemon again and again on one database, and compares what the network saw with what is stored.
   */
  async function compareAfterStops(seed: number, stops: number, again: boolean) {
    return withLab(async (lab) => {
      const startNs = process.hrtime.bigint();
      const startMs = Date.now();
      const rules = [{ delay_ms: 20, jitter: 'uniform', jitter_ms: 200 }] as const;
      const { emulator, namespace } = await lab.emulator({ seed, rules });
      const folder = tempDir();
      const config = writeConfig(folder, {
        driver,
        pops: [{ id: 'HKG', ipv4: '127.0.0.1' }, ...popsOf(targets)],
        watch: { ports: [] },
        measurement: {
          every: '4s',
          spread: '1s',
          packets: 30,
          packetInterval: `${intervalMs}ms`,
          lostAfter: `${lostAfterMs}ms`,
          lateWait: '100ms',
        },
      });
      const random = randomOf(seed);
      for (let n = 0; n < stops; n += 1) {
        const daemon = startDaemon({
          prefix: namespace.prefix,
          args: ['run', '--config', config],
          cwd: folder,
        });
        await daemon.waitForLog('its start', ({ msg }) => msg === 'pop-sla is running');
        await sleep(random() * 3_000);
        daemon.signal('SIGTERM');
        if (again) {
          await sleep(random() * 60);
          daemon.signal('SIGTERM');
        }
        expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
      }
      const requests = requestsOf(await emulator.stop(), startNs);
      const stored = await readStored(join(folder, 'data', 'pop-sla.db'), targets, { startMs, intervalMs });
      const differences = compareStored(requests, stored, {
        lostAfterUs: lostAfterMs * 1_000,
        // Its RTTs are those of a process that has to get its turn first: here its packets are only counted.
        ...(driver === 'net-ping' && { sameUs: Infinity }),
      });
      const inFlight = stored.flatMap(({ packets }) =>
        packets.filter((packet) => packet.kind === 'not-sent' && packet.reason === 'in-flight'),
      );
      expect(requests.length).toBeGreaterThan(stops * 10);
      expect(inFlight.length).toBeGreaterThan(0);
      const orphans = requests.filter(({ round }) => round === null);
      return { ...differences, orphans };
    });
  }
  const nothing = { falseLoss: [], twice: [], unmatched: [], orphans: [] };

  test(
    'stop-in-flight: every packet that left before a SIGTERM is in a stored round',
    { timeout: 240_000 },
    async () => {
      expect(await compareAfterStops(1, driver === 'kernel' ? 10 : 3, false)).toEqual(nothing);
    },
  );

  test('stop-asked-twice: a second SIGTERM costs no packet either', { timeout: 240_000 }, async () => {
    expect(await compareAfterStops(2, 3, true)).toEqual(nothing);
  });
});

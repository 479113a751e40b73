import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { requires } from '../support/requires.js';
import { tempDir } from '../support/temp-dir.js';
import { withLab } from './lab.js';
import { createWatchLab } from './watch-lab.js';
import { compare, readWatch, startWatching } from './watching.js';

describe('the watch, by real packets', () => {
  requires({ namespaces: true, commands: ['nft'], built: true });

  test('measures outages, goes on after a kill -9 in one, and is not fooled by its own isolation', async () => {
    await withLab(async (lab) => {
      const net = createWatchLab(lab, 4);
      const folder = tempDir();
      let daemon = await startWatching(net, folder);
      lab.defer(async () => {
        await daemon.stop();
      });
      await sleep(3_000);
      const periodFrom = Date.now();

      const down = net.down('P1', 'P2', 'P3');
      await sleep(5_000);
      const up1 = net.up('P1');
      await sleep(15_000);
      const up2 = net.up('P2');
      await sleep(8_000);

      await daemon.kill();
      const killed = Date.now();
      await sleep(2_000);
      daemon = await startWatching(net, folder);
      const again = Date.now();
      await sleep(down.after + 65_000 - Date.now());
      const up3 = net.up('P3');
      await sleep(5_000);
      const crash = await readWatch(folder, { from: periodFrom, to: Date.now() - 1_000 });
      // They went down at one time: which was seen first is chance.
      const outages = crash.outages.toSorted((a, b) => (a.port < b.port ? -1 : 1));
      expect(outages.map(({ port, voided }) => [port, voided])).toEqual([
        ['P1', null],
        ['P2', null],
        ['P3', null],
      ]);
      for (const [index, up] of [up1, up2, up3].entries()) {
        const outage = outages[index];
        if (!outage) throw new Error('an outage is missing');
        const { errorMs, inside } = compare(outage, down, up);
        expect(errorMs, outage.port).toBeLessThan(700);
        expect(inside, JSON.stringify({ outage, down, up })).toBe(true);
      }
      expect(outages[2]?.inferred).toMatchObject([{ reason: 'crashed' }]);
      const lostMs = crash.blind.filter(({ reason }) => reason === 'crashed')[0];
      // Back to the last heartbeat, at most ten seconds before, and no further.
      expect(lostMs?.from).toBeGreaterThan(killed - 11_000);
      expect(lostMs?.to).toBeLessThanOrEqual(again);

      const cut = net.cutOff();
      const cutFrom = cut.before - 500;
      await sleep(15_000);
      const reunited = net.reunite();
      await sleep(5_000);
      await daemon.stop();
      const after = await readWatch(folder, { from: cutFrom, to: reunited.after + 2_000 });
      expect(after.outages.filter(({ voided }) => voided === null)).toHaveLength(3);
      const truthMs = (reunited.before + reunited.after - cut.before - cut.after) / 2;
      for (const { id } of net.ports)
        expect(Math.abs((after.unobserved.get(id) ?? NaN) - truthMs)).toBeLessThan(1_000);
    });
  }, 180_000);
});

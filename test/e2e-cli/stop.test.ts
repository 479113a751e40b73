import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { slow } from '../support/config-file.js';
import { integrityOf, journalBytes } from '../support/database.js';
import { requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';
import type { Slot } from '../support/slots.js';
import { storedSlots } from '../support/slots.js';

requires({ built: true });

/** Every packet of every size is accounted for. */
function expectWhole(slot: Slot, packets: number): void {
  expect(slot.sizes.map((size) => size.bytes)).toEqual([64, 128, 512]);
  for (const size of slot.sizes) expect(size.sent + size.notSent).toBe(packets);
}

describe('SIGTERM', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends a round in flight as aborted, within 5 s',
    async (signal) => {
      const { daemon, config, database, get } = startRunning({ changes: { measurement: slow } });
      await daemon.waitFor('a round in flight', async () =>
        /^pop_sla_daemon_rounds_in_flight [1-9]/m.test((await get('/metrics')).body) ? true : undefined,
      );
      await sleep(500);
      daemon.signal(signal);
      const end = await daemon.ended;
      expect(end).toMatchObject({ code: 0, signal: null });
      expect(end.afterSignalMs).toBeLessThan(5000);

      expect(journalBytes(database), 'the journal is written back').toBe(0);
      expect(integrityOf(database)).toBe('ok');
      const slots = await storedSlots(config);
      // Where a slot began meanwhile there is one more of each.
      expect([...new Set(slots.map((slot) => slot.path))].sort()).toEqual(['HKG>FRA', 'HKG>SIN']);
      for (const slot of slots) {
        expect(slot.status).toBe('aborted');
        expect(slot.reason).not.toBeNull();
        expectWhole(slot, 100);
        for (const size of slot.sizes) {
          expect(size.sent).toBeGreaterThan(0);
          expect(size.notSent, 'what was not sent any more is no loss').toBeGreaterThan(50);
          expect(size.lost).toBe(0);
        }
      }
    },
  );

  test('ends in order before the first round', async () => {
    const { daemon } = startRunning({ changes: { measurement: slow } });
    await daemon.waitForLog('anything', () => true);
    expect(await daemon.stop()).toMatchObject({ code: 0, signal: null });
  });
});

describe('kill -9', () => {
  test('in mid-round costs at most that round', async () => {
    const first = startRunning();
    await first.round('a held round', ({ status }) => status === 'ok');
    const before = await first.rounds();
    await first.daemon.waitFor('a round in flight', async () =>
      /^pop_sla_daemon_rounds_in_flight [1-9]/m.test((await first.get('/metrics')).body) ? true : undefined,
    );
    await first.daemon.kill();

    const second = startRunning({ folder: first.folder });
    await second.round(
      'a held round of the second life',
      ({ status, slot }) => status === 'ok' && before.every((known) => known.slot < slot),
    );
    await second.daemon.stop();
    expect(integrityOf(first.database)).toBe('ok');
    const after = await storedSlots(first.config);
    for (const slot of before) expect(after).toContainEqual(slot);
    for (const slot of after.filter(({ status }) => status === 'ok')) expectWhole(slot, 5);
    // From the first life's first slot to the last of the second, none is without a word.
    for (const path of ['HKG>SIN', 'HKG>FRA']) {
      const due = after
        .filter((slot) => slot.path === path && slot.status !== 'unscheduled')
        .map((slot) => Date.parse(slot.slot))
        .sort((a, b) => a - b);
      const gaps = due.slice(1).map((slot, index) => slot - (due[index] ?? 0));
      expect(new Set(gaps)).toEqual(new Set([2000]));
    }
    const missing = after.filter(({ status }) => status === 'missing');
    for (const slot of missing) expect(slot.reason).toBe('crashed');
  });

  test('during a store leaves a whole round or none', { timeout: 180_000 }, async () => {
    const { folder, database, config } = await (async () => {
      let running = startRunning();
      const { folder: home } = running;
      for (let life = 0; life < 8; life += 1) {
        if (life > 0) running = startRunning({ folder: home });
        const { daemon } = running;
        // The first rounds of both paths end some 400 ms after the start, and are stored at once.
        await daemon.waitForLog('its start', ({ http }) => typeof http === 'string');
        await daemon.waitForLog('a stored round', ({ msg }) => /stored/.test(msg));
        await sleep(life);
        await daemon.kill();
        expect(integrityOf(running.database), `after life ${life}`).toBe('ok');
      }
      return running;
    })();
    const last = startRunning({ folder });
    await last.round('a held round', ({ status }) => status === 'ok');
    await last.daemon.stop();
    expect(integrityOf(database)).toBe('ok');
    const whole = (await storedSlots(config)).filter(({ status }) => /^(ok|unscheduled)$/.test(status));
    expect(whole.length).toBeGreaterThanOrEqual(8);
    for (const slot of whole) expectWhole(slot, 5);
  });
});

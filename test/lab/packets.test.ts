import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';
import type { Slot } from '../support/slots.js';
import { createLab } from './lab.js';
import type { Lab } from './lab.js';
import type { Link } from './link.js';
import { loseRequests } from './loss.js';
import { measure, popsOf, total } from './measured.js';
import type { Namespace } from './namespace.js';

/** Real packets over real cables: what is done to the cable is what the round says. */
describe('between namespaces', () => {
  const { missing } = requires({ namespaces: true, commands: ['nft'], built: true });
  let lab: Lab;
  let near: Namespace;
  let far: Namespace;
  let link: Link;
  beforeEach(() => {
    if (missing !== null) return;
    lab = createLab();
    [near, far] = [lab.namespace('near'), lab.namespace('far')];
    link = lab.join(
      { namespace: near, addresses: ['10.9.0.1/24', 'fd09::1/64'] },
      { namespace: far, addresses: ['10.9.0.2/24', '10.9.0.3/24', 'fd09::2/64'] },
    );
  });
  afterEach(async () => {
    if (missing === null) await lab.close();
  });

  const targets = { SIN: '10.9.0.2', FRA: '10.9.0.3', TYO: 'fd09::2' };
  const measurement = { packets: 20, packetInterval: '20ms', every: '5s' };
  const sizes = (slot: Slot | undefined) => slot?.sizes.map(({ bytes, sent, lost }) => [bytes, sent, lost]);

  test('everything arrives, over IPv4 and IPv6', async () => {
    const rounds = await measure(near, targets, { measurement });
    for (const id of Object.keys(targets))
      expect(total(rounds[id])).toMatchObject({ sent: 60, received: 60, mismatched: 0, duplicates: 0 });
  });

  test('what a filter takes is lost, exactly: one size, one PoP', async () => {
    loseRequests(far, { every: 4, nth: 0 }, { ipBytes: 84, to: '10.9.0.2' });
    const { SIN, FRA } = await measure(near, targets, { measurement });
    expect(sizes(SIN)).toEqual([
      [64, 20, 5],
      [128, 20, 0],
      [512, 20, 0],
    ]);
    expect(SIN?.sizes.map(({ lossPpm }) => lossPpm)).toEqual([250_000, 0, 0]);
    expect(total(FRA)).toMatchObject({ sent: 60, received: 60 });
  });

  test('the length is that of the ICMP message, of the IP packet, or of the payload, as the plan says', async () => {
    for (const [lengthBasis, ipBytes] of [
      ['icmp', 84],
      ['ip', 64],
      ['payload', 92],
    ] as const) {
      const heal = loseRequests(far, { all: true }, { ipBytes, to: '10.9.0.2' });
      const { SIN } = await measure(
        near,
        { SIN: '10.9.0.2' },
        { measurement: { ...measurement, lengthBasis } },
      );
      expect(sizes(SIN), lengthBasis).toEqual([
        [64, 20, 20],
        [128, 20, 0],
        [512, 20, 0],
      ]);
      heal();
    }
  });

  test("no route to one PoP while others answer is loss; none to any is nobody's loss", async () => {
    near.must(['ip', 'route', 'add', 'unreachable', '10.9.0.3/32']);
    const { SIN, FRA } = await measure(near, targets, { measurement });
    expect(total(SIN)).toMatchObject({ sent: 60, received: 60 });
    expect(total(FRA)).toMatchObject({ sent: 60, received: 0, lost: 60, notSent: 0 });

    near.must(['ip', 'link', 'set', link.device, 'down']);
    const cut = await measure(near, { SIN: '10.9.0.2', FRA: '10.9.0.3' }, { measurement });
    for (const id of ['SIN', 'FRA']) {
      expect(cut[id]).toMatchObject({ status: 'invalid' });
      expect(total(cut[id])).toMatchObject({ sent: 0, lost: 0, notSent: 60 });
    }
  });

  test('an outage is seen while it lasts, and not after', { timeout: 60_000 }, async () => {
    const changes = {
      driver: 'net-ping',
      http: { listen: '127.0.0.1:9720' },
      pops: [{ id: 'HKG', ipv4: '127.0.0.1' }, ...popsOf(targets)],
    };
    const running = startRunning({ changes, prefix: near.prefix, ask: (url) => near.get(url) });
    const held = (id: string, since: string, lost: number) =>
      running.round(`a round of ${id} with ${lost} lost`, (slot) => {
        return (
          slot.path === `HKG>${id}` && slot.status === 'ok' && slot.slot >= since && total(slot).lost === lost
        );
      });
    const now = () => new Date().toISOString();

    await held('SIN', '', 0);
    // The cable stays in: a round during which the own interface has no carrier says nothing.
    const heal = loseRequests(far, { all: true });
    const down = now();
    for (const id of Object.keys(targets)) {
      const slot = await held(id, down, 15);
      expect(total(slot)).toMatchObject({ sent: 15, received: 0, rttMinUs: null });
      expect(
        slot.sizes.map(({ rttMeanUs }) => rttMeanUs),
        'no reply has no latency',
      ).toEqual([null, null, null]);
    }
    expect((await running.get('/readyz')).status, 'an outage is no fault of the observer').toBe(200);
    heal();
    const up = now();
    for (const id of Object.keys(targets)) await held(id, up, 0);
    expect(await running.daemon.stop()).toMatchObject({ code: 0 });
  });
});

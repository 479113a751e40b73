import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compile, smallbuffer } from '../lab/compile.js';
import { createLab, type Lab } from '../lab/lab.js';
import { measure, total } from '../lab/measured.js';
import { createNetwork, type Network } from '../lab/network.js';
import { requires } from '../support/requires.js';
import type { Slot } from '../support/slots.js';

/** Whose fault it is that packets did not come through: real packets, interfaces and routers. */
describe.each([
  ['kernel', '1 0'],
  ['kernel', '0 2147483647'],
  ['net-ping', '1 0'],
])('probe kind %s, ping groups %s', (driver, pingGroups) => {
  const { missing } = requires({ namespaces: true, commands: ['nft'], built: true });
  let lab: Lab;
  let net: Network;
  beforeEach(() => {
    if (missing !== null) return;
    lab = createLab();
    net = createNetwork(lab, { hops: 2, targets: 3 });
    net.observer.sysctl('ipv4/ping_group_range', pingGroups);
  });
  afterEach(async () => {
    if (missing === null) await lab.close();
  });

  const [a, b] = ['A', 'B'];
  const targets = (): Record<string, string> => ({ A: net.targets[0] ?? '', B: net.targets[1] ?? '' });
  const quick = {
    packets: 20,
    packetInterval: '20ms',
    every: '60s',
    lostAfter: '500ms',
    lateWait: '100ms',
    // A busy machine leaves a process that stamps by itself no time for half a second now and then: that would be
    // said of the round (degraded-observer), and is not what is tried here.
    lagLimit: '1m',
  };
  /** Six seconds, so that something can happen in the middle. */
  const long = { ...quick, packets: 120, packetInterval: '50ms' };
  const measureIt = (
    measurement: object,
    of = targets(),
    env = {},
  ): Promise<Readonly<Record<string, Slot>>> =>
    measure(net.observer, of, { driver, measurement: { ...measurement } }, env);

  test('own-interface-down: rounds are invalid, on every path, and nothing is lost', async () => {
    const measuring = measureIt(long);
    await net.sent(60);
    net.observer.must(['ip', 'link', 'set', 'hop0', 'down']);
    await sleep(1_500);
    net.restoreObserver();
    const rounds = await measuring;
    for (const id of [a, b]) {
      expect(rounds[id]).toMatchObject({ status: 'invalid' });
      expect(rounds[id]?.reason).toMatch(
        /^the own interface hop0 (was down meanwhile|is down): this machine's fault/,
      );
    }
  });

  test('own-cable-pulled: an interface that lost its carrier is the observer’s fault too', async () => {
    const measuring = measureIt(long);
    await net.sent(60);
    net.routers[0]?.must(['ip', 'link', 'set', 'hop0', 'down']);
    await sleep(1_000);
    net.restoreFirstHop();
    const rounds = await measuring;
    for (const id of [a, b]) expect(rounds[id]).toMatchObject({ status: 'invalid' });
  });

  test('own-routes-gone: no route to any target is the observer’s fault', async () => {
    const measuring = measureIt({ ...long, packets: 200 });
    await net.sent(60);
    net.observer.must(['ip', 'route', 'del', 'default']);
    await sleep(6_000);
    net.observer.must(['ip', 'route', 'add', 'default', 'via', net.firstHop]);
    const rounds = await measuring;
    for (const id of [a, b]) {
      expect(rounds[id]).toMatchObject({ status: 'invalid' });
      expect(rounds[id]?.reason).toMatch(/no-route × \d+.*this machine's fault/);
    }
  });

  test('one-target-without-route: the network’s fault while another answers, sent and lost', async () => {
    const measuring = measureIt(long);
    await net.sent(60);
    net.observer.must(['ip', 'route', 'add', 'unreachable', net.targets[0] ?? '']);
    const rounds = await measuring;
    expect(rounds[a]?.status).toBe('unscheduled');
    const { sent, lost, notSent } = total(rounds[a]);
    expect({ sent, notSent }).toEqual({ sent: 360, notSent: 0 });
    expect(lost).toBeGreaterThan(30);
    expect(total(rounds[b])).toMatchObject({ sent: 360, received: 360 });
  });

  test('neighbour-dead: a next hop that answers no ARP is the network’s fault while another target answers', async () => {
    const of = { ...targets(), A: net.neighbour };
    const rounds = await measureIt({ ...quick, packets: 120, packetInterval: '40ms' }, of);
    expect(rounds[a]?.status).toBe('unscheduled');
    const { sent, received, notSent } = total(rounds[a]);
    expect({ sent, received, notSent }).toEqual({ sent: 360, received: 0, notSent: 0 });
    expect(rounds[a]?.icmpErrors[0]).toMatchObject({ error: 'host-unreachable', from: net.observerAddress });
  });

  test('icmp-error-of-router: kept with its type, its code and the router that sent it', async () => {
    net.routers[1]?.must(
      ['nft', '-f', '-'],
      `table ip refuse {
         chain f {
           type filter hook forward priority 0;
           ip daddr ${net.targets[0] ?? ''} reject with icmp type admin-prohibited
         }
       }`,
    );
    net.unlimitErrors();
    const { [a]: round } = await measureIt(quick);
    expect(total(round)).toMatchObject({ sent: 60, lost: 60, errors: 60 });
    expect(round?.icmpErrors).toEqual(
      [64, 128, 512].map((bytes) => ({
        bytes,
        error: 'admin-prohibited',
        type: 3,
        code: 13,
        from: net.routerAddresses[1],
        mtu: null,
        count: 20,
      })),
    );
  });

  if (driver === 'kernel') {
    const large = { ...quick, sizes: [64, 1400], probe: { dontFragment: true } };

    test('path-mtu-drop: what a router reports as too big is lost, all of it', async () => {
      net.routers[1]?.must(['ip', 'link', 'set', 'hop2', 'mtu', '1000']);
      net.unlimitErrors();
      const { [a]: round } = await measureIt(large);
      expect(
        round?.sizes.map(({ bytes, sent, lost, errors, notSent }) => [bytes, sent, lost, errors, notSent]),
      ).toEqual([
        [64, 20, 0, 0, 0],
        [1400, 20, 20, 20, 0],
      ]);
      expect(round?.icmpErrors).toEqual([
        {
          bytes: 1400,
          error: 'packet-too-big',
          type: 3,
          code: 4,
          from: net.routerAddresses[1],
          mtu: 1000,
          count: 20,
        },
      ]);
    });

    test('own-mtu: a packet longer than the own interface allows is not sent, and not lost', async () => {
      net.observer.must(['ip', 'link', 'set', 'hop0', 'mtu', '1000']);
      const { [a]: round } = await measureIt(large);
      expect(round?.sizes.map(({ bytes, sent, lost, notSent }) => [bytes, sent, lost, notSent])).toEqual([
        [64, 20, 0, 0],
        [1400, 0, 0, 20],
      ]);
    });

    test('send-buffer-full: what the own queue does not take is not sent, and not lost', async () => {
      net.observer.must([
        ...['tc', 'qdisc', 'add', 'dev', 'hop0', 'root'],
        ...['tbf', 'rate', '64kbit', 'burst', '1600', 'limit', '1600'],
      ]);
      const { [a]: round } = await measureIt({
        ...quick,
        packetInterval: '10ms',
        lostAfter: '2s',
        lateWait: '1s',
      });
      const { sent, received, lost, notSent } = total(round);
      expect(notSent).toBeGreaterThan(0);
      expect({ lost, all: sent + notSent }).toEqual({ lost: 0, all: 60 });
      expect(received).toBe(sent);
    });

    test('send-buffer-small: what the own socket’s buffer does not take is not sent, and not lost', async () => {
      // What has left waits in the queue, which has room for all of it, and fills the socket's buffer.
      net.observer.must([
        ...['tc', 'qdisc', 'add', 'dev', 'hop0', 'root'],
        ...['tbf', 'rate', '256kbit', 'burst', '1600', 'limit', '200000'],
      ]);
      const small = { LD_PRELOAD: compile(smallbuffer) };
      const measurement = { ...quick, packetInterval: '10ms', lostAfter: '2s', lateWait: '1s' };
      const { [a]: round } = await measureIt(measurement, targets(), small);
      const { sent, received, lost, notSent } = total(round);
      expect(notSent).toBeGreaterThan(0);
      expect({ lost, all: sent + notSent }).toEqual({ lost: 0, all: 60 });
      expect(received).toBe(sent);
    });
  }

  test('link-local-target: an address with its interface is measured like any other', async () => {
    const of = { A: `${net.linkLocalOfFirstHop()}%hop0` };
    // Both sides use theirs only after nobody else has claimed it.
    await sleep(2_500);
    const { [a]: round } = await measureIt(quick, of);
    expect(total(round)).toMatchObject({ sent: 60, received: 60, mismatched: 0 });
  });
});

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TraceRun } from '../../src/core/trace/trace.js';
import { withLab, type Lab } from '../lab/lab.js';
import { createNetwork, type Network } from '../lab/network.js';
import { requires } from '../support/requires.js';

/** What the way was when it broke: traces through real routers. */
requires({ namespaces: true, commands: ['nft'], built: true });

const script = join(import.meta.dirname, '../lab/trace.mjs');

async function trace(net: Network, address: string): Promise<TraceRun[]> {
  const done = await net.observer.run([process.execPath, script, address]);
  if (done.code !== 0) throw new Error(done.stderr);
  return JSON.parse(done.stdout) as TraceRun[];
}

/** By hop: who answered, each once. */
const way = (run: TraceRun | undefined): string[][] | undefined =>
  run?.hops.map(({ tries }) => [...new Set(tries.flatMap((one) => (one === null ? [] : [one.from])))]);

const through = async (work: (net: Network, lab: Lab) => Promise<void>): Promise<void> =>
  withLab(async (lab) => {
    const net = createNetwork(lab, { hops: 3, targets: 2 });
    net.unlimitErrors();
    await work(net, lab);
  });

describe.each(['1 0', '0 2147483647'])('ping groups %s', (pingGroups) => {
  test('trace-whole: every router is named, and the destination answers', () =>
    through(async (net) => {
      net.observer.sysctl('ipv4/ping_group_range', pingGroups);
      const [target = ''] = net.targets;
      const [icmp, udp] = await trace(net, target);
      const hops = [...net.routerAddresses.map((address) => [address]), [target]];
      expect(way(icmp)).toEqual(hops);
      expect(way(udp)).toEqual(hops);
      expect([icmp, udp].map((run) => [run?.method, run?.reached, run?.failure])).toEqual([
        ['icmp', true, null],
        ['udp', true, null],
      ]);
      expect(icmp?.hops[0]?.tries).toHaveLength(3);
      expect(icmp?.hops[0]?.tries[0]).toMatchObject({ type: 11, code: 0 });
      expect(icmp?.hops.at(-1)?.tries[0]).toMatchObject({ type: 0, code: 0 });
      expect(udp?.hops.at(-1)?.tries[0]).toMatchObject({ type: 3, code: 3 });
    }));

  test('trace-ends: it stops at the last router that answers, or at the one that says why', () =>
    through(async (net) => {
      net.observer.sysctl('ipv4/ping_group_range', pingGroups);
      const [silent = '', refused = ''] = net.targets;
      net.routers[1]?.must(
        ['nft', '-f', '-'],
        `table ip broken {
           chain f {
             type filter hook forward priority 0;
             ip daddr ${silent} drop
             ip daddr ${refused} reject with icmp type host-prohibited
           }
         }`,
      );
      const runs = await trace(net, silent);
      for (const run of runs) {
        expect(way(run)).toEqual(net.routerAddresses.slice(0, 2).map((address) => [address]));
        expect(run.reached).toBe(false);
      }
      const [icmp] = await trace(net, refused);
      expect(icmp?.reached).toBe(false);
      expect(icmp?.hops.at(-1)?.tries[0]).toMatchObject({ from: net.routerAddresses[1], type: 3, code: 10 });
    }));

  test('trace-one-flow: routers that balance by flow send all probes one way', () =>
    through(async (net, lab) => {
      net.observer.sysctl('ipv4/ping_group_range', pingGroups);
      const [first, second] = net.routers;
      if (!first || !second) throw new Error('no routers');
      // Four ways from the first router to the second, chosen by the flow: addresses, ports and protocol.
      const ways = [1, 2, 3].map((nth) => {
        lab.join(
          { namespace: first, addresses: [`10.8.10${nth}.1/24`] },
          { namespace: second, addresses: [`10.8.10${nth}.2/24`] },
          `way${nth}`,
        );
        return ['nexthop', 'via', `10.8.10${nth}.2`];
      });
      first.sysctl('ipv4/fib_multipath_hash_policy', '1');
      first.must(['ip', 'route', 'replace', '10.8.200.0/24', 'nexthop', 'via', '10.8.1.2', ...ways.flat()]);
      second.sysctl('ipv4/conf/all/rp_filter', '0');
      for (const run of await trace(net, net.targets[0] ?? '')) {
        expect(run.reached).toBe(true);
        expect(way(run)?.[1], `${run.method}: one address answers for the second hop`).toHaveLength(1);
      }
    }));
});

test.each(['1 0', '0 2147483647'])(
  'trace-of-ipv6: routers are named and the destination answers (ping groups %s)',
  async (pingGroups) => {
    await withLab(async (lab) => {
      const [observer, router, far] = [lab.namespace('obs'), lab.namespace('r1'), lab.namespace('far')];
      lab.join(
        { namespace: observer, addresses: ['fd08::1/64'] },
        { namespace: router, addresses: ['fd08::2/64'] },
        'hop0',
      );
      lab.join(
        { namespace: router, addresses: ['fd08:0:0:1::1/64'] },
        { namespace: far, addresses: ['fd08:0:0:1::2/64'] },
        'hop1',
      );
      observer.sysctl('ipv4/ping_group_range', pingGroups);
      router.sysctl('ipv6/conf/all/forwarding', '1');
      for (const namespace of [router, far]) namespace.sysctl('ipv6/icmp/ratelimit', '0');
      observer.must(['ip', '-6', 'route', 'add', 'default', 'via', 'fd08::2']);
      far.must(['ip', '-6', 'route', 'add', 'default', 'via', 'fd08:0:0:1::1']);
      const traced = async (): Promise<TraceRun[]> => {
        const done = await observer.run([process.execPath, script, 'fd08:0:0:1::2']);
        if (done.code !== 0) throw new Error(done.stderr);
        return JSON.parse(done.stdout) as TraceRun[];
      };
      const whole = await traced();
      expect(whole.map(way)).toEqual(Array(2).fill([['fd08::2'], ['fd08:0:0:1::2']]));
      expect(whole.map(({ reached }) => reached)).toEqual([true, true]);
      expect(whole[0]?.hops[0]?.tries[0]).toMatchObject({ type: 3, code: 0 });
      router.must(['ip', '-6', 'route', 'add', 'prohibit', 'fd08:0:0:1::2/128']);
      const broken = await traced();
      expect(broken.map(({ reached }) => reached)).toEqual([false, false]);
      expect(broken.map((run) => way(run)?.at(-1))).toEqual([['fd08::2'], ['fd08::2']]);
    });
  },
);

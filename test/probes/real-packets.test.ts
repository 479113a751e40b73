import { describe, expect, test } from 'vitest';
import type { RoundResult } from '../../probes/probe.js';
import { run } from '../lab/command.js';
import { withLab } from '../lab/lab.js';
import type { TruthLine } from '../lab/truth.js';
import { requires } from '../support/requires.js';
import { countsOf, kindsOf, roundOf } from './support/rounds.js';
import { measureIn } from './support/measure-in.js';

/** The kinds that trust no reply before they have checked it. */
const kinds = ['net-ping', 'kernel'];
const count = 6;

/** What the emulator does at each host of 10.77.0.0/24 and fd77::/64. */
const behaviours = {
  answers: { host: 1, rule: {} },
  forges: { host: 2, rule: { spoof: 1, spoof_ms: 5 } },
  repeats: { host: 3, rule: { dup: 1, dup_n: 2, dup_ms: 3 } },
  truncates: { host: 4, rule: { truncate: 1 } },
  flips: { host: 5, rule: { corrupt: 1 } },
  damages: { host: 6, rule: { corrupt_ck: 1 } },
  dawdles: { host: 7, rule: { late: 1, late_ms: 900 } },
  refuses: { host: 8, rule: { error: 1 } },
  refusesAndAnswers: { host: 9, rule: { error: 1, error_also_reply: 1 } },
  swallows: { host: 10, rule: { loss: 1 } },
  reorders: { host: 11, rule: { reorder: 0.5, reorder_ms: 60 } },
} as const;
type Behaviour = keyof typeof behaviours;
const names = Object.keys(behaviours) as Behaviour[];

describe.each(kinds)('real packets, measured by %s', (kind) => {
  const machine = requires({ namespaces: true, tun: true, netPing: true, commands: ['gcc'], built: true });

  describe.each([4, 6] as const)('over IPv%i', (family) => {
    const addressOf = (name: Behaviour): string =>
      family === 4 ? `10.77.0.${behaviours[name].host}` : `fd77::${behaviours[name].host.toString(16)}`;
    const measured = new Map<Behaviour, RoundResult>();
    let truth: TruthLine[] = [];

    machine.beforeAll(async () => {
      const error = family === 4 ? { error_type: 3, error_code: 1 } : { error_type: 1, error_code: 3 };
      const elsewhere = family === 4 ? '10.77.9.9' : 'fd77::999';
      await withLab(async (lab) => {
        const { emulator, namespace } = await lab.emulator({
          rules: [
            { delay_ms: 10, spoof_from: elsewhere, error_from: elsewhere, ...error },
            ...names.map((name) => ({ match: addressOf(name), ...behaviours[name].rule })),
          ],
        });
        const rounds = names.map((name) =>
          roundOf(addressOf(name), { count, intervalMs: 40, lostAfterMs: 600, lateWaitMs: 900 }),
        );
        const results = await measureIn(namespace, kind, rounds);
        names.forEach((name, index) => {
          const result = results[index];
          if (result) measured.set(name, result);
        });
        truth = await emulator.stop();
      });
    });

    const of = (name: Behaviour): RoundResult => {
      const result = measured.get(name);
      if (!result) throw new Error(`nothing was measured of ${name}`);
      return result;
    };
    const all = (kindOfPacket: string): string[] => Array<string>(count).fill(kindOfPacket);
    const allOf = (name: Behaviour, packet: string): void => {
      for (const size of [0, 1, 2]) expect(kindsOf(of(name), size)).toEqual(all(packet));
    };
    const everySize = (name: Behaviour, counts: object): void => {
      for (const size of countsOf(of(name))) expect(size).toMatchObject(counts);
    };

    test('every round is complete, and nothing was dropped', () => {
      for (const name of names) {
        expect(of(name)).toMatchObject({ ended: 'completed', reason: null });
        expect(of(name).provenance.socketDrops ?? 0).toBe(0);
      }
    });

    test('each packet was sent once, and at its length', () => {
      for (const name of names)
        for (const bytes of [64, 128, 512]) {
          const received = truth.filter(
            (line) => line.destination === addressOf(name) && line.bytes === bytes && line.what !== 'spoof',
          );
          expect(new Set(received.map((line) => line.n)).size).toBe(count);
        }
    });

    test('honest replies are received, none faster than it was', () => {
      allOf('answers', 'received');
      everySize('answers', { duplicates: 0, mismatched: 0 });
      const least = truth
        .filter((line) => line.destination === addressOf('answers') && line.what === 'reply')
        .reduce((min, line) => (line.txNs - line.rxNs < min ? line.txNs - line.rxNs : min), 10n ** 12n);
      for (const size of countsOf(of('answers')))
        // The wire's stamp is taken a little before the kernel stamps the packet for its sender.
        expect(size.rttMinUs).toBeGreaterThanOrEqual(Number(least / 1000n) - 50);
    });

    test('forged replies are counted apart and change nothing', () => {
      allOf('forges', 'received');
      everySize('forges', { duplicates: 0, mismatched: count });
    });

    test('duplicates are counted apart, the first counts', () => {
      allOf('repeats', 'received');
      everySize('repeats', { duplicates: 2 * count, mismatched: 0 });
    });

    test('truncated replies are none', () => {
      allOf('truncates', 'lost');
      everySize('truncates', { mismatched: count });
    });

    test('a flipped bit under a right checksum makes it another packet', () => {
      allOf('flips', 'lost');
      everySize('flips', { mismatched: count });
    });

    test('replies with a wrong checksum are none', () => {
      // Some sockets never see them: the kernel holds them back.
      allOf('damages', 'lost');
    });

    test('late replies are late, with their time', () => {
      allOf('dawdles', 'late');
      for (const size of of('dawdles').sizes)
        for (const packet of size.packets)
          expect(packet.kind === 'late' ? packet.rttUs : 0).toBeGreaterThanOrEqual(900_000);
    });

    test('an ICMP error is a loss with its kind', () => {
      for (const size of of('refuses').sizes)
        expect(size.packets).toEqual(Array(count).fill({ kind: 'error', error: 'host-unreachable' }));
    });

    test('an ICMP error is not final: the reply that follows wins', () => {
      allOf('refusesAndAnswers', 'received');
    });

    test('silence is loss', () => {
      allOf('swallows', 'lost');
      everySize('swallows', { sent: count, received: 0, errors: 0, notSent: 0 });
    });

    test('order does not matter', () => {
      allOf('reorders', 'received');
      everySize('reorders', { duplicates: 0, mismatched: 0 });
    });
  });

  describe('that can not be sent', () => {
    let results: RoundResult[] = [];
    machine.beforeAll(async () => {
      await withLab(async (lab) => {
        const namespace = lab.namespace();
        namespace.must(['ip', 'route', 'add', 'unreachable', '10.2.0.0/16']);
        namespace.must(['ip', 'route', 'add', 'prohibit', '10.3.0.0/16']);
        results = await measureIn(
          namespace,
          kind,
          ['10.1.0.1', '10.2.0.1', '10.3.0.1', 'fd01::1', '127.0.0.11'].map((address) => roundOf(address)),
        );
      });
    });

    test.each([
      [0, 'no-route'],
      [1, 'host-unreachable'],
      [2, 'no-permission'],
      [3, 'no-route'],
    ])('say why (round %i: %s)', (index, reason) => {
      expect(results[index]?.ended).toBe('completed');
      for (const size of results[index]?.sizes ?? [])
        expect(size.packets).toEqual(Array(10).fill({ kind: 'not-sent', reason }));
    });

    test('leave the other paths alone', () => {
      const healthy = results[4];
      if (!healthy) throw new Error('nothing was measured');
      expect(countsOf(healthy).map((size) => size.received)).toEqual([10, 10, 10]);
    });
  });
});

describe('without CAP_NET_RAW', () => {
  requires({ root: true, netPing: true, commands: ['setpriv'], built: true });

  test('net-ping says exactly what to run', async () => {
    const script = new URL('./support/measure.mjs', import.meta.url).pathname;
    const done = await run(
      ['setpriv', '--bounding-set=-net_raw', '--inh-caps=-net_raw', process.execPath, script],
      { input: JSON.stringify({ kind: 'net-ping', rounds: [] }) },
    );
    expect(done.code).not.toBe(0);
    expect(done.stderr).toContain(
      'net-ping needs a raw socket, which needs CAP_NET_RAW: Operation not permitted',
    );
    expect(done.stderr).toContain('sudo setcap cap_net_raw+ep "$(readlink -f "$(command -v node)")"');
    expect(done.stderr).toContain('permission: true');
  });
});

import { describe, expect, test } from 'vitest';
import {
  type Ending,
  type PacketOutcome,
  type SettleContext,
  settleNoRoute,
  settleRound,
} from '../../../src/core/measurement/round.js';
import { received, sample } from '../../support/rounds.js';

const provenance = { socketDrops: null, sendLagUs: 10, fallbackStamps: 0, stamps: 'kernel-tx-rx' } as const;
const scheduled: SettleContext = {
  scheduled: true,
  abortCause: null,
  lagLimitUs: 1_000,
  sizes: [64],
  minimumSent: 1,
};
const ending = (given: Partial<Ending> = {}): Ending => ({
  ended: 'completed',
  reason: null,
  sizes: [sample(64, [received(1)])],
  provenance: { ...provenance, socketDrops: 0, sendLagUs: 10 },
  ...given,
});
const hundred = sample(
  64,
  Array.from({ length: 100 }, () => received(1)),
);
const unsent = (reason: 'no-route' | 'host-unreachable' | 'no-permission'): PacketOutcome => ({
  kind: 'not-sent',
  reason,
});

describe('settleRound', () => {
  test.each([
    ['a whole round', ending(), scheduled, 'ok', null],
    ['one asked for by hand', ending(), { ...scheduled, scheduled: false }, 'unscheduled', null],
    ['one that lost everything', ending({ sizes: [sample(64, [{ kind: 'lost' }])] }), scheduled, 'ok', null],
    [
      'one that ran into the next slot',
      ending({ ended: 'aborted' }),
      { ...scheduled, abortCause: 'overrun' as const },
      'overrun',
      'the round ran into the next slot',
    ],
    [
      'one that the stop ended',
      ending({ ended: 'aborted' }),
      { ...scheduled, abortCause: 'stopping' as const },
      'aborted',
      'the daemon was stopping',
    ],
    [
      'a driver that died',
      ending({ ended: 'failed', reason: 'the child died' }),
      scheduled,
      'failed',
      'the child died',
    ],
    [
      'one with nothing sent',
      ending({ sizes: [sample(64, [unsent('no-permission'), unsent('no-permission')])] }),
      scheduled,
      'failed',
      'nothing could be sent: no-permission × 2',
    ],
    [
      'one whose socket dropped packets',
      ending({ provenance: { ...provenance, socketDrops: 3 } }),
      scheduled,
      'invalid',
      "the socket dropped 3 packets: this machine's fault, not loss",
    ],
    [
      'a busy observer',
      ending({ provenance: { ...provenance, sendLagUs: 1_001 } }),
      scheduled,
      'degraded-observer',
      'packets left up to 1001 µs late, more than the limit of 1000 µs',
    ],
    [
      'an observer just in time',
      ending({ provenance: { ...provenance, sendLagUs: 1_000 } }),
      scheduled,
      'ok',
      null,
    ],
    [
      'one in a hundred packets on lesser stamps',
      ending({ sizes: [hundred], provenance: { ...provenance, fallbackStamps: 1 } }),
      scheduled,
      'ok',
      null,
    ],
    [
      'more than one in a hundred on lesser stamps',
      ending({ sizes: [hundred], provenance: { ...provenance, fallbackStamps: 2 } }),
      scheduled,
      'ok',
      'marked: 2 of 100 packets had lesser stamps than kernel-tx-rx',
    ],
  ])('%s', (_what, end, context, status, reason) => {
    expect(settleRound(end, context)).toEqual({ status, reason });
  });
});

describe('a round with too few packets', () => {
  /** `sent` packets of so many bytes that left, of 10; the others could not, for want of a buffer. */
  const some = (bytes: number, sent: number) =>
    sample(bytes, [
      ...Array.from({ length: sent }, () => received(1)),
      ...Array.from({ length: 10 - sent }, (): PacketOutcome => ({ kind: 'not-sent', reason: 'no-buffer' })),
    ]);
  const asked: SettleContext = { ...scheduled, sizes: [64, 128, 512], minimumSent: 9 };
  const whole = [some(64, 10), some(128, 9), some(512, 9)];
  const least = 'at least 9 packets of each size have to be sent';

  test.each([
    ['every size at the least', whole, asked, 'ok', null],
    [
      'one size short by one',
      [some(64, 10), some(128, 8), some(512, 9)],
      asked,
      'partial',
      `sent only 8 of 128 bytes; ${least}: no-buffer × 3`,
    ],
    [
      'several sizes short, one with nothing sent',
      [some(64, 10), some(128, 8), some(512, 0)],
      asked,
      'partial',
      `sent only 8 of 128 bytes, 0 of 512 bytes; ${least}: no-buffer × 12`,
    ],
    ['a size missing', [some(64, 10), some(128, 10)], asked, 'partial', `sent only 0 of 512 bytes; ${least}`],
    [
      'a size that nobody asked for in place of one that was',
      [some(64, 10), some(128, 10), some(256, 10)],
      asked,
      'partial',
      `sent only 0 of 512 bytes; ${least}`,
    ],
    ['a size in two samples', [some(64, 10), some(128, 10), some(512, 5), some(512, 4)], asked, 'ok', null],
    [
      'lost packets, which were sent',
      [
        ...whole.slice(0, 2),
        sample(
          512,
          Array.from({ length: 9 }, (): PacketOutcome => ({ kind: 'lost' })),
        ),
      ],
      asked,
      'ok',
      null,
    ],
    [
      'a size short and another missing, where none is the least',
      [some(64, 1)],
      { ...asked, minimumSent: 0 },
      'ok',
      null,
    ],
    [
      'nothing sent, where none is the least',
      [some(64, 0)],
      { ...asked, minimumSent: 0 },
      'failed',
      'nothing could be sent: no-buffer × 10',
    ],
    [
      'a size missing of one asked for by hand',
      [some(64, 1)],
      { ...asked, scheduled: false },
      'unscheduled',
      null,
    ],
  ] as const)('%s', (_what, sizes, context, status, reason) => {
    expect(settleRound(ending({ sizes }), context)).toEqual({ status, reason });
  });

  test("the observer's own faults come before it", () => {
    const dropped = { ...provenance, socketDrops: 1 };
    expect(settleRound(ending({ sizes: [some(64, 1)], provenance: dropped }), asked).status).toBe('invalid');
    const late = { ...provenance, sendLagUs: 1_001 };
    expect(settleRound(ending({ sizes: [some(64, 1)], provenance: late }), asked).status).toBe(
      'degraded-observer',
    );
  });
});

describe('settleNoRoute', () => {
  const sizes = [
    sample(64, [unsent('no-route'), unsent('host-unreachable'), unsent('no-permission'), received(5)]),
  ];

  test('makes "no route" a loss while others answer, and nothing else', () => {
    expect(settleNoRoute(sizes, () => true)[0]?.packets).toEqual([
      { kind: 'lost' },
      { kind: 'lost' },
      unsent('no-permission'),
      received(5),
    ]);
  });

  test('leaves it outside the sample while nobody answers', () => {
    expect(settleNoRoute(sizes, () => false)).toEqual(sizes);
  });
});

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

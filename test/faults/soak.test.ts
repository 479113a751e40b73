import { expect, test } from 'vitest';
import { lost } from '../../src/core/measurement/round.js';
import { compareStored, type Request, type StoredSize } from '../bench/soak/compare.js';
import { runSoak } from '../bench/soak/soak.js';
import { judge, nothingWrong } from '../bench/soak/verdict.js';
import { requires } from '../support/requires.js';

requires({
  namespaces: true,
  tun: true,
  built: true,
  commands: ['gcc', 'nft', 'nats-server'],
});

test('the comparison finds the packets of a round that stood still for ten seconds, answered or not', () => {
  const every = 200;
  const pausedMs = 10_000;
  const request = (n: number): Request => ({
    destination: '10.77.0.1',
    bytes: 64,
    atMs: n < 3 ? n * every : pausedMs + n * 20,
    fate: n === 5 ? 'drop' : 'reply',
    rttUs: n === 5 ? null : 20_000 + n,
    round: null,
  });
  const requests = Array.from({ length: 10 }, (_, n) => request(n));
  const stored: StoredSize = {
    round: 'a paused one',
    status: 'degraded-observer',
    destination: '10.77.0.1',
    bytes: 64,
    packets: requests.map(({ rttUs }) => (rttUs === null ? lost : { kind: 'received', rttUs })),
    dueMs: (index) => index * every,
    lateMs: pausedMs,
  };
  const differences = compareStored(requests, [stored], { lostAfterUs: 500_000 });
  expect(differences).toEqual({ falseLoss: [], twice: [], unmatched: [] });
  expect(requests.filter(({ round }) => round === null)).toEqual([]);
});

/** Two hours and a half of `test/bench/soak`, with a fault of every kind that is over soon. */
test(
  'soak-of-faults: every packet, slot and second is accounted for after faults of many kinds',
  { timeout: 300_000 },
  async () => {
    const run = await runSoak({
      seed: 7,
      slots: 5,
      slotMs: 20_000,
      kinds: [
        ...(['stop', 'kill', 'clock-ahead', 'interface-down', 'route-gone', 'nats-lost', 'disk'] as const),
        ...(['cut', 'loss', 'outage'] as const),
      ],
    });
    const { verdict, figures } = await judge(run);
    expect(run.made.length).toBeGreaterThan(3);
    expect(verdict, figures.join('\n')).toEqual(nothingWrong);
  },
);

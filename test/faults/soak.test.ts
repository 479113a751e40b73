import { describe, expect, test } from 'vitest';
import { lost, type PacketOutcome } from '../../src/core/measurement/round.js';
import { compareStored, type Request, type StoredSize } from '../bench/soak/compare.js';
import { randomOf } from '../bench/soak/random.js';
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
    isRough: false,
  };
  const differences = compareStored(requests, [stored], { lostAfterUs: 500_000 });
  expect(differences).toEqual({ falseLoss: [], twice: [], unmatched: [] });
  expect(requests.filter(({ round }) => round === null)).toEqual([]);
});

describe('the comparison of what the network saw with what is stored', () => {
  const every = 200;
  const [packets, rounds] = [10, 12];
  /** As the soak's network is: RTTs of 20 to 80 ms, some packets dropped, some answers too late. */
  const random = randomOf(11);
  const network = (): { requests: Request[]; stored: StoredSize[] } => {
    const requests: Request[] = [];
    const stored = Array.from({ length: rounds }, (_, round): StoredSize => {
      const beganMs = round * 6_000 + random() * 2_000;
      const outcomes = Array.from({ length: packets }, (_, index): PacketOutcome => {
        const chance = random();
        const rttUs = 20_000 + Math.round(random() * 60_000);
        const fate = chance < 0.05 ? 'drop' : chance < 0.1 ? 'late' : 'reply';
        requests.push({
          destination: '10.77.0.1',
          bytes: 64,
          atMs: beganMs + 300 + index * every,
          fate,
          rttUs: fate === 'drop' ? null : fate === 'late' ? 650_000 : rttUs,
          round: null,
        });
        return fate === 'reply' ? { kind: 'received', rttUs: rttUs - 80 } : lost;
      });
      return {
        round: `round ${round}`,
        status: 'ok',
        destination: '10.77.0.1',
        bytes: 64,
        packets: outcomes,
        dueMs: (index) => beganMs + index * every,
        lateMs: 0,
        isRough: false,
      };
    });
    return { requests, stored };
  };
  const compare = ({ requests, stored }: ReturnType<typeof network>) => {
    const differences = compareStored(requests, stored, { lostAfterUs: 500_000 });
    return { ...differences, orphans: requests.filter(({ round }) => round === null).length };
  };
  const same = { falseLoss: [], twice: [], unmatched: [], orphans: 0 };
  const withPackets = (size: StoredSize, change: (packet: PacketOutcome) => PacketOutcome): StoredSize => {
    const at = size.packets.findIndex(({ kind }) => kind === 'received');
    return { ...size, packets: size.packets.map((one, index) => (index === at ? change(one) : one)) };
  };
  /** The same network with the round in the middle changed. */
  const seeded = (change: (size: StoredSize) => readonly StoredSize[]) => {
    const { requests, stored } = network();
    return compare({ requests, stored: stored.flatMap((one, n) => (n === 5 ? change(one) : one)) });
  };

  test('finds nothing where nothing differs', () => {
    for (let turn = 0; turn < 20; turn += 1) expect(compare(network())).toEqual(same);
  });

  test('finds one packet that is called lost and was answered', () => {
    for (let turn = 0; turn < 20; turn += 1)
      expect(seeded((size) => [withPackets(size, () => lost)]).falseLoss).toHaveLength(1);
  });

  test('finds one packet that is called lost and never left', () => {
    for (let turn = 0; turn < 20; turn += 1) {
      const { requests, stored } = network();
      const { atMs } = requests[57] as Request;
      const kept = requests.filter((one) => one.atMs !== atMs);
      const changed = stored.map((size, round) => ({
        ...size,
        packets: size.packets.map((one, index) => (round === 5 && index === 7 ? lost : one)),
      }));
      expect(compare({ requests: kept, stored: changed }).falseLoss).toHaveLength(1);
    }
  });

  test('finds one packet that is called not sent and was seen', () => {
    expect(
      seeded((size) => [withPackets(size, () => ({ kind: 'not-sent', reason: 'no-route' }))]),
    ).toMatchObject({ orphans: 1 });
  });

  test('finds a round that is stored nowhere, and one that is stored twice', () => {
    expect(seeded(() => [])).toMatchObject({ orphans: packets });
    const { twice, unmatched } = seeded((size) => [size, { ...size, round: 'again' }]);
    expect(twice.length + unmatched.length).toBeGreaterThan(0);
  });

  test('finds an RTT that is wrong by 5 ms, and an answer that never came', () => {
    const wrong = (packet: PacketOutcome): PacketOutcome =>
      packet.kind === 'received' ? { ...packet, rttUs: packet.rttUs + 5_000 } : packet;
    for (let turn = 0; turn < 20; turn += 1) {
      expect(seeded((size) => [withPackets(size, wrong)]).unmatched).toHaveLength(1);
      const never: PacketOutcome = { kind: 'received', rttUs: 333_000 };
      expect(seeded((size) => [withPackets(size, () => never)]).unmatched).toHaveLength(1);
    }
  });
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

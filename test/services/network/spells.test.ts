import { expect, test } from 'vitest';
import { planFiles } from '../../../src/config/plan/parse.js';
import type { SlotSummary } from '../../../src/core/measurement/figures.js';
import { ratio } from '../../../src/core/number.js';
import type { PathStanding, QualityTerms, WindowStanding } from '../../../src/core/standing.js';
import type { PathId } from '../../../src/core/types.js';
import { gradeSlot, spellFinder } from '../../../src/services/network/spells.js';
import { counts, slot as first, summary } from '../../support/rounds.js';
import { root } from '../../support/source-files.js';

const every = 1_800_000;
const plan = planFiles(root).byId('ctg-cloud-connection');
const version = plan?.ok === true ? plan.plan.versions[0] : undefined;
if (plan?.ok !== true || version === undefined) throw new Error('no contract');
const terms: QualityTerms = { plan: plan.plan.id, latency: version.latency, loss: version.loss };

/** A round in which as many of 100 packets of each size came back. */
const roundAt = (path: PathId, slot: number, received: number) =>
  summary({
    path,
    slot,
    sizes: [64, 128, 512].map((bytes) => counts(bytes, { received, rttSumUs: received * 35_000 })),
  });

/** Paths whose newest round is `newest`, with the rounds that are given of each, and how often a path's were read. */
function mesh(roundsOf: ReadonlyMap<PathId, readonly SlotSummary[]>) {
  const reads: string[] = [];
  const standingAt = (path: PathId, newest: number): PathStanding | null => {
    const slot = roundsOf.get(path)?.find((one) => one.slot === newest);
    const graded = slot && gradeSlot(slot, { commitmentUs: null }, terms);
    if (!graded) return null;
    const { excess, latencyBand, lossBand } = graded;
    const round: WindowStanding = {
      excess,
      latencyBand,
      lossBand,
      from: newest,
      to: newest + every,
      latencyUs: ratio(35_000n),
      loss: null,
      due: 1,
      held: 1,
    };
    return { plan: terms.plan, commitmentUs: null, round, day: round, month: round };
  };
  return {
    reads,
    at: (newest: number) => ({
      terms: [terms],
      paths: new Map([...roundsOf.keys()].map((path) => [path, standingAt(path, newest)])),
    }),
    rounds: {
      list: ({ path, from = 0, to = Infinity }: { path?: PathId; from?: number; to?: number }) => {
        if (path === undefined) throw new Error('of all paths');
        reads.push(path);
        const all = (roundsOf.get(path) ?? []).filter(({ slot }) => slot >= from && slot < to);
        return Promise.resolve(all.toSorted((a, b) => b.slot - a.slot));
      },
    },
  };
}

test('of a dark PoP of 50 all 98 paths are told, and the one that is worse by itself', async () => {
  const dark = Array.from({ length: 49 }, (_, n): PathId[] => [`P00>P${n + 1}`, `P${n + 1}>P00`]).flat();
  const paths = new Map(
    dark.map((path) => [path, [roundAt(path, first, 100), roundAt(path, first + every, 0)]]),
  );
  paths.set('P1>P2', [roundAt('P1>P2', first, 80), roundAt('P1>P2', first + every, 80)]);
  paths.set('P2>P1', [roundAt('P2>P1', first + every, 100)]);
  const { at, rounds, reads } = mesh(paths);
  const spellsOf = spellFinder(rounds);
  const spells = await spellsOf(at(first + every));
  expect(spells).toHaveLength(99);
  expect(spells.filter(({ since }) => since === first + every)).toHaveLength(98);
  expect(spells.at(-1)).toMatchObject({ path: 'P1>P2', since: first, isLonger: true });

  expect(new Set(reads).size).toBe(99);
  expect(await spellsOf(at(first + every))).toEqual(spells);
  expect(reads).toHaveLength(99);
});

test('the rounds of a path are read again for its next round, and after it was well', async () => {
  const slots = [100, 50, 50, 100, 50].map((received, n) => roundAt('A>B', first + n * every, received));
  const { at, rounds } = mesh(new Map<PathId, SlotSummary[]>([['A>B', slots]]));
  const spellsOf = spellFinder(rounds);
  const since = async (n: number) =>
    (await spellsOf(at(first + n * every))).map((one) => (one.since - first) / every);
  expect(await since(1)).toEqual([1]);
  expect(await since(2)).toEqual([1]);
  expect(await since(3)).toEqual([]);
  expect(await since(4)).toEqual([4]);
});

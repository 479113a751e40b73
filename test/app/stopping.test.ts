import { describe, expect, test } from 'vitest';
import { createStopping, stopOrder, type Party } from '../../src/app/stopping.js';

const parties = Object.keys(stopOrder) as Party[];
const never = (): Promise<void> => new Promise(() => undefined);

/** Ends in which order, with parties that hang or fail; limits pass at once, after everything that can end has. */
async function stopped(how: Partial<Record<Party, () => Promise<void>>>) {
  const told: string[] = [];
  const said: string[] = [];
  const say = (_fields: object, message: string): void => void said.push(message);
  const stopping = createStopping({
    log: { debug: say, info: say, warn: say, error: say },
    served: {
      sleep: (_ms, signal) =>
        new Promise((resolve) => {
          const timer = setTimeout(resolve, 50);
          signal.addEventListener('abort', () => {
            clearTimeout(timer);
            resolve();
          });
        }),
    },
  });
  for (const party of parties)
    stopping.add(party, async () => {
      told.push(party);
      await how[party]?.();
    });
  return { left: await stopping.stop(), told, said };
}

describe('stopping', () => {
  test('stores what was measured first, and closes the store last', async () => {
    const { told, left } = await stopped({});
    expect(told[0]).toBe('engine');
    expect(told.at(-1)).toBe('store');
    expect([...told].sort()).toEqual([...parties].sort());
    expect(left).toEqual([]);
  });

  test.each(parties)('party-hangs: %s is left behind, and all others end', async (party) => {
    const { told, left, said } = await stopped({ [party]: never });
    expect(left).toEqual([party]);
    expect([...told].sort()).toEqual([...parties].sort());
    expect(said).toEqual(['did not end in time and is left behind']);
  });

  test.each(parties)('%s fails: it is said, and all others end', async (party) => {
    const { told, left, said } = await stopped({ [party]: () => Promise.reject(new Error('no')) });
    expect(left).toEqual([]);
    expect([...told].sort()).toEqual([...parties].sort());
    expect(said).toEqual(['could not be ended in order']);
  });

  test('parties of one phase don’t wait for each other', async () => {
    const { left } = await stopped({ mesh: never, http: never, outbox: never, workers: never });
    expect([...left].sort()).toEqual(['http', 'mesh', 'outbox', 'workers']);
  });

  test('is over within 5 s, whoever hangs', () => {
    const phases = new Map<number, number>();
    for (const { phase, limitMs } of Object.values(stopOrder))
      phases.set(phase, Math.max(phases.get(phase) ?? 0, limitMs));
    expect([...phases.values()].reduce((sum, ms) => sum + ms, 0)).toBeLessThan(5_000);
  });
});

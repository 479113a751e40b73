import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAgenda } from '../../../probes/kernel/agenda.js';

const dues = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 200 });

test('gives what was added in the order of time', () => {
  fc.assert(
    fc.property(dues, (all) => {
      const agenda = createAgenda<{ dueNs: number }>();
      for (const dueNs of all) agenda.add({ dueNs });
      const given: number[] = [];
      for (let next = agenda.shift(); next; next = agenda.shift()) given.push(next.dueNs);
      expect(given).toEqual([...all].sort((a, b) => a - b));
    }),
  );
});

test('merges streams: each one goes on at its own pace', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(100), fc.integer({ min: 1, max: 20 })), { minLength: 1 }),
      (streams) => {
        const agenda = createAgenda<{ dueNs: number; every: number; left: number }>();
        for (const [dueNs, every] of streams) agenda.add({ dueNs, every, left: 5 });
        let [last, count] = [0, 0];
        for (let next = agenda.first(); next; next = agenda.first()) {
          expect(next.dueNs).toBeGreaterThanOrEqual(last);
          last = next.dueNs;
          count += 1;
          next.left -= 1;
          next.dueNs += next.every;
          if (next.left === 0) agenda.shift();
          else agenda.postponed();
        }
        expect(count).toBe(streams.length * 5);
        expect(agenda.size).toBe(0);
      },
    ),
  );
});

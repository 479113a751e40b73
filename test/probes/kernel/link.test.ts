import { describe, expect, test } from 'vitest';
import { withLab } from '../../lab/lab.js';
import { requires } from '../../support/requires.js';
import { measureIn } from '../support/measure-in.js';
import { countsOf, kindsOf, roundOf } from '../support/rounds.js';

describe('the kernel kind over a cable', () => {
  requires({ namespaces: true, built: true });

  test.each([
    ['any interface', {}],
    ['the interface it is bound to', { interface: 'near0' }],
  ])('goes on when %s goes down and comes up again in the middle of a round', async (_what, options) => {
    await withLab(async (lab) => {
      const [near, far] = [lab.namespace('near'), lab.namespace('far')];
      lab.join(
        { namespace: near, addresses: ['10.9.0.1/24'] },
        { namespace: far, addresses: ['10.9.0.2/24'] },
        'near0',
      );
      const round = roundOf('10.9.0.2', { count: 100, intervalMs: 30, lostAfterMs: 500, lateWaitMs: 100 });
      const measuring = measureIn(near, 'kernel', [{ ...round, options }]);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      near.must(['ip', 'link', 'set', 'near0', 'down']);
      await new Promise((resolve) => setTimeout(resolve, 600));
      near.must(['ip', 'link', 'set', 'near0', 'up']);
      const [result] = await measuring;
      if (!result) throw new Error('no result');
      expect(result).toMatchObject({ ended: 'completed', reason: null });
      for (const [index, size] of countsOf(result).entries()) {
        const kinds = kindsOf(result, index);
        expect(kinds[0]).toBe('received');
        expect(kinds.at(-1)).toBe('received');
        expect(size.notSent).toBeGreaterThan(5);
        expect(size.rttMaxUs).toBeLessThan(500_000);
      }
    });
  });
});

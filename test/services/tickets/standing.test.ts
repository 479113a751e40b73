import { expect, test } from 'vitest';
import { reportsStanding } from '../../../src/services/tickets/append.js';
import { ann, bank, faultRig, filing } from '../../support/fault-desk.js';

test('reports are counted by state, and those past their promise while somebody has to act', async () => {
  const rig = await faultRig();
  const { ticketService, store, now } = rig;
  const standing = (at: number) => reportsStanding(store.faults, at);
  expect((await standing(now)).byState.get('filed')).toBe(0);
  // Half an hour to answer, four hours to repair.
  await ticketService.file(bank, filing());
  await ticketService.file(bank, filing({ path: null, window: null, text: 'all is slow' }));
  expect(await standing(now + 1_800_000)).toMatchObject({ overdue: 0 });
  const late = await standing(now + 1_800_001);
  expect([late.byState.get('filed'), late.overdue]).toEqual([2, 1]);

  await ticketService.do(ann, 'F1', { transition: 'take' });
  const taken = await standing(now + 1_800_001);
  expect([taken.byState.get('acknowledged'), taken.byState.get('filed'), taken.overdue]).toEqual([1, 1, 0]);
  expect((await standing(now + 4 * 3_600_000 + 1)).overdue).toBe(1);
});

import { expect, test } from 'vitest';
import { popOfToken, popToken, rowsSubject } from '../../src/mesh/streams.js';

test.each(['HKG', 'hkg-1', 'a.b_c', 'x..y'])('%s is one token of a subject, and comes back', (pop) => {
  expect(popToken(pop)).toMatch(/^[-_=A-Za-z0-9]+$/);
  expect(popOfToken(popToken(pop))).toBe(pop);
});

test('an id with a dot does not reach into what is another PoP’s', () => {
  expect(rowsSubject('HKG.rounds', 'paths')).toBe('popsla.v1.rows.HKG=rounds.paths');
});

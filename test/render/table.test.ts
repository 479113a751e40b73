import { expect, test } from 'vitest';
import { tableLines } from '../../src/render/table.js';

test('a table measures wide characters as they are shown', () => {
  const lines = tableLines(
    [{ head: 'ID' }, { head: 'NAME' }, { head: 'N', align: 'right' }],
    [
      ['HKG', '香港', '1'],
      ['SIN', 'Singapore', '12'],
    ],
  );
  expect(lines).toEqual(['ID   NAME        N', 'HKG  香港        1', 'SIN  Singapore  12']);
});

test('a cell stays on its line', () => {
  expect(tableLines([{ head: 'A' }], [['one\ntwo\u001b[2J']])).toEqual(['A', String.raw`one two\u001b[2J`]);
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mappingFiles, parseMapping, readMapping } from '../../src/config/exports/mapping.js';
import { formatProblem } from '../../src/config/problem.js';
import { tempDir } from '../support/temp-dir.js';

const problems = (text: string): string[] => {
  const parsed = parseMapping(text, 'own.yaml');
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
};

describe('a mapping', () => {
  test('with an unknown column says where it stands, and what was meant', () => {
    const text = 'title: Own\ncolumns:\n  - { name: a, field: gross }\n  - { name: b, field: grosss }\n';
    expect(problems(text)).toEqual([
      expect.stringMatching(
        /^own\.yaml:4:\d+ columns\[1\]\.field: "grosss" is not known \(did you mean "gross"\?\)/,
      ),
    ]);
  });

  test.each([
    ['title: Own\ncolumns: []', 'are none'],
    ['title: Own\nrow: credits\ncolumns: [{ name: a, field: net }]', 'row'],
    ['title: Own\ncolumns: [{ name: a }]', 'has neither field nor value'],
    ['title: Own\ncolumns: [{ name: a, field: entryAmount }]', 'is of an entry; allowed: with rows: entries'],
    ['title: Own\ncolumns: [{ name: a, field: net, only: [tax] }]', 'is of entries'],
    ['title: Own\ncolumns: [{ name: a, value: x, negate: true }]', 'changes a field that it has not'],
    [
      'title: Own\ncolumns: [{ name: a, field: net }, { name: a, field: tax }]',
      'is given twice: columns[0] has it',
    ],
    ['title: Own\ndecimalMark: ","\ncolumns: [{ name: a, field: net }]', 'is the delimiter too'],
    ['title: Own\ndays: DD.MM\ncolumns: [{ name: a, field: net }]', 'is not a form of a date'],
    [
      'title: Own\naccounts: [{ currency: HKX, revenue: 1 }]\ncolumns: [{ name: a, field: net }]',
      'is not a currency',
    ],
  ])('%j is refused', (text, what) => {
    expect(problems(text).join('\n')).toContain(what);
  });

  test('that the configuration names replaces one of the same name', () => {
    const file = join(tempDir(), 'generic.yaml');
    writeFileSync(file, 'title: Ours\ncolumns: [{ name: a, field: net }]');
    const files = mappingFiles([file]);
    expect([...files.keys()]).toEqual(['generic', 'kingdee', 'oracle-autoinvoice', 'sap-fb01', 'yonyou']);
    expect(readMapping(files, 'generic')).toMatchObject({
      ok: true,
      mapping: { title: 'Ours', name: 'generic' },
    });
    expect(readMapping(files, 'none')).toBeNull();
    const gone = readMapping(mappingFiles([join(tempDir(), 'gone.yaml')]), 'gone');
    expect(gone).toMatchObject({ ok: false, problems: [{ what: "can't be read (ENOENT)" }] });
  });
});

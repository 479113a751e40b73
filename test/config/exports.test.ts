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
    ['title: Own\ndays: DD.MM\ncolumns: [{ name: a, field: net }]', 'has no YYYY'],
    ...[
      'YYYY',
      'YYYY-MM',
      'YYYYMMDDDD',
      'YYYY--MM-DD',
      'DD.MM.YYYY.',
      '-YYYYMMDD',
      'YYYY MM DD',
      'YYYY-DD',
    ].map((days) => [
      `title: Own\ndays: "${days}"\ncolumns: [{ name: a, field: net }]`,
      'days: ' + JSON.stringify(days),
    ]),
    [
      'title: Own\ndays: YYYY-DD\ncolumns: [{ name: a, field: net }]',
      'has no MM; allowed: YYYY, MM and DD, each once',
    ],
    [
      'title: Own\nmonths: YYYY\ncolumns: [{ name: a, field: net }]',
      'has no MM; allowed: YYYY and MM, each once',
    ],
    [
      'title: Own\nmonths: YYYY-MM-DD\ncolumns: [{ name: a, field: net }]',
      'has a DD, and a month has no day',
    ],
    [
      'title: Own\naccounts: [{ currency: HKX, revenue: "1" }]\ncolumns: [{ name: a, field: net }]',
      'is not a currency',
    ],
  ])('%j is refused', (text = '', what = '') => {
    expect(problems(text)).toHaveLength(1);
    expect(problems(text).join('\n')).toContain(what);
  });

  test.each([
    ['title: Two\n', 'own.yaml:3:1 title: is given twice; allowed: each key once'],
    ['rows: credits\nrows: entries\n', 'own.yaml:4:1 rows: is given twice; allowed: each key once'],
    [
      'accounts:\n  - { currency: HKD, revenue: "1" }\n  - { currency: JPY, revenue: "1" }\n  - { currency: HKD, revenue: "1" }\n',
      'own.yaml:6:17 accounts[2].currency: "HKD" is given twice: accounts[0] has it; allowed: each once',
    ],
    [
      'accounts:\n  - { currency: HKD, revenue: "1", revenue: "2" }\n',
      'own.yaml:4:36 accounts[0].revenue: is given twice; allowed: each key once',
    ],
    [
      'taxCodes:\n  - { percent: 9, code: A }\n  - { percent: 9.00, code: B }\n',
      'own.yaml:5:16 taxCodes[1].percent: 9 is given twice: taxCodes[0] has it; allowed: each once',
    ],
  ])('that says something twice is refused with one line: %j', (more, line) => {
    expect(problems(`title: Own\ncolumns: [{ name: a, field: net }]\n${more}`)).toEqual([line]);
  });

  test.each(['YYYY-MM-DD', 'DD.MM.YYYY', 'MM/DD/YYYY', 'YYYYMMDD', 'DDMMYYYY', 'YYYYMM-DD'])(
    'may have days in the form %s',
    (days) => {
      expect(problems(`title: Own\ndays: ${days}\ncolumns: [{ name: a, field: net }]`)).toEqual([]);
    },
  );

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

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- a case that a test changes in every way has no type */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../config/case/support.js';
import { root } from '../../support/source-files.js';

const folder = join(import.meta.dirname, 'cases');
const names = readdirSync(folder).flatMap((name) => /^(.+)\.expected\.json$/.exec(name)?.[1] ?? []);

const main = join(root, 'dist/src/main.js');

/** The built command, as a person runs it. */
const evaluate = (...args: string[]) =>
  spawnSync(process.execPath, [main, 'evaluate', ...args], { encoding: 'utf8' });

describe('pop-sla evaluate, over whole cases', () => {
  test('has cases', () => {
    expect(names.length).toBeGreaterThanOrEqual(6);
  });

  test.each(names)('%s', (name) => {
    const result = evaluate(join(folder, `${name}.json`));
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    expect(JSON.parse(result.stdout)).toEqual(
      JSON.parse(readFileSync(join(folder, `${name}.expected.json`), 'utf8')),
    );
  });

  const explained = readdirSync(folder).flatMap((name) => /^(.+)\.explain\.txt$/.exec(name)?.[1] ?? []);
  test.each(explained)('%s, explained', (name) => {
    const result = evaluate('--explain', join(folder, `${name}.json`));
    expect(result.stderr).toBe('');
    expect(result.stdout).toBe(readFileSync(join(folder, `${name}.explain.txt`), 'utf8'));
  });

  test('from standard input, and with details beside the documented keys', () => {
    const input = readFileSync(join(folder, 'plan-ip-transit.json'), 'utf8');
    const options = { input, encoding: 'utf8', cwd: folder } as const;
    const result = spawnSync(process.execPath, [main, 'evaluate', '--details', '-'], options);
    const expected: unknown = JSON.parse(readFileSync(join(folder, 'plan-ip-transit.expected.json'), 'utf8'));
    expect(JSON.parse(result.stdout)).toMatchObject(expected as object);
    expect(JSON.parse(result.stdout)).toMatchObject({
      claim: { withinDays: 14, lastDay: '2026-04-14' },
      services: [{ tax: { ratePercent: '6', gross: '250.00', tax: '14.15', net: '235.85' } }, {}],
    });
  });

  test('a faulty case: one line per fault, nothing on standard output, exit status 2', () => {
    const input = '{"plan": "ctg-cloud-connection", "month": "2026-10", "lines": [{"id": "l1"}], "services": 5}';
    const result = spawnSync(process.execPath, [main, 'evaluate', '-'], { input, encoding: 'utf8' });
    expect(result).toMatchObject({
      status: 2,
      stdout: '',
      stderr: '$.lines[0].pop is missing\n$.services must be a list, found 5\n',
    });
  });

  test('a file that is not there', () => {
    const result = evaluate('/nowhere/case.json');
    expect(result).toMatchObject({
      status: 2,
      stdout: '',
      stderr: 'pop-sla: /nowhere/case.json: there is no such file\n',
    });
  });

  /** A documented case with what is odd in it. */
  function odd(change: (own: Json) => void): string {
    const own = JSON.parse(readFileSync(join(folder, 'example-1.json'), 'utf8'));
    change(own);
    return JSON.stringify(own);
  }
  const plain = readFileSync(join(folder, 'example-1.expected.json'), 'utf8');
  const elsewhere = (own: Json) => ({
    line: own.lines[0].id as string,
    from: '2020-02-01T00:00:00Z',
    to: '2020-02-01T01:00:00Z',
  });

  test('what is odd: a note per line on standard error, the same result, exit status 0', () => {
    const input = odd((own) => own.outages.push(elsewhere(own)));
    for (const option of [[], ['--explain'], ['--details']]) {
      const options = { input, encoding: 'utf8', cwd: folder } as const;
      const result = spawnSync(process.execPath, [main, 'evaluate', ...option, '-'], options);
      expect(result.status).toBe(0);
      expect(result.stderr).toMatch(
        /^note: \$\.outages\[\d+\] lies outside of \d{4}-\d\d, and counts for nothing\n$/,
      );
      if (option.length === 0) expect(JSON.parse(result.stdout)).toEqual(JSON.parse(plain));
      else expect(result.stdout).not.toContain('note:');
    }
  });

  test('more notes than anybody reads are counted', () => {
    const input = odd((own) => own.outages.push(...Array.from({ length: 1_003 }, () => elsewhere(own))));
    const result = spawnSync(process.execPath, [main, 'evaluate', '-'], { input, encoding: 'utf8' });
    const lines = result.stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(1_001);
    expect(lines.at(-1)).toBe('note: $ has 3 more notes, not listed');
    expect(JSON.parse(result.stdout)).toEqual(JSON.parse(plain));
  });

  test('a faulty case has its faults alone: notes are of a case that is judged', () => {
    const input = odd((own) => {
      own.outages.push(elsewhere(own));
      own.services[0].class = 'gone';
    });
    const result = spawnSync(process.execPath, [main, 'evaluate', '-'], { input, encoding: 'utf8' });
    expect(result).toMatchObject({ status: 2, stdout: '' });
    expect(result.stderr).toContain('$.services[0].class');
    expect(result.stderr).not.toContain('note:');
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { customersSchema } from '../../../src/config/customers/schema.js';
import { loadConfig } from '../../../src/config/load.js';
import { bare } from '../../../src/config/problem.js';
import { bookMonth, segmentsOf, sellersOf } from '../../../src/core/customer/book.js';
import type { RuleSet } from '../../../src/core/statement/rule-set.js';
import { root } from '../../support/source-files.js';
import { tempDir } from '../../support/temp-dir.js';
import { bookOf } from './support.js';

const text = readFileSync(join(root, 'config/customers.yaml'), 'utf8');
const book = bookOf(text);

/** `services.changes.rent`, for every key that the file may have. */
function keysOf(schema: z.core.$ZodType, at = ''): string[] {
  const inner = bare(schema);
  if (inner instanceof z.ZodArray) return keysOf(inner.element, at);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape as Record<string, z.core.$ZodType>).flatMap(([key, value]) => {
    const here = at === '' ? key : `${at}.${key}`;
    return [here, ...keysOf(value, here)];
  });
}

function keysIn(data: unknown, at = ''): string[] {
  if (Array.isArray(data)) return data.flatMap((item) => keysIn(item, at));
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) => {
    const here = at === '' ? key : `${at}.${key}`;
    return [here, ...keysIn(value, here)];
  });
}

describe('the shipped file of customers', () => {
  test('shows every key', () => {
    const shown = new Set(keysIn(parse(text)));
    const missing = keysOf(customersSchema).filter((key) => !shown.has(key));
    // A change may have any of its service's terms; three of them stand for all.
    expect(missing.filter((key) => !key.startsWith('services.changes.'))).toEqual([]);
  });

  test('is a book with its defaults', () => {
    expect(book.customers.map(({ id, locale, timeZone }) => [id, locale, timeZone])).toEqual([
      ['pacific-wholesale', 'en', 'Asia/Hong_Kong'],
      ['lion-networks', 'en-SG', 'Asia/Singapore'],
      ['harbour-bank', 'zh-HK', 'Asia/Hong_Kong'],
    ]);
    expect([...book.plans.keys()]).toEqual(['ctg-cloud-connection']);
  });

  test('splits a service where its terms change, and keeps what a change leaves out', () => {
    const [service] = book.services;
    expect(service && segmentsOf(service)).toMatchObject([
      {
        start: '2026-03-01',
        end: '2026-10-16',
        class: 'protected-single',
        lines: ['hb-1'],
        paths: ['HKG>SIN'],
        monthlyRent: { minor: 1_200_000n, currency: 'HKD' },
        taxRate: { n: 9n, d: 100n },
      },
      {
        start: '2026-10-16',
        end: '2027-03-01',
        class: 'protected-dual',
        lines: ['hb-1', 'hb-2'],
        paths: ['HKG>SIN'],
        monthlyRent: { minor: 2_000_000n, currency: 'HKD' },
        taxRate: { n: 9n, d: 100n },
      },
    ]);
  });

  test.each([
    ['2026-02', [], []],
    ['2026-09', [['2026-03-01']], [['2026-03-01']]],
    ['2026-10', [['2026-03-01', '2026-10-16']], [['2026-03-01'], ['2026-10-16']]],
    ['2027-02', [['2026-10-16']], [['2026-10-16']]],
    ['2027-03', [], []],
  ])('has in %s one service with the terms %j; by the first rule set each by itself', (name, now, before) => {
    const terms = (ruleSet: RuleSet) =>
      bookMonth(book, name, ruleSet).plans.flatMap(({ services }) =>
        services.map(({ inForce }) => inForce.map(({ start }) => start)),
      );
    expect(terms(2)).toEqual(now);
    expect(terms(1)).toEqual(before);
  });

  test('says who stood above a customer on a day', () => {
    expect(sellersOf(book, 'harbour-bank', '2026-02-28')).toEqual([]);
    expect(sellersOf(book, 'harbour-bank', '2026-03-01')).toEqual(['lion-networks', 'pacific-wholesale']);
    expect(sellersOf(book, 'harbour-bank', '2027-03-01')).toEqual([]);
  });
});

describe('a configuration that names a file of customers', () => {
  const config = (folder: string) => {
    const file = join(folder, 'c.yaml');
    const pops = '[{ id: HKG, ipv4: 192.0.2.1 }, { id: SIN, ipv4: 192.0.2.2 }]';
    writeFileSync(file, `agent: HKG\npops: ${pops}\ncustomers: who.yaml\n`);
    return file;
  };

  test('takes it in, from its own folder', async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'who.yaml'), text);
    const loaded = await loadConfig(config(folder), '/');
    expect(loaded.ok && loaded.config.book.services.map(({ id }) => id)).toEqual(['harbour-bank-backbone']);
  });

  test('is refused where that is missing or faulty', async () => {
    const folder = tempDir();
    const missing = await loadConfig(config(folder), folder);
    expect(missing).toMatchObject({ ok: false, problems: [{ file: 'who.yaml', what: 'does not exist' }] });
    writeFileSync(join(folder, 'who.yaml'), 'sites: [{ id: s, customer: x }]');
    const faulty = await loadConfig(config(folder), folder);
    expect(faulty).toMatchObject({
      ok: false,
      problems: [{ file: 'who.yaml', line: 1, path: 'sites[0].customer', value: '"x"' }],
    });
  });
});

import { expect, onTestFinished, test } from 'vitest';
import { november } from '../../support/ledger.js';
import { hashesOf, makeSet, openSet, sets } from './sets.js';

/**
 * What earlier versions sealed comes out of this one as the same bytes, whatever things are called by now. A set is made
 * once, and never again: see README.md beside this file.
 */

const wanted = process.env['POP_SLA_SEAL'];
if (wanted !== undefined) test('seals a set', { timeout: 300_000 }, () => makeSet(wanted));

/** Another name for everything, another plan, and terms of which nothing is as it was. */
function renamed(file: 'pop-sla.yaml' | 'customers.yaml', text: string): string {
  if (file === 'pop-sla.yaml') {
    const config = JSON.parse(text) as { pops: object[] };
    const pops = config.pops.map((pop) => ({ ...pop, name: 'Elsewhere', region: 'moon' }));
    return JSON.stringify({
      ...config,
      pops,
      agent: 'FRA',
      commitments: [{ path: 'HKG>SIN', latency: '99ms' }],
      measurement: { packets: 7 },
      watch: { every: '2s' },
    });
  }
  return text
    .replaceAll(/name: ("[^"]*"|[^}]*?) \}/g, 'name: Renamed }')
    .replaceAll('plan: ctg-cloud-connection', 'plan: example-ip-transit')
    .replaceAll(/class: [a-z-]+/g, 'class: port')
    .replaceAll(/rent: \d+/g, 'rent: 77')
    .replaceAll('currency: HKD', 'currency: JPY');
}

test.each(sets().map((name) => [name]))('%s: what was sealed is the same bytes', { timeout: 300_000 }, async (name) => {
  const { store, config, hashes } = await openSet(name);
  onTestFinished(() => store.close());
  expect(await hashesOf(store, config, november)).toEqual(hashes);
});

test.each(sets().map((name) => [name]))('%s: also years later, with everything renamed', { timeout: 300_000 }, async (name) => {
  const { store, config, hashes } = await openSet(name, renamed);
  onTestFinished(() => store.close());
  expect(config.book.customers.map(({ name: of }) => of)).toEqual(['Renamed', 'Renamed']);
  expect(new Set(config.book.services.flatMap(({ terms }) => terms.map((term) => term.monthlyRent.currency)))).toEqual(new Set(['JPY']));
  expect(await hashesOf(store, config, Date.parse('2029-03-01T00:00:00Z'))).toEqual(hashes);
});

test('there is a set of every version from the first that stored the names', () => {
  expect(sets()).not.toEqual([]);
});

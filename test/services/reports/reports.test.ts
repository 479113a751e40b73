import { describe, expect, test } from 'vitest';
import { createLedgerService } from '../../../src/services/ledger/service.js';
import { createReports, type ReportRequest } from '../../../src/services/reports.js';
import { dayMs, november, october } from '../../support/ledger.js';
import { maintenanceOf, statedOctober, statementsOf, type StatedMonth } from '../../support/statements.js';

async function setUp(now = november) {
  const month = await statedOctober();
  const { store, config } = month;
  const reports = createReports({
    store,
    config: () => config,
    now: () => now,
    software: '1.2.3',
  });
  const report = (request: Partial<ReportRequest> = {}) =>
    reports.report({
      month: '2026-10',
      selection: { by: 'all', id: null },
      revision: null,
      toDate: false,
      ...request,
    });
  return { report, month };
}

/** Excuses an outage that was sealed as it counted. */
async function excuse({ store, config }: StatedMonth): Promise<void> {
  const ledgerService = createLedgerService({ store, config: () => config, now: () => november });
  const from = october + 12 * dayMs;
  const [late] = await ledgerService.propose('ann', [maintenanceOf('FRA', from, from + dayMs)]);
  await ledgerService.decide('bob', 'approve', late?.id ?? '', null);
}

const ofService = (id: string) => ({ selection: { by: 'service', id } as const });

describe('a report of a month', () => {
  test('has every service as a draft where nothing is sealed', async () => {
    const { report } = await setUp();
    const { statements, names } = await report();
    expect(statements.map(({ document, seal }) => [document.service, document.state, seal])).toEqual([
      ['other', 'draft', null],
      ['single', 'draft', null],
    ]);
    expect(statements[1]?.document.parts[0]).toMatchObject({ availabilityPercent: '99.9327' });
    expect(names.customers.get('bank')).toBe('bank');
  });

  const groups = [
    ['service', 'single', ['single']],
    ['customer', 'bank', ['other', 'single']],
    ['site', 'central', ['other', 'single']],
  ] as const;
  test('of a group has what belongs to it', async () => {
    const { report } = await setUp();
    for (const [by, id, services] of groups) {
      const { statements } = await report({ selection: { by, id } });
      expect(statements.map(({ document }) => document.service)).toEqual(services);
    }
  });

  test('has what was sealed as it was sealed, in its latest revision or the one asked for', async () => {
    const { report, month } = await setUp();
    const statements = await statementsOf(month);
    const other = { month: '2026-10', services: ['other'], acceptIncomplete: null };
    await statements.seal('ann', other);
    await excuse(month);
    await statements.revise('bob', other);
    const both = (await report()).statements;
    expect(both.map(({ document, seal }) => [document.service, document.revision, seal?.sealedBy])).toEqual([
      ['other', 2, 'bob'],
      ['single', 1, undefined],
    ]);
    const [first] = (await report({ ...ofService('other'), revision: 1 })).statements;
    expect([first?.document.revision, first?.seal?.sealedBy]).toEqual([1, 'ann']);
    expect(both[0]?.document.previous).toBe(first?.seal?.hash);
    await expect(report({ ...ofService('other'), revision: 3 })).rejects.toThrow(
      'revision: 2026-10/other has no revision 3; allowed: 1 to 2',
    );
    await expect(report({ ...ofService('single'), revision: 1 })).rejects.toThrow(
      'revision: 2026-10/single has no revision 1; allowed: none: it is not sealed',
    );
  });

  test('has the draft under review, not a fresh one', async () => {
    const { report, month } = await setUp();
    await (await statementsOf(month)).close('2026-10');
    await excuse(month);
    const [kept] = (await report(ofService('other'))).statements;
    expect(kept?.document.exclusions).toEqual([]);
  });

  test('to date is drawn up to now, and only when it is asked for', async () => {
    const { report } = await setUp(october + 12 * dayMs);
    const { statements } = await report({ toDate: true });
    expect(statements.map(({ document }) => document.toDate)).toEqual([
      '2026-10-13T00:00:00+08:00',
      '2026-10-13T00:00:00+08:00',
    ]);
    await expect(report()).rejects.toThrow(
      'month: 2026-10 is not over, it is on 2026-10-31T16:00:00+00:00; allowed: a month that is over, or --to-date',
    );
    await expect(report({ month: '2026-11', toDate: true })).rejects.toThrow('month: 2026-11 has not begun');
  });

  const refused = [
    [{ month: '2026-13' }, 'month: 2026-13 is no month; allowed: a month from 1970-01 on, as "2026-10"'],
    [{ month: '2025-10' }, 'month: 2025-10 is no month of any service; allowed: a month from 2026-01 on'],
    [ofService('none'), 'service: none is no service; allowed: other, single'],
    [{ selection: { by: 'customer', id: 'b' } }, 'customer: b is no customer; allowed: bank'],
    [{ selection: { by: 'site', id: 's' } }, 'site: s is no site; allowed: central'],
    [{ selection: { by: 'reseller', id: 'r' } }, 'reseller: r is no reseller; allowed: none'],
    [{ revision: 2 }, 'revision: is of one statement; allowed: together with a service'],
  ] as const;
  test('of what is not there is refused', async () => {
    const { report } = await setUp();
    for (const [request, message] of refused) await expect(report(request)).rejects.toThrow(message);
  });

  test('says nothing of what may not be seen', async () => {
    const { report } = await setUp();
    const maySee = () => false;
    await expect(report({ maySee })).rejects.toThrow('2026-10 is no month of any service; allowed: nothing');
    await expect(report({ ...ofService('single'), maySee })).rejects.toThrow('is no month of any service');
  });
});

test('a report has the same fingerprint for as long as it says the same', async () => {
  const month = await statedOctober();
  const { store } = month;
  let { config } = month;
  const of = async (selection: ReportRequest['selection']) => {
    const options = { store, config: () => config, now: () => november, software: '1.2.3' };
    const request = { month: '2026-10', selection, revision: null, toDate: false };
    return (await createReports(options).prepare(request)).fingerprint;
  };
  const all = { by: 'all', id: null } as const;
  const single = { by: 'service', id: 'single' } as const;
  // Nothing is kept: it would be drawn up, and might say something else tomorrow.
  expect(await of(all)).toBeNull();
  const statements = await statementsOf(month);
  await statements.close('2026-10');
  const drafts = [await of(all), await of(single)];
  expect(new Set([...drafts, null]).size).toBe(3);
  expect([await of(all), await of(single)]).toEqual(drafts);
  await statements.seal('ann', { month: '2026-10', services: ['single'], acceptIncomplete: 'a test' });
  const sealed = [await of(all), await of(single)];
  expect(new Set([...drafts, ...sealed]).size).toBe(4);
  expect(await of({ by: 'service', id: 'other' })).not.toBe(sealed[1]);
  const renamed = config.book.customers.map((one) => ({ ...one, name: `${one.name} & Sons` }));
  config = { ...config, book: { ...config.book, customers: renamed } };
  expect(await of(single)).not.toBe(sealed[1]);
});

describe('the names of a sealed statement', () => {
  const named = (name: string) => (text: string) =>
    text.replace('customers: [{ id: bank }]', `customers: [{ id: bank, name: ${name} }]`);
  const nameOf = async ({ store }: StatedMonth, config: StatedMonth['config']) => {
    const reports = createReports({ store, config: () => config, now: () => november, software: '1.2.3' });
    const request = { month: '2026-10', ...ofService('single'), revision: null, toDate: false };
    const { statements, names } = await reports.report(request);
    return [statements[0]?.names.customers.get('bank'), names.customers.get('bank')];
  };
  const sealSingle = { month: '2026-10', services: ['single'], acceptIncomplete: null };

  test('stay those of its sealing; a draft has those in force', async () => {
    const month = await statedOctober(named('Harbour'));
    const renamed = (await statedOctober(named('Another'))).config;
    expect(await nameOf(month, renamed)).toEqual(['Another', 'Another']);
    await (await statementsOf(month)).seal('ann', sealSingle);
    expect(await nameOf(month, renamed)).toEqual(['Harbour', 'Harbour']);
  });

  test('that an earlier version did not store are stored as they are in force, once', async () => {
    const month = await statedOctober(named('Harbour'));
    const renamed = (await statedOctober(named('Another'))).config;
    const { statements } = month.store;
    // Sealed by a program that stores no names.
    const before: typeof statements = {
      ...statements,
      commit: ({ events, sealed, sealedAt, credits }) =>
        statements.commit({
          events,
          ...(sealed && { sealed }),
          ...(sealedAt !== undefined && { sealedAt }),
          ...(credits && { credits }),
        }),
    };
    const earlier = { ...month, store: { ...month.store, statements: before } };
    await (await statementsOf(earlier)).seal('ann', sealSingle);
    expect(await nameOf(month, renamed)).toEqual(['Another', 'Another']);
    const desk = await statementsOf(month);
    expect(await desk.nameSealed()).toBe(1);
    expect(await desk.nameSealed()).toBe(0);
    expect(await nameOf(month, renamed)).toEqual(['Harbour', 'Harbour']);
  });
});

import { describe, expect, test } from 'vitest';
import { createLedgerService } from '../../../src/services/ledger/service.js';
import { audit } from '../../../src/services/ledger/backlog.js';
import type { SealedStatement } from '../../../src/core/statement/document.js';
import { keyFolder, publicKeyOf } from '../../../src/seal/keys.js';
import { sealFault } from '../../../src/seal/statement.js';
import { dayMs, hourMs, minuteMs, november, october } from '../../support/ledger.js';
import {
  maintenanceOf,
  putRound,
  statedOctober,
  statementsOf,
  type StatedMonth,
} from '../../support/statements.js';

const all = { month: '2026-10', services: null, acceptIncomplete: null };
const only = (service: string) => ({ ...all, services: [service] });

async function excuseLate({ store, config }: StatedMonth, from: number, to: number): Promise<string> {
  const ledgerService = createLedgerService({ store, config: () => config, now: () => november + hourMs });
  const [late] = await ledgerService.propose('ann', [maintenanceOf('FRA', from, to)]);
  await ledgerService.decide('bob', 'approve', late?.id ?? '', null);
  return late?.id ?? '';
}

const sealedOf = async (month: StatedMonth, id: string, revision?: number): Promise<SealedStatement> => {
  const sealed = await month.store.statements.sealed(id, revision);
  if (!sealed) throw new Error(`${id} is not sealed`);
  return sealed;
};

describe('closing', () => {
  test('keeps a draft of every service, and what it owes as a draft', async () => {
    const month = await statedOctober();
    const statements = await statementsOf(month);
    expect(await statements.close('2026-10')).toEqual({ drafts: 2, unjudged: [] });
    const list = await statements.list({ month: '2026-10' });
    expect(list.map(({ id, state, credit }) => [id, state, credit])).toEqual([
      ['2026-10/other', 'draft', '758.06'],
      ['2026-10/single', 'draft', '0.00'],
    ]);
    const credits = await month.store.statements.credits();
    expect(credits).toMatchObject([
      { id: 'CR-2026-10-000001', service: 'other', gross: '758.06', status: 'draft', cursor: 0 },
    ]);
    await statements.close('2026-10');
    expect(await month.store.statements.credits()).toHaveLength(1);
  });

  test('is refused before the end, for no month, an unknown month and an unknown service', async () => {
    const month = await statedOctober();
    const early = await statementsOf(month, { now: () => october + 20 * dayMs });
    await expect(early.close('2026-10')).rejects.toThrow(
      'month: 2026-10 is not over, it is on 2026-10-31T16:00:00+00:00; allowed: a month that is over, or --to-date for a draft',
    );
    await expect(early.seal('ann', all)).rejects.toThrow('2026-10 is not over');
    const [toDate] = await early.draw('2026-10', ['single']);
    expect(toDate?.toDate).toBe('2026-10-21T00:00:00+08:00');
    expect(toDate?.paths[0]?.days).toHaveLength(20);
    const statements = await statementsOf(month);
    await expect(statements.close('2026-13')).rejects.toThrow(
      'month: 2026-13 is no month; allowed: a month from',
    );
    await expect(statements.close('2020-01')).rejects.toThrow(
      'month: 2020-01 is no month of any service; allowed: a month from 2026-01 on',
    );
    await expect(statements.seal('ann', only('singel'))).rejects.toThrow(
      'service: singel is no service; allowed: other, single',
    );
    expect(await month.store.statements.list()).toEqual([]);
  });
});

describe('sealing', () => {
  test('signs each, makes what it owes a row for billing, and says so in the ledger', async () => {
    const month = await statedOctober();
    const statements = await statementsOf(month);
    await statements.close('2026-10');
    const outcomes = await statements.seal('ann', all);
    expect(outcomes.map(({ id, outcome, revision }) => [id, outcome, revision])).toEqual([
      ['2026-10/other', 'sealed', 1],
      ['2026-10/single', 'sealed', 1],
    ]);
    const sealed = await sealedOf(month, '2026-10/other');
    const keys = await keyFolder(`${month.folder}/keys`).list();
    expect(sealFault(sealed, () => publicKeyOf(keys[0]?.pem ?? ''))).toBeNull();
    expect(sealed.sealedBy).toBe('ann');
    expect(sealed.document.state).toBe('sealed');
    const events = await month.store.ledger.events();
    expect(events.slice(-2).map(({ action }) => action)).toMatchObject([
      { type: 'statement-sealed', id: '2026-10/other', revision: 1, hash: sealed.hash },
      { type: 'statement-sealed', id: '2026-10/single', revision: 1 },
    ]);
    expect(await audit(month.store)).toMatchObject({ ok: true });
    expect(await month.store.statements.credits()).toMatchObject([{ status: 'sealed', cursor: 1 }]);
    expect((await statements.list()).map(({ state }) => state)).toEqual(['sealed', 'sealed']);
  });

  test('again says the same; with a draft or without one before', async () => {
    const month = await statedOctober();
    const statements = await statementsOf(month);
    const [first] = await statements.seal('ann', only('single'));
    expect(first?.outcome).toBe('sealed');
    const [again] = await statements.seal('bob', only('single'));
    expect(again).toMatchObject({ outcome: 'already-sealed', revision: 1, hash: first?.hash });
    expect(
      (await month.store.ledger.events()).filter(({ action }) => action.type === 'statement-sealed'),
    ).toHaveLength(1);
  });

  test('is refused once what it rests on has changed: a draft is drawn up anew, a sealed one takes a revision', async () => {
    const month = await statedOctober();
    const statements = await statementsOf(month);
    await statements.close('2026-10');
    await excuseLate(month, october + 12 * dayMs, october + 12 * dayMs + hourMs);
    const [stale] = await statements.seal('ann', only('other'));
    expect(stale).toMatchObject({ outcome: 'refused' });
    expect(stale?.why[0]).toContain('its draft was created anew');
    expect(stale?.why[1]).toContain('exclusion X4, planned-maintenance, approved by bob');
    const [sealed] = await statements.seal('ann', only('other'));
    expect(sealed?.outcome).toBe('sealed');
    await statements.seal('ann', only('single'));
    await putRound(month.store, october + 4 * dayMs, [1000]);
    const [changed] = await statements.seal('ann', only('single'));
    expect(changed?.outcome).toBe('refused');
    expect(changed?.why).toEqual([
      'is sealed as revision 1, and its source data has changed: pop-sla statements revise',
      'path HKG>SIN has 4 valid rounds, had 3',
    ]);
  });

  test('takes a reason for an incomplete one', async () => {
    const month = await statedOctober();
    await month.store.watch.put({
      outages: [],
      states: [],
      spans: [],
      blind: [{ observer: 'HKG', port: 'SIN', from: october, to: october + dayMs, reason: 'not-sent' }],
    });
    const statements = await statementsOf(month);
    const refused = await statements.seal('ann', all);
    expect(refused.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['2026-10/other', 'sealed'],
      ['2026-10/single', 'incomplete'],
    ]);
    expect(await month.store.statements.sealed('2026-10/single')).toBeNull();
    const [sealed] = await statements.seal('ann', {
      ...only('single'),
      acceptIncomplete: 'the cable to the probe',
    });
    expect(sealed?.outcome).toBe('sealed');
    expect((await sealedOf(month, '2026-10/single')).document.acceptedIncomplete).toBe(
      'the cable to the probe',
    );
  });
});

describe('a revision', () => {
  test('after a late exclusion says what changed, why, and the difference in money; the first stays as it was', async () => {
    const month = await statedOctober();
    const statements = await statementsOf(month);
    await statements.seal('ann', all);
    const first = await sealedOf(month, '2026-10/other');
    const id = await excuseLate(month, october + 12 * dayMs, october + 12 * dayMs + 5 * hourMs);
    expect(await statements.check('2026-10')).toBe(1);
    expect((await statements.list({ service: 'other' }))[0]?.changed?.why[0]).toContain(`exclusion ${id}`);

    const [dry] = await statements.revise('ann', { ...only('other'), dryRun: true });
    expect(dry).toMatchObject({ outcome: 'sealed', revision: 2, hash: null, creditDifference: '-758.06' });
    expect((await sealedOf(month, '2026-10/other')).document.revision).toBe(1);

    const [revised] = await statements.revise('ann', only('other'));
    expect(revised).toMatchObject({
      outcome: 'sealed',
      revision: 2,
      credit: '0.00',
      creditDifference: '-758.06',
    });
    const second = await sealedOf(month, '2026-10/other');
    expect(second.document.previous).toBe(first.hash);
    expect(second.document.change?.since).toBe(1);
    expect(second.document.change?.differences).toContainEqual({
      field: 'total.credit',
      from: '758.06',
      to: '0.00',
    });
    expect(await sealedOf(month, '2026-10/other', 1)).toEqual(first);
    expect(await month.store.statements.credits()).toMatchObject([
      { id: 'CR-2026-10-000001', kind: 'credit', gross: '758.06', status: 'sealed' },
      {
        id: 'CR-2026-10-000002',
        kind: 'adjustment',
        of: 'CR-2026-10-000001',
        gross: '-758.06',
        status: 'sealed',
      },
    ]);
    expect((await statements.list({ service: 'other' })).map(({ changed }) => changed)).toEqual([null, null]);
  });

  test('comes after a corrected outage and after late samples, one by one', async () => {
    const month = await statedOctober();
    const statements = await statementsOf(month);
    await statements.seal('ann', all);
    const ledgerService = createLedgerService({
      store: month.store,
      config: () => month.config,
      now: () => november + hourMs,
    });
    const tenth = october + 9 * dayMs;
    await ledgerService.correct('carol', {
      of: { observer: 'HKG', port: 'SIN', start: tenth },
      port: 'SIN',
      interval: { from: tenth - 3 * hourMs, to: tenth + 44 * minuteMs },
      reason: 'the log of the switch',
      evidence: null,
      attachments: [],
    });
    const [corrected] = await statements.revise('ann', only('single'));
    expect(corrected).toMatchObject({ outcome: 'sealed', revision: 2 });
    expect(corrected?.why[0]).toMatch(/^outage SIN@HKG.* corrected by carol on .*: the log of the switch$/);
    await putRound(month.store, october + 5 * dayMs, [1200]);
    const [late] = await statements.revise('ann', only('single'));
    expect(late).toMatchObject({ outcome: 'sealed', revision: 3, creditDifference: '0.00' });
    expect(late?.why).toEqual(['path HKG>SIN has 4 valid rounds, had 3']);
  });

  test('is not made where nothing changed, nor before the first', async () => {
    const month = await statedOctober();
    const statements = await statementsOf(month);
    const [none] = await statements.revise('ann', only('single'));
    expect(none).toMatchObject({ outcome: 'refused', why: ['is not sealed yet: pop-sla statements seal'] });
    await statements.seal('ann', only('single'));
    const [same] = await statements.revise('ann', only('single'));
    expect(same).toMatchObject({ outcome: 'unchanged', revision: 1 });
    expect(await statements.list({ service: 'single' })).toHaveLength(1);
  });
});

import { describe, expect, test } from 'vitest';
import { monthResult } from '../../../src/core/statement/result.js';
import type { ExclusionText } from '../../../src/core/ledger/actions.js';
import { audit } from '../../../src/services/ledger/backlog.js';
import { createLedgerService } from '../../../src/services/ledger/service.js';
import { expand, ValidationError } from '../../../src/services/ledger/entries.js';
import { impactOf } from '../../../src/services/months/impact.js';
import { judgeStored } from '../../../src/services/months/judge.js';
import { sha256 } from '../../../src/seal/canonical.js';
import {
  dayMs,
  hourMs,
  ledgerConfig,
  minuteMs,
  november,
  october,
  outage,
  watchedOctober,
} from '../../support/ledger.js';

const start = october + 9 * dayMs;
const emergency: ExclusionText = {
  kind: 'emergency-maintenance',
  scope: { pops: ['SIN'], paths: [], lines: [], services: [], customers: [] },
  intervals: [{ from: start, to: start + 20 * minuteMs }],
  recurrence: null,
  notices: [],
  reason: 'a card was pulled',
  proof: null,
  attachments: [],
  source: null,
};

async function setUp() {
  const { store, config } = await watchedOctober(ledgerConfig());
  const ledgerService = createLedgerService({ store, config: () => config, now: () => november });
  const options = { store, config, now: november };
  const services = async () =>
    (await judgeStored(options, '2026-10')).flatMap((one) => monthResult(one).services);
  const figures = async (id: string) => {
    const found = (await services()).find((service) => service.id === id);
    return (
      found && [
        found.unavailableMs,
        found.excusedMs,
        found.unobservedMs,
        found.availabilityPercent,
        found.credit.amount,
      ]
    );
  };
  return { store, config, ledgerService, options, services, figures };
}

const refusals = async (work: Promise<unknown>): Promise<string[]> => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof ValidationError ? error.message.split('\n') : [String(error)];
};

describe('a month from the store', () => {
  test('is judged by what was watched, a service once whatever changes inside it', async () => {
    const { services, figures } = await setUp();
    expect(await figures('single')).toEqual([44 * minuteMs, 0, 0, '99.9014', '0.00']);
    const other = (await services()).filter(({ id }) => id === 'other');
    expect(other.map(({ period, rent }) => [period.from, period.to, rent.amount])).toEqual([
      // 4838.709… + 10322.580…
      ['2026-10-01T00:00:00+08:00', '2026-11-01T00:00:00+08:00', '15161.29'],
    ]);
  });

  test('has what nobody watched as unobserved, never as up or down; an outage that lasts ends now', async () => {
    const { store, config } = await setUp();
    const blind = {
      observer: 'HKG',
      port: null,
      from: start,
      to: start + hourMs,
      reason: 'crashed',
    } as const;
    const lasting = outage('FRA', october + 20 * dayMs, null);
    await store.watch.put({ outages: [lasting], states: [], spans: [], blind: [blind] });
    const now = october + 21 * dayMs;
    const judged = await judgeStored({ store, config, now }, '2026-10');
    const { services } = monthResult(judged[0] as (typeof judged)[number]);
    expect(services.map(({ id, unobservedMs, unavailableMs }) => [id, unobservedMs, unavailableMs])).toEqual([
      ['single', hourMs, 44 * minuteMs],
      ['other', hourMs, dayMs],
    ]);
  });

  test('says nothing of a month before any plan', async () => {
    const { options } = await setUp();
    expect(await judgeStored(options, '2023-01')).toEqual([]);
  });
});

describe('an exclusion', () => {
  test('shows before its approval what it would do, does it after, and undoes it when revoked', async () => {
    const { ledgerService, options, figures } = await setUp();
    const bigger = {
      of: { observer: 'HKG', port: 'SIN', start },
      port: 'SIN',
      evidence: 'INC-7',
      attachments: [],
    };
    const interval = { from: start, to: start + 60 * minuteMs };
    await ledgerService.correct('ann', { ...bigger, interval, reason: 'the customer says an hour' });
    expect(await figures('single')).toEqual([hourMs, 0, 0, '99.8655', '500.00']);
    const [proposed] = await ledgerService.propose('ann', [emergency]);
    if (!proposed) throw new Error('nothing was proposed');
    expect(await figures('single')).toEqual([hourMs, 0, 0, '99.8655', '500.00']);
    const impact = await impactOf(proposed, options);
    expect(impact).toEqual([
      {
        month: '2026-10',
        plan: 'ctg-cloud-connection',
        service: 'single',
        currency: 'HKD',
        from: '2026-10-01T00:00:00+08:00',
        without: {
          availabilityPercent: '99.8655',
          availabilityLowerBoundPercent: '99.8655',
          unavailableMs: hourMs,
          excusedMs: 0,
          unobservedMs: 0,
          creditPercent: '5',
          credit: '500.00',
        },
        with: {
          availabilityPercent: '99.9103',
          availabilityLowerBoundPercent: '99.9103',
          unavailableMs: 40 * minuteMs,
          excusedMs: 20 * minuteMs,
          unobservedMs: 0,
          creditPercent: '0',
          credit: '0.00',
        },
      },
    ]);
    const approved = await ledgerService.decide('bob', 'approve', proposed.id, null);
    expect(await figures('single')).toEqual([40 * minuteMs, 20 * minuteMs, 0, '99.9103', '0.00']);
    expect(await impactOf(approved, options)).toEqual(impact);
    await ledgerService.decide('ann', 'revoke', proposed.id, 'it was another card');
    expect(await figures('single')).toEqual([hourMs, 0, 0, '99.8655', '500.00']);
  });

  test('is not approved by whoever proposed it, and nothing is written then', async () => {
    const { ledgerService, store } = await setUp();
    await ledgerService.propose('ann', [emergency]);
    const before = await store.ledger.events();
    expect(await refusals(ledgerService.decide('Ann', 'approve', 'X1', null))).toEqual([
      'actor: is Ann, who proposed X1; allowed: a second person: whoever proposed it may not approve it',
    ]);
    expect(await refusals(ledgerService.decide('bob', 'reject', 'X1', ' '))).toEqual([
      'reason: is missing; allowed: why it is rejected, as text',
    ]);
    expect(await refusals(ledgerService.decide('', 'approve', 'X1', null))).toEqual([
      'actor: is missing; allowed: one line of 1 to 100 characters',
    ]);
    expect(await refusals(ledgerService.propose('ann', [{ ...emergency, scope: 'all' }, emergency]))).toEqual(
      [expect.stringMatching(/^2: from: overlaps X1 \(proposed\)/) as string],
    );
    expect(await store.ledger.events()).toEqual(before);
  });

  test('is decided once when two people decide at the same time', async () => {
    const { ledgerService } = await setUp();
    await ledgerService.propose('ann', [emergency]);
    const results = await Promise.allSettled([
      ledgerService.decide('bob', 'approve', 'X1', null),
      ledgerService.decide('eve', 'reject', 'X1', 'no'),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('what is entered of outages', () => {
  const said = { port: 'SIN', evidence: null, attachments: [], reason: 'a false alarm' };
  const of = { observer: 'HKG', port: 'SIN', start };

  test('lies over the measured row, which stays as it was', async () => {
    const { ledgerService, store, figures } = await setUp();
    const before = await store.watch.outages();
    expect(await ledgerService.correct('ann', { ...said, of, interval: null })).toBe('C1');
    expect(await figures('single')).toEqual([0, 0, 0, '100.0000', '0.00']);
    expect(await store.watch.outages()).toEqual(before);
    expect(await ledgerService.outages()).toMatchObject([
      {
        ref: `SIN@HKG/${start}`,
        measured: before[0],
        counts: null,
        corrections: [{ id: 'C1', does: 'void', actor: 'ann' }],
      },
    ]);
    const interval = { from: start, to: start + minuteMs };
    await ledgerService.correct('bob', { ...said, of, interval, reason: 'a minute of it was real' });
    expect(await figures('single')).toEqual([minuteMs, 0, 0, '99.9977', '0.00']);
  });

  test('is added, corrected and taken back', async () => {
    const { ledgerService, figures } = await setUp();
    const interval = { from: start + dayMs, to: start + dayMs + 6 * minuteMs };
    const id = await ledgerService.correct('ann', { ...said, of: null, interval, reason: 'INC-9' });
    expect(await figures('single')).toEqual([50 * minuteMs, 0, 0, '99.8879', '500.00']);
    await ledgerService.correct('ann', {
      ...said,
      of: { added: id },
      interval: { ...interval, to: interval.from + minuteMs },
    });
    expect(await figures('single')).toEqual([45 * minuteMs, 0, 0, '99.8991', '500.00']);
    await ledgerService.correct('bob', { ...said, of: { added: id }, interval: null });
    expect(await figures('single')).toEqual([44 * minuteMs, 0, 0, '99.9014', '0.00']);
  });

  test('is refused of an outage that is none, and with a file that is not there', async () => {
    const { ledgerService } = await setUp();
    expect(
      await refusals(ledgerService.correct('ann', { ...said, of: { added: 'C9' }, interval: null })),
    ).toEqual(['of: is no outage: C9; allowed: PORT@OBSERVER/START or C…, as `pop-sla outages` prints it']);
    const attachments = [{ sha256: 'a'.repeat(64), name: 'proof.pdf', bytes: 1 }];
    expect(
      await refusals(ledgerService.correct('ann', { ...said, of, interval: null, attachments })),
    ).toEqual([expect.stringContaining('attachments: has no file proof.pdf') as string]);
  });
});

describe('the audit', () => {
  test('finds the history whole, or says what is not', async () => {
    const { ledgerService, store } = await setUp();
    const content = Buffer.from('a warrant');
    const sha = sha256(content);
    await store.attachments.put({ sha256: sha, content, at: november });
    await ledgerService.propose('ann', [
      { ...emergency, attachments: [{ sha256: sha, name: 'w.pdf', bytes: 9 }] },
    ]);
    await ledgerService.decide('bob', 'approve', 'X1', null);
    const whole = await audit(store);
    expect(whole).toMatchObject({ ok: true, events: 2, attachments: 1, faults: [] });
    expect(await audit(store, whole.head)).toMatchObject({ ok: true });
    expect(await audit(store, 'f'.repeat(64))).toMatchObject({ ok: false });
    const events = await store.ledger.events();
    const ledger = {
      ...store.ledger,
      events: () => Promise.resolve(events.map((one) => ({ ...one, actor: 'eve' }))),
    };
    const attachments = { ...store.attachments, get: () => Promise.resolve(Buffer.from('another')) };
    expect((await audit({ ledger, attachments, access: store.access })).faults).toEqual([
      'event 1 was changed: its hash is not that of its text',
      `the attachment w.pdf (${sha}) was changed`,
    ]);
  });
});

describe('a window that comes again', () => {
  const zone = 'Europe/Berlin';
  const week = { from: Date.UTC(2026, 9, 18), to: Date.UTC(2026, 10, 2) };
  test('is at the same time of day on both sides of a change of the clocks', () => {
    expect(expand({ cron: '0 2 * * 0', durationMs: hourMs, zone }, week)).toEqual(
      [Date.UTC(2026, 9, 18), Date.UTC(2026, 9, 25), Date.UTC(2026, 10, 1, 1)].map((from) => ({
        from,
        to: from + hourMs,
      })),
    );
  });
  test.each([
    [{ cron: '0 25 * * *' }, 'cron'],
    [{ cron: '* * * * * *' }, 'cron'],
    [{ cron: '0 0 29 2 *' }, 'cron'],
    [{ cron: '* * * * *' }, 'cron'],
    [{ durationMs: 0 }, 'duration'],
    [{ zone: 'Mars/Base' }, 'zone'],
  ])('is refused: %j', (over, field) => {
    expect(expand({ cron: '0 2 * * 0', durationMs: hourMs, zone, ...over }, week)).toMatchObject([{ field }]);
  });
});

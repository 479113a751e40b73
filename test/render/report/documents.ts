import { createHash } from 'node:crypto';
import type {
  DayFigures,
  ExclusionPart,
  OutagePart,
  Part,
  PathPart,
  StatementDocument,
} from '../../../src/core/statement/document.js';
import type { Report, ReportSelection, ReportStatement } from '../../../src/render/report/report.js';

/** Statements of one October with everything that a report has to show. */

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const octoberMs = 2_678_400_000;

const whole = { from: '2026-10-01T00:00:00+08:00', to: '2026-11-01T00:00:00+08:00', totalMs: octoberMs };

export function part(changes: Partial<Part> = {}): Part {
  return {
    plan: {
      id: 'ctg-cloud-connection',
      version: '2024-04-16',
      effectiveFrom: '2024-04-16',
      digest: hash('plan'),
    },
    zone: 'Asia/Hong_Kong',
    class: 'single',
    lines: [{ id: 'ol-1', pop: 'HKG', maintenanceUsedMs: 0 }],
    start: '2026-03-01',
    end: null,
    period: whole,
    unavailable: [],
    unavailableMs: 0,
    excusedMs: 0,
    removedMs: 0,
    unobservedMs: 0,
    complete: true,
    availabilityPercent: '100.0000',
    commitmentPercent: '99.5',
    met: true,
    monthlyRent: '12000.00',
    rent: '12000.00',
    base: '12000.00',
    causes: [
      {
        cause: 'availability',
        field: 'classes.single.steps',
        percent: '0',
        amount: '0.00',
        counted: true,
        reasons: [],
      },
    ],
    credit: { percent: '0', uncapped: '0.00', afterCaps: '0.00', amount: '0.00', capped: false },
    caps: [
      {
        per: 'site',
        over: 'month',
        group: 'office-1',
        field: 'credit.caps[0]',
        of: '12000.00',
        share: '20 %',
        cap: '2400.00',
        used: '0.00',
        asked: '0.00',
      },
    ],
    siteMonth: { rent: '12000.00', cap: '2400.00', credit: '0.00' },
    tax: { ratePercent: null, gross: '0.00', tax: null, net: null },
    claim: null,
    bounds: null,
    explain: [
      'Plan ctg-cloud-connection, version 2024-04-16, in force since 2024-04-16',
      'Service from 2026-03-01, class single',
      '  Period: 2026-10-01T00:00:00+08:00 to 2026-11-01T00:00:00+08:00: 31 days, 2,678,400,000 ms',
      '  Availability: (2,678,400,000 - 0) / 2,678,400,000 = 100.0000 %, rounded down',
    ],
    ...changes,
  };
}

/** A latency that wanders and a loss now and then; the days in `missing` were not measured. */
function days(baseUs: number, missing: readonly number[], bad: readonly number[] = []): DayFigures[] {
  return Array.from({ length: 31 }, (_, index) => {
    const day = `2026-10-${String(index + 1).padStart(2, '0')}`;
    if (missing.includes(index + 1)) {
      return { day, roundsDue: 48, roundsHeld: 0, latencyUs: null, lossPpm: null };
    }
    const swing = ((index * 7919) % 23) - 11;
    const worse = bad.includes(index + 1) ? 1.24 : 1;
    return {
      day,
      roundsDue: 48,
      roundsHeld: 48,
      latencyUs: Math.round(baseUs * worse + swing * baseUs * 0.003),
      lossPpm: bad.includes(index + 1) ? 13_400 : ((index * 31) % 7) * 45,
    };
  });
}

export function path(changes: Partial<PathPart> = {}): PathPart {
  return {
    path: 'HKG>SIN',
    plan: 'ctg-cloud-connection',
    roundsDue: 1485,
    roundsHeld: 1389,
    coveragePercent: '93.53',
    latencyUs: 35_428,
    lossPpm: 1204,
    excessPercent: '1.2',
    latencyBand: 'normal',
    lossBand: 'normal',
    raw: { roundsHeld: 1392, latencyUs: 35_561, lossPpm: 1377 },
    loss: { roundsDue: 1485, roundsHeld: 1389, coveragePercent: '93.53' },
    commitmentUs: '35000',
    latencyBands: [
      { id: 'normal', upToPercent: '10', upToUs: 38_500 },
      { id: 'decline', upToPercent: '20', upToUs: 42_000 },
      { id: 'degraded', upToPercent: '30', upToUs: 45_500 },
      { id: 'severe', upToPercent: null, upToUs: null },
    ],
    lossBands: [
      { id: 'normal', upToPercent: '1' },
      { id: 'decline', upToPercent: null },
    ],
    days: days(35_000, [13, 14], [21, 22]),
    measuredBy: [
      { driver: 'kernel', stamps: 'kernel', rounds: 1380 },
      { driver: 'net-ping', stamps: 'process', rounds: 9 },
    ],
    ...changes,
  };
}

export function outage(changes: Partial<OutagePart> = {}): OutagePart {
  return {
    ref: 'HKG@SIN/1791750600000',
    port: 'HKG',
    lines: ['ol-1'],
    observer: 'SIN',
    from: '2026-10-12T03:30:00.250+08:00',
    to: '2026-10-12T09:42:10.750+08:00',
    start: {
      at: '2026-10-12T03:30:00.250+08:00',
      earliest: '2026-10-12T03:29:59.750+08:00',
      latest: '2026-10-12T03:30:00.250+08:00',
    },
    end: {
      at: '2026-10-12T09:42:10.750+08:00',
      earliest: '2026-10-12T09:42:10.250+08:00',
      latest: '2026-10-12T09:42:10.750+08:00',
    },
    origin: 'measured',
    state: 'counted',
    excusedBy: [],
    corrections: [],
    inferred: [],
    ...changes,
  };
}

export function exclusion(changes: Partial<ExclusionPart> = {}): ExclusionPart {
  return {
    id: 'E3',
    kind: 'planned-maintenance',
    scope: { pops: ['HKG'], paths: [], lines: [], services: [], customers: [] },
    intervals: [{ from: '2026-10-20T02:00:00+08:00', to: '2026-10-20T06:00:00+08:00' }],
    reason: 'Router software upgrade at HKG, change CHG-20417',
    noticeAt: '2026-10-12T10:00:00+08:00',
    proof: null,
    attachments: [],
    proposedBy: 'p-17',
    proposedAt: '2026-10-12T09:50:00+08:00',
    approvedBy: 'p-4',
    approvedAt: '2026-10-12T11:05:00+08:00',
    ...changes,
  };
}

export function statement(changes: Partial<StatementDocument> = {}): StatementDocument {
  const service = changes.service ?? 'office-link';
  return {
    format: 'pop-sla-statement/1',
    id: `2026-10/${service}`,
    month: '2026-10',
    service,
    revision: 1,
    state: 'sealed',
    toDate: null,
    customer: 'green-tea',
    site: 'office-1',
    sellers: [],
    software: '0.1.0',
    asOf: '2026-11-02T00:00:00+08:00',
    currency: 'HKD',
    total: { rent: '12000.00', credit: '0.00', tax: null, net: null, taxRatePercent: null },
    complete: true,
    acceptedIncomplete: null,
    parts: [part()],
    paths: [],
    outages: [],
    exclusions: [],
    unobserved: [],
    shortestSureOutageMs: 1500,
    change: null,
    inputs: {
      digest: hash('inputs'),
      ledgerHead: { seq: 41, hash: hash('ledger') },
      rounds: { count: 1389, digest: hash('rounds') },
      config: hash('config'),
    },
    previous: null,
    ...changes,
  };
}

export const names = {
  customers: new Map([
    ['harbour-bank', '海港銀行股份有限公司'],
    ['green-tea', '=绿茶贸易(上海)有限公司'],
    ['lion-networks', 'Lion Networks Pte'],
    ['pacific-wholesale', 'Pacific Wholesale Ltd'],
  ]),
  sites: new Map([
    ['harbour-bank-central', 'Central, 1 Harbour Road'],
    ['tea-house', '京都 "Tea House", 2F'],
  ]),
  pops: new Map([['HKG', 'Hong Kong']]),
};

/** As sealed; a draft where its state says so. */
export function sealed(document: StatementDocument): ReportStatement {
  if (document.state === 'draft') return { document, seal: null, names };
  return {
    document,
    seal: {
      hash: hash(JSON.stringify(document)),
      key: 'k1-5f0c3a9d2b7e4416',
      signature: Buffer.from(hash('one') + hash('two'), 'hex').toString('base64'),
      sealedAt: '2026-11-03T10:15:00+08:00',
      sealedBy: 'p-4',
    },
    names,
  };
}

/** A single line over its commitment by more than a tier: 10 %. */
export const single = statement({
  service: 'harbour-bank-branch',
  customer: 'harbour-bank',
  site: 'harbour-bank-central',
  sellers: ['lion-networks', 'pacific-wholesale'],
  total: { rent: '12000.00', credit: '1200.00', tax: '99.08', net: '1100.92', taxRatePercent: '9' },
  parts: [
    part({
      unavailable: [{ from: '2026-10-12T03:30:00.250+08:00', to: '2026-10-12T09:42:10.750+08:00' }],
      unavailableMs: 22_330_500,
      excusedMs: 6_300_000,
      unobservedMs: 1_260_000,
      availabilityPercent: '99.1662',
      met: false,
      causes: [
        {
          cause: 'availability',
          field: 'classes.single.steps[1]',
          percent: '10',
          amount: '1200.00',
          counted: true,
          reasons: [{ subject: 'service', figure: '99.1663', unit: 'percent', times: 1, share: '10 %' }],
        },
      ],
      credit: { percent: '10', uncapped: '1200.00', afterCaps: '1200.00', amount: '1200.00', capped: false },
      caps: [
        {
          per: 'site',
          over: 'month',
          group: 'harbour-bank-central',
          field: 'credit.caps[0]',
          of: '28129.03',
          share: '1/15',
          cap: '1875.27',
          used: '68.82',
          asked: '1896.78',
        },
      ],
      siteMonth: { rent: '28129.03', cap: '1875.27', credit: '1806.45' },
      tax: { ratePercent: '9', gross: '1200.00', tax: '99.08', net: '1100.92' },
      bounds: {
        creditLow: '1200.00',
        creditHigh: '1200.00',
        availabilityLow: '99.1662',
        availabilityHigh: '99.1663',
      },
      explain: [
        'Plan ctg-cloud-connection, version 2024-04-16, in force since 2024-04-16',
        'Month 2026-10 in Asia/Hong_Kong: 31 days, 2,678,400,000 ms [timeZone: clause 2.1 (1)]',
        '',
        'Service harbour-bank-branch from 2026-03-01, site harbour-bank-central, class single',
        '  Period: 2026-10-01T00:00:00+08:00 to 2026-11-01T00:00:00+08:00: 31 days, 2,678,400,000 ms',
        '  Line ol-1 at HKG:',
        '    outage 2026-10-12T03:30:00.250+08:00 to 2026-10-12T09:42:10.750+08:00 = 22,330,500 ms',
        '    outage 2026-10-20T02:15:00+08:00 to 2026-10-20T04:00:00+08:00 = 6,300,000 ms',
        '      covered for 6,300,000 ms by exclusions[0], planned-maintenance, 2026-10-20T02:00:00+08:00 to 2026-10-20T06:00:00+08:00 [availability.excusedBy: clause 2.3, 3]',
        '      left 0 ms',
        '    down 28,630,500 ms, of which count 22,330,500 ms',
        '  Availability: (2,678,400,000 - 22,330,500) / 2,678,400,000 = 99.1662 %, rounded down',
        '  Commitment: 99.5 %, not met [classes.single.commitmentPercent: clause 2.2 (1)]',
        '  availability: [classes.single.steps[1]: clause 2.2 (1)]',
        '    99.1663 %, below 99.5 %: 10 %',
        '    12000.00 HKD × 10 % = 1200.00 HKD, rounded half-up',
        '  Credit: 1200.00 HKD',
        "  Tax contained, 9 %: net 1200.00 HKD / 1.09 = 1100.92 HKD, tax 99.08 HKD [the service's own rate]",
      ],
    }),
  ],
  paths: [
    path(),
    path({
      path: 'SIN>HKG',
      latencyUs: 43_120,
      excessPercent: '23.2',
      latencyBand: 'degraded',
      lossPpm: 12_830,
      lossBand: 'decline',
      coveragePercent: '100.00',
      roundsHeld: 1485,
      raw: { roundsHeld: 1485, latencyUs: 43_120, lossPpm: 12_830 },
      days: days(43_000, [], [3, 4, 5, 6]),
      measuredBy: [{ driver: 'kernel', stamps: 'kernel', rounds: 1485 }],
    }),
  ],
  outages: [
    outage(),
    outage({
      ref: 'HKG@TYO/1791750600500',
      observer: 'TYO',
      from: '2026-10-12T03:30:00.750+08:00',
      to: '2026-10-12T09:42:10.500+08:00',
      start: null,
      end: null,
    }),
    outage({
      ref: 'HKG@SIN/1792433700000',
      from: '2026-10-20T02:15:00+08:00',
      to: '2026-10-20T04:00:00+08:00',
      start: null,
      end: null,
      state: 'excused',
      excusedBy: ['E3'],
      inferred: [{ from: '2026-10-20T03:00:00+08:00', to: '2026-10-20T03:02:30+08:00', reason: 'stalled' }],
    }),
    outage({
      ref: 'C5',
      observer: null,
      from: '2026-10-27T23:58:00+08:00',
      to: '2026-10-28T00:04:30+08:00',
      start: null,
      end: null,
      origin: 'added',
      state: 'voided',
      corrections: [
        {
          id: 'C5',
          does: 'add',
          by: 'p-17',
          at: '2026-10-28T09:00:00+08:00',
          reason: 'The customer’s engineer “called”, ticket T-8841; not seen by any observer',
          from: '2026-10-27T23:58:00+08:00',
          to: '2026-10-28T00:04:30+08:00',
        },
        {
          id: 'C9',
          does: 'void',
          by: 'p-4',
          at: '2026-10-29T16:20:00+08:00',
          from: null,
          to: null,
          reason: "The fault lay in the customer's own switch, as its engineer confirmed",
        },
      ],
    }),
  ],
  exclusions: [
    exclusion(),
    exclusion({
      id: 'E7',
      kind: 'force-majeure',
      scope: 'all',
      intervals: [
        { from: '2026-10-08T00:00:00+08:00', to: '2026-10-08T05:30:00+08:00' },
        { from: '2026-10-09T00:00:00+08:00', to: '2026-10-09T02:00:00+08:00' },
      ],
      reason: '超强台风登陆，海缆登陆站停电',
      noticeAt: '2026-10-10T12:00:00+08:00',
      proof: '香港天文台十號颶風信號紀錄',
      attachments: [{ sha256: hash('a'), name: 'signal-10.pdf' }],
    }),
  ],
  unobserved: [{ from: '2026-10-13T23:50:00+08:00', to: '2026-10-14T00:11:00+08:00' }],
});

/** The terms changed within the month: a single line, then two; its second revision. */
export const split = statement({
  service: 'harbour-bank-backbone',
  revision: 2,
  customer: 'harbour-bank',
  site: 'harbour-bank-central',
  sellers: ['lion-networks', 'pacific-wholesale'],
  total: { rent: '16129.03', credit: '606.45', tax: '50.07', net: '556.38', taxRatePercent: '9' },
  parts: [
    part({
      class: 'protected-single',
      lines: [{ id: 'hb-1', pop: 'HKG', maintenanceUsedMs: 0 }],
      period: { from: whole.from, to: '2026-10-16T00:00:00+08:00', totalMs: 1_296_000_000 },
      end: '2026-10-16',
      commitmentPercent: '99.9',
      monthlyRent: '12000.00',
      rent: '5806.45',
      base: '5806.45',
      tax: { ratePercent: '9', gross: '0.00', tax: '0.00', net: '0.00' },
    }),
    part({
      class: 'protected-dual',
      lines: [
        { id: 'hb-1', pop: 'HKG', maintenanceUsedMs: 0 },
        { id: 'hb-2', pop: 'SIN', maintenanceUsedMs: 0 },
      ],
      start: '2026-10-16',
      period: { from: '2026-10-16T00:00:00+08:00', to: whole.to, totalMs: 1_382_400_000 },
      unavailable: [{ from: '2026-10-18T08:00:00+08:00', to: '2026-10-18T08:20:00+08:00' }],
      unavailableMs: 1_200_000,
      availabilityPercent: '99.9131',
      commitmentPercent: '99.95',
      met: false,
      monthlyRent: '20000.00',
      rent: '10322.58',
      base: '10322.58',
      causes: [
        {
          cause: 'availability',
          field: 'classes.protected-dual.steps[0]',
          percent: '5',
          amount: '516.13',
          counted: true,
          reasons: [{ subject: 'service', figure: '99.9132', unit: 'percent', times: 1, share: '5 %' }],
        },
        {
          cause: 'latency',
          field: 'credit.causes[0]',
          percent: '1.75',
          amount: '180.65',
          counted: true,
          reasons: [
            { subject: 'HKG>SIN', figure: '12.4000', unit: 'excess-percent', times: 1, share: '1 %' },
            { subject: 'SIN>HKG', figure: '10.2000', unit: 'excess-percent', times: 3, share: '0.25 %' },
          ],
        },
      ],
      credit: { percent: '6.75', uncapped: '696.78', afterCaps: '606.45', amount: '606.45', capped: true },
      caps: [
        {
          per: 'site',
          over: 'month',
          group: 'harbour-bank-central',
          field: 'credit.caps[0]',
          of: '28129.03',
          share: '1/15',
          cap: '1875.27',
          used: '68.82',
          asked: '1896.78',
        },
      ],
      siteMonth: { rent: '28129.03', cap: '1875.27', credit: '1806.45' },
      tax: { ratePercent: '9', gross: '606.45', tax: '50.07', net: '556.38' },
      claim: { withinDays: 30, lastDay: '2026-11-30' },
    }),
  ],
  paths: [path({ path: 'HKG>SIN', commitmentUs: null, excessPercent: null, latencyBand: null })],
  outages: [
    outage({
      ref: 'HKG@SIN/1792281600000',
      lines: ['hb-1'],
      from: '2026-10-18T07:50:00+08:00',
      to: '2026-10-18T08:20:00+08:00',
      start: null,
      end: null,
      origin: 'corrected',
      corrections: [
        {
          id: 'C11',
          does: 'correct',
          by: 'p-17',
          at: '2026-11-06T09:30:00+08:00',
          reason: 'End of the outage after the alarm log of the multiplexer',
          from: '2026-10-18T07:50:00+08:00',
          to: '2026-10-18T08:20:00+08:00',
        },
      ],
    }),
    outage({
      ref: 'SIN@HKG/1792282200000',
      port: 'SIN',
      lines: ['hb-2'],
      observer: 'HKG',
      from: '2026-10-18T08:00:00+08:00',
      to: null,
      start: null,
      end: null,
      state: 'partly-excused',
      excusedBy: ['E9'],
    }),
  ],
  exclusions: [
    exclusion({
      id: 'E9',
      kind: 'third-party',
      scope: { pops: [], paths: [], lines: ['hb-2'], services: [], customers: [] },
      intervals: [{ from: '2026-10-18T08:20:00+08:00', to: '2026-11-01T00:00:00+08:00' }],
      reason: 'Local loop cut by road works, provider reference RW-7731',
      noticeAt: null,
    }),
  ],
  change: {
    since: 1,
    why: ['C11 corrected the outage HKG@SIN/1792281600000 on 2026-11-06', 'E9 approved on 2026-11-06'],
    differences: [
      { field: 'parts[1].unavailableMs', from: '5400000', to: '1200000' },
      { field: 'parts[1].availabilityPercent', from: '99.6093', to: '99.9131' },
      { field: 'parts[1].claim', from: null, to: '2026-11-30' },
    ],
    creditDifference: '-516.13',
  },
  previous: hash('revision 1'),
});

/** A draft of a month that is not over, in another currency, and incomplete. */
export const draft = statement({
  service: 'tea-house-kyoto',
  state: 'draft',
  toDate: '2026-10-22T18:00:00+08:00',
  customer: 'green-tea',
  site: 'tea-house',
  sellers: ['pacific-wholesale'],
  currency: 'JPY',
  asOf: '2026-10-22T18:00:00+08:00',
  total: { rent: '150000', credit: '0', tax: null, net: null, taxRatePercent: null },
  complete: false,
  parts: [
    part({
      class: 'premium',
      lines: [{ id: 'th-1', pop: 'TYO', maintenanceUsedMs: 0 }],
      unobservedMs: 86_400_000,
      complete: false,
      commitmentPercent: '99.99',
      monthlyRent: '150000',
      rent: '150000',
      base: '150000',
      causes: [],
      credit: { percent: '0', uncapped: '0', afterCaps: '0', amount: '0', capped: false },
      caps: [],
      siteMonth: { rent: '150000', cap: null, credit: '0' },
      tax: { ratePercent: null, gross: '0', tax: null, net: null },
    }),
  ],
  paths: [
    path({
      path: 'TYO>HKG',
      roundsDue: 0,
      roundsHeld: 0,
      coveragePercent: null,
      latencyUs: null,
      lossPpm: null,
      excessPercent: null,
      latencyBand: null,
      lossBand: null,
      raw: { roundsHeld: 0, latencyUs: null, lossPpm: null },
      loss: { roundsDue: 0, roundsHeld: 0, coveragePercent: null },
      days: days(
        1,
        Array.from({ length: 31 }, (_, index) => index + 1),
      ),
      measuredBy: [],
    }),
  ],
  unobserved: [{ from: '2026-10-15T00:00:00+08:00', to: '2026-10-16T00:00:00+08:00' }],
});

/** Nothing happened; sealed although it is not complete; a name that a spreadsheet would run. */
export const quiet = statement({
  acceptedIncomplete: 'The observer was moved to another rack with notice to the customer',
  complete: false,
});

const rulings = [
  {
    id: 'time-zone',
    field: 'timeZone',
    clause: null,
    text: {
      en: "The annex names no time zone; the carrier's own is taken.",
      'zh-CN': '附件未规定时区，取运营商所在地时区。',
      'zh-TW': '附件未規定時區，取電信業者所在地時區。',
    },
  },
  {
    id: 'unobserved-time',
    field: 'availability.incompleteAbovePercent',
    clause: '2.1 (1)',
    text: {
      en: 'The annex does not know time that nobody observed. It counts as available, since only proven outage is credited.',
      'zh-CN': '附件未提及未观测时间。未观测时间计为可用，因仅对已证实的中断予以赔付。',
    },
  },
];

/** Nobody watched three days of its month: the availability meets the commitment, what it is at least does not. */
export const unwatched = statement({
  service: 'quiet-harbour',
  complete: false,
  acceptedIncomplete: 'the observer was being moved',
  parts: [
    part({
      unobservedMs: 267_840_000,
      complete: false,
      availabilityPercent: '100.0000',
      availabilityLowerBoundPercent: '90.0000',
      met: null,
      rulings,
    }),
  ],
});

/** Ten days of its month have passed. */
export const running = statement({
  service: 'half-way',
  revision: 1,
  state: 'draft',
  toDate: '2026-10-11T00:00:00+08:00',
  parts: [
    part({
      unavailableMs: 2_592_000,
      unobservedMs: 864_000,
      availabilityPercent: '99.9032',
      availabilityLowerBoundPercent: '99.8709',
      toDate: {
        availabilityPercent: '99.7000',
        availabilityLowerBoundPercent: '99.6000',
        observedPercent: '99.90',
      },
      met: true,
      rulings,
    }),
  ],
});

export const everything = [draft, quiet, split, single].map(sealed);

export const reportOf = (
  statements: readonly ReportStatement[],
  selection: ReportSelection = { by: 'all', id: null },
): Report => ({ month: '2026-10', selection, statements, names });

export const serviceReport = (document: StatementDocument): Report =>
  reportOf([sealed(document)], { by: 'service', id: document.service });

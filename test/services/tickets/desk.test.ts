import { describe, expect, test } from 'vitest';
import type { PathTrace } from '../../../src/core/trace/trace.js';
import { sha256 } from '../../../src/seal/canonical.js';
import { outage } from '../../support/ledger.js';
import { ann, bank, bob, faultRig, filing, newestSlot, putRound, slotMs } from '../../support/fault-desk.js';

const iso = (at: number): string => new Date(at).toISOString();

/** One router answered; `reached`: the port did too. */
const traceOf = (reason: 'outage' | 'quiet', at: number, reached: boolean): PathTrace => ({
  observer: 'HKG',
  port: 'SIN',
  at,
  reason,
  address: '192.0.2.66',
  runs: [
    {
      method: 'icmp',
      hops: [{ ttl: 1, tries: [{ from: '198.51.100.1', rttUs: 900, type: 11, code: 0 }] }],
      reached,
      failure: null,
    },
  ],
});

describe('filing a report', () => {
  test('from a band freezes the band, the figures, the rounds behind them and the outages of 24 h', async () => {
    const { ticketService, store, now } = await faultRig({ networks: { '198.51.100.0/24': 'Carrier B' } });
    await store.watch.put({
      outages: [
        outage('SIN', now - 3_600_000, now - 3_000_000),
        outage('SIN', now - 90_000_000, now - 89_000_000),
        outage('FRA', now - 3_600_000, now - 3_000_000),
      ],
      states: [],
      spans: [],
      blind: [],
      traces: [traceOf('outage', now - 3_600_000 + 6_000, false), traceOf('quiet', now - 7_200_000, true)],
    });
    const report = await ticketService.file(bank, filing());
    expect(report).toMatchObject({
      id: 'F1',
      state: 'filed',
      incident: 'I1',
      since: newestSlot,
      severity: 'critical',
      subject: 'HKG>SIN: severe',
      targets: { plan: 'ctg-cloud-connection', firstResponseMs: 1_800_000, repairMs: 14_400_000 },
    });
    const before = await ticketService.evidence('F1');
    const evidence = JSON.parse(Buffer.from(before ?? []).toString()) as Record<string, unknown>;
    expect(evidence).toMatchObject({ window: 'round', plan: 'ctg-cloud-connection', paths: ['HKG>SIN'] });
    expect(evidence['bands']).toMatchObject([
      {
        window: 'round',
        from: '2026-10-12T03:30:00Z',
        latency: { us: 46_000, commitmentUs: 35_000, excessPercent: '31.4', band: 'severe', held: 1, due: 1 },
        loss: { ppm: 0, band: 'normal' },
      },
      { window: 'last-24h', latency: { band: 'normal', held: 48, due: 48 } },
      { window: 'month-to-date', latency: { band: 'normal', held: 96, due: 552 } },
    ]);
    expect(evidence['rounds']).toMatchObject([
      { path: 'HKG>SIN', leftOut: 0, rounds: [{ slot: '2026-10-12T03:30:00Z', sizes: [{}, {}, {}] }] },
    ]);
    expect((evidence['outages'] as { port: string }[]).map(({ port }) => port)).toEqual(['SIN']);
    // As the path was when it broke, and before; whose network it ended in.
    expect(evidence['outages']).toMatchObject([
      {
        traces: {
          then: { reason: 'outage', runs: [{ reached: false, endedAt: { ttl: 1, network: 'Carrier B' } }] },
          before: { reason: 'quiet', runs: [{ reached: true }] },
        },
      },
    ]);
    expect(report.evidence).toEqual({
      sha256: sha256(before ?? ''),
      bytes: before?.byteLength,
      window: 'round',
    });
    // What comes later changes nothing of it.
    await putRound(store, newestSlot + slotMs, 35_000);
    expect(await ticketService.evidence('F1')).toEqual(before);
  });

  test('from a service takes its paths; from the last 24 h all their rounds', async () => {
    const { ticketService } = await faultRig();
    const report = await ticketService.file(
      bank,
      filing({ path: null, service: 'single', window: 'last-24h' }),
    );
    expect(report).toMatchObject({ subject: 'single: normal', severity: 'minor', service: 'single' });
    const { rounds } = JSON.parse(Buffer.from((await ticketService.evidence('F1')) ?? []).toString()) as {
      rounds: { rounds: object[] }[];
    };
    expect(rounds[0]?.rounds).toHaveLength(48);
  });

  test('with no band says so', async () => {
    const { ticketService } = await faultRig();
    const report = await ticketService.file(bank, filing({ path: null, window: null, text: 'all is slow' }));
    expect(report).toMatchObject({ evidence: null, targets: null, subject: 'bank' });
    expect(await ticketService.evidence('F1')).toBeNull();
  });

  test('by phone belongs to whoever took the call', async () => {
    const { ticketService } = await faultRig();
    const report = await ticketService.file(ann, filing({ channel: 'phone', reporter: 'P1' }));
    expect(report).toMatchObject({
      state: 'acknowledged',
      owner: 'ann',
      customer: 'bank',
      reporter: 'P1',
    });
    await expect(ticketService.file(bank, filing({ channel: 'phone' }))).rejects.toThrow(
      'channel: is phone, which the NOC answers; allowed: customer, system',
    );
  });

  test('of the same path and hour is one incident, and can be linked by hand', async () => {
    const rig = await faultRig();
    const { ticketService } = rig;
    await ticketService.file(bank, filing());
    const other = await ticketService.file({ name: 'shop', side: 'customer' }, filing({ customer: 'shop' }));
    expect(other).toMatchObject({ id: 'F2', incident: 'I1' });
    rig.now += 3_600_000;
    const later = await ticketService.file(bank, filing({ since: rig.now }));
    expect(later.incident).toBe('I3');
    expect((await ticketService.do(ann, 'F3', { transition: 'link', to: 'F2' })).incident).toBe('I1');
    await expect(ticketService.do(ann, 'F3', { transition: 'link', to: 'F1' })).rejects.toThrow(
      'is of the same incident',
    );
    await expect(ticketService.do(ann, 'F3', { transition: 'link', to: 'F9' })).rejects.toThrow(
      'to: is no report',
    );
    expect(await ticketService.list({ incident: 'I1', limit: 9 })).toHaveLength(3);
  });

  test.each([
    ['customer', { customer: 'none' }, 'customer: is unknown, "none"; allowed: bank, shop, broker'],
    ['path', { path: 'HKG>FRA' }, "path: is in none of bank's services, HKG>FRA; allowed: HKG>SIN"],
    ['service', { service: 'retail' }, `service: is none of bank's, "retail"; allowed: single`],
    ['band', { path: null }, 'window: has no path and no service'],
    ['text', { window: null }, 'text: is missing'],
    ['long text', { text: 'x'.repeat(10_001) }, 'text: has 10001 characters'],
    ['binary', { subject: 'a\u0000b' }, 'subject: has characters that are no text'],
    ['future', { since: newestSlot + 86_400_000 }, 'since: lies in the future'],
    ['person', { reporter: 'Ann <ann@bank.example>' }, "reporter: is no person's id"],
    ['unknown person', { reporter: 'P9' }, 'reporter: is nobody at bank, "P9"; allowed: the id of a person'],
    ['erased person', { reporter: 'P3' }, 'reporter: is nobody at bank, "P3"'],
    ["other's person", { reporter: 'P2' }, 'reporter: is nobody at bank, "P2"'],
  ] as const)('is refused for its %s', async (_what, over, message) => {
    const { ticketService, store } = await faultRig();
    await expect(ticketService.file(bank, filing(over))).rejects.toThrow(message);
    expect(await store.faults.latest()).toBe(0);
  });
});

describe('working on a report', () => {
  test('goes through its life, and a step that is not allowed says what is', async () => {
    const { ticketService } = await faultRig();
    await ticketService.file(bank, filing());
    await expect(ticketService.do(ann, 'F1', { transition: 'resolve', text: 'x' })).rejects.toThrow(
      "id: is filed: F1 can't resolve now; allowed: take, comment, reject, link, change",
    );
    await ticketService.do(ann, 'F1', { transition: 'take' });
    await expect(ticketService.do(bob, 'F1', { transition: 'start' })).rejects.toThrow(
      "actor: is bob, and F1 is ann's",
    );
    await ticketService.do(ann, 'F1', { transition: 'start' });
    await ticketService.do(ann, 'F1', { transition: 'hand-over', to: 'bob', text: null });
    await ticketService.do(bob, 'F1', { transition: 'accept' });
    await ticketService.do(bob, 'F1', { transition: 'resolve', text: 'a card was replaced' });
    await ticketService.do(bank, 'F1', { transition: 'reopen', text: 'still slow' });
    await ticketService.do(bob, 'F1', { transition: 'resolve', text: 'and another' });
    const closed = await ticketService.do(bank, 'F1', { transition: 'close', text: null });
    expect(closed.history.map(({ state }) => state)).toEqual([
      ...['filed', 'acknowledged', 'investigating', 'resolved', 'reopened', 'resolved', 'closed'],
    ]);
    const { events, fault } = await ticketService.history('F1');
    expect([events.length, fault]).toEqual([9, null]);
    await expect(ticketService.report('F2')).rejects.toThrow('id: is no report: "F2"');
    await expect(ticketService.report('1; DROP')).rejects.toThrow('id: is no report');
  });

  test('lets one of many who take it at once have it', async () => {
    const { ticketService } = await faultRig();
    await ticketService.file(bank, filing());
    const takers = ['a', 'b', 'c', 'd', 'e'];
    const results = await Promise.allSettled(
      takers.map((name) => ticketService.do({ name, side: 'noc' }, 'F1', { transition: 'take' })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(takers).toContain((await ticketService.report('F1')).owner);
  });

  test('keeps files that are what they say, and texts as they are', async () => {
    const { ticketService } = await faultRig();
    await ticketService.file(bank, filing());
    const file = await ticketService.attach('mtr.txt', Buffer.from('<script>alert(1)</script>'));
    const text = '<img src=x onerror=alert(1)>';
    const report = await ticketService.do(bank, 'F1', {
      transition: 'comment',
      text,
      internal: false,
      attachments: [file],
    });
    expect(report.comments).toMatchObject([{ text, attachments: [file], internal: false }]);
    await expect(ticketService.attach('a.png', Buffer.from('<svg/>'))).rejects.toThrow('is no .png');
    await expect(ticketService.attach('../a.txt', Buffer.from('x'))).rejects.toThrow(
      'has a folder in its name',
    );
    await expect(ticketService.attach('a.txt', Buffer.alloc(10 * 2 ** 20 + 1, 65))).rejects.toThrow(
      'has 10485761 bytes',
    );
    const renamed = { ...file, name: 'a.png' };
    await expect(
      ticketService.do(bank, 'F1', { transition: 'comment', text, internal: false, attachments: [renamed] }),
    ).rejects.toThrow('is no .png');
    const unknown = { ...file, sha256: 'f'.repeat(64) };
    await expect(
      ticketService.do(bank, 'F1', { transition: 'comment', text, internal: false, attachments: [unknown] }),
    ).rejects.toThrow('has no file');
    await expect(
      ticketService.do(bank, 'F1', { transition: 'comment', text, internal: true, attachments: [] }),
    ).rejects.toThrow('internal: is for the NOC');
  });

  test('becomes an outage in the ledger once, with its evidence, however often it is tried', async () => {
    const { ticketService, ledger, store } = await faultRig();
    await ticketService.file(bank, filing());
    const span = { from: newestSlot - 3_600_000, to: newestSlot - 1_800_000 };
    const request = { ...span, of: null, port: null, reason: null };
    await expect(ticketService.toOutage(ann, 'F1', request)).rejects.toThrow("F1 can't to-outage now");
    await ticketService.do(ann, 'F1', { transition: 'take' });
    const report = await ticketService.toOutage(ann, 'F1', request);
    expect(report.entries).toMatchObject([{ what: 'outage', id: 'C1' }]);
    // As if the report had not learnt of it: the ledger's entry is found, and not made twice.
    expect((await ticketService.toOutage(ann, 'F1', request)).entries).toHaveLength(1);
    expect(await store.ledger.events()).toHaveLength(1);
    const [found] = await ledger.outages({ port: 'SIN' });
    expect(found?.corrections).toMatchObject([
      {
        evidence: 'fault-report:F1',
        reason: 'fault report F1: HKG>SIN: severe',
        actor: 'ann',
        attachments: [{ name: 'F1-evidence.json', sha256: report.evidence?.sha256 }],
      },
    ]);
    await expect(
      ticketService.toOutage(ann, 'F1', { ...request, port: 'XXX', to: newestSlot }),
    ).rejects.toThrow('port: is an unknown PoP');
  });

  test('takes the files along into the ledger that its customer may see, and no others', async () => {
    const { ticketService, ledger } = await faultRig();
    const [open, inside] = [
      await ticketService.attach('trace.txt', Buffer.from('of the customer')),
      await ticketService.attach('inside.txt', Buffer.from('of the house')),
    ];
    await ticketService.file(bank, filing({ attachments: [open] }));
    await ticketService.do(ann, 'F1', { transition: 'take' });
    await ticketService.do(ann, 'F1', {
      transition: 'comment',
      text: 'x',
      internal: true,
      attachments: [inside],
    });
    const span = { from: newestSlot - 3_600_000, to: newestSlot - 1_800_000 };
    await ticketService.toOutage(ann, 'F1', { ...span, of: null, port: null, reason: null });
    const times = { from: iso(span.from), to: iso(span.to) };
    await ticketService.toExclusion(ann, 'F1', { ...times, kind: 'third-party' });
    const [outageFound] = await ledger.outages({ port: 'SIN' });
    for (const { attachments } of [outageFound?.corrections[0], await ledger.exclusion('X2')].flatMap(
      (one) => one ?? [],
    ))
      expect(attachments.map(({ name }) => name)).toEqual(['F1-evidence.json', 'trace.txt']);
  });

  test('becomes a proposed exclusion, which a second person approves', async () => {
    const { ticketService, ledger } = await faultRig();
    await ticketService.file(bank, filing());
    await ticketService.do(ann, 'F1', { transition: 'take' });
    const times = { from: iso(newestSlot - 3_600_000), to: iso(newestSlot) };
    const report = await ticketService.toExclusion(ann, 'F1', { ...times, kind: 'third-party' });
    expect(report.entries).toMatchObject([{ what: 'exclusion', id: 'X1' }]);
    expect(
      (await ticketService.toExclusion(ann, 'F1', { ...times, kind: 'third-party' })).entries,
    ).toHaveLength(1);
    expect(await ledger.exclusion('X1')).toMatchObject({
      state: 'proposed',
      source: 'fault-report:F1',
      scope: { paths: ['HKG>SIN'] },
    });
    await expect(ticketService.toExclusion(ann, 'F1', { ...times, kind: 'no-such-kind' })).rejects.toThrow(
      'kind',
    );
    await expect(ledger.decide('ann', 'approve', 'X1', null)).rejects.toThrow('a second person');
  });

  test('shows where a history was changed', async () => {
    const { ticketService } = await faultRig();
    await ticketService.file(bank, filing());
    const { events } = await ticketService.history('F1');
    const { chainFault } = await import('../../../src/core/ledger/chain.js');
    const { digestOf } = await import('../../../src/seal/canonical.js');
    const changed = events.map((event) => ({ ...event, at: event.at + 1 }));
    expect(chainFault(events, digestOf)).toBeNull();
    expect(chainFault(changed, digestOf)).toMatchObject({ seq: 1, code: 'changed' });
    expect(chainFault(events.slice(1), digestOf)).toBeNull();
    expect(chainFault([...events, ...events], digestOf)).toMatchObject({ seq: 2, code: 'missing' });
  });
});

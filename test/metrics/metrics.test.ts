import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { EngineEvents } from '../../src/engine/ports.js';
import type { StandingEvents } from '../../src/services/standing/ports.js';
import { ratio } from '../../src/core/number.js';
import { createMetrics, type StandingListener } from '../../src/metrics/metrics.js';
import type { ObservedOutage } from '../../src/core/watch/outage.js';
import { percentShare } from '../../src/core/share.js';
import { type MetricName, metricNames } from '../../src/metrics/names.js';
import { countersOf, withoutSeries } from '../support/counters.js';
import { round, size, slot } from '../support/rounds.js';

const settings = {
  perSize: true,
  money: false,
  agent: { pop: 'LAB1', role: 'standalone' },
  pops: [
    { id: 'LAB1', name: 'Lab', region: 'west', coordinates: { latitude: 22.32, longitude: 114.17 } },
    { id: 'LAB2', name: 'LAB2', region: null, coordinates: null },
  ],
  ports: ['LAB2'],
  sizes: [64, 128, 512],
} as const;

function metrics() {
  const made = createMetrics({ version: '1.2.3', node: 'v20', driver: 'simulated' });
  made.configure(settings);
  // The engine's port, checked by the compiler.
  const events: EngineEvents = made.events;
  const standing: StandingEvents & StandingListener = made.standing;
  const text = () => made.text();
  /** The lines of one metric, without HELP and TYPE. */
  const lines = async (name: string) =>
    (await text()).split('\n').filter((line) => new RegExp(`^${name}(_bucket|_sum|_count)?[{ ]`).test(line));
  return { made, events, standing, text, lines };
}

const worst = {
  excess: ratio(50n),
  latencyBand: { id: 'severe', level: 3 },
  lossBand: { id: 'decline', level: 1 },
};

const path = 'LAB1>LAB2';
const span = { from: 0, to: 86_400_000 };
const ofPath = async (text: Promise<string>) =>
  (await text).split('\n').filter((line) => line.includes(`path="${path}"`));

/** One of everything. */
function everything() {
  const all = metrics();
  const { events, standing } = all;
  events.pathsChanged([path]);
  events.roundStored(round());
  events.portState('LAB2', 'up');
  events.calibrated({ p50Us: 12, p99Us: 40 });
  standing.roundGraded(path, worst);
  const figures = {
    ...worst,
    ...span,
    due: 48,
    held: 47,
    latencyUs: ratio(30_000n),
    loss: ratio(1n, 50n),
  };
  const windows = { round: figures, day: figures, month: figures, missing: 1 };
  standing.pathStanding(path, { plan: 'p', commitmentUs: ratio(20_000n), ...windows });
  standing.services([
    {
      service: 'svc-1',
      customer: 'acme',
      site: 'office',
      class: 'single',
      plan: 'p',
      periodStart: 0,
      periodEnd: 1_000_000,
      lowerBound: ratio(998n, 1000n),
      met: true,
      availability: ratio(999n, 1000n),
      commitment: ratio(995n, 1000n),
      unavailableMs: 2_592,
      excusedMs: 1_000,
      unobservedMs: 2_000,
      allowedMs: 12_960,
      next: {
        leftMs: 10_368,
        step: { below: ratio(995n, 1000n), credit: percentShare(ratio(5n)), perUnit: null },
      },
      toDate: { availability: ratio(99n, 100n), lowerBound: ratio(98n, 100n) },
      observed: ratio(97n, 100n),
      lines: [
        {
          line: 'l1',
          pop: 'LAB2',
          availability: ratio(998n, 1000n),
          lowerBound: ratio(990n, 1000n),
          observed: ratio(96n, 100n),
        },
      ],
      money: { currency: 'HKD', rent: 1_000_000n, credit: 0n, projected: 50_005n, nextStep: 50_000n },
    },
  ]);
  const band = (id: string, upTo: number | null) => ({
    id,
    name: { en: id, zh: id },
    upToPercent: upTo === null ? null : ratio(BigInt(upTo)),
  });
  standing.terms([
    {
      plan: 'p',
      latency: { leavesOut: [], excessDecimals: 1, bands: [band('normal', 10), band('severe', null)] },
      loss: { leavesOut: [], commitment: ratio(1n, 100n), bands: [band('normal', null)] },
    },
  ]);
  standing.ledger({
    active: new Map([['planned-maintenance', 2]]),
    proposed: 1,
    maintenance: { pops: ['LAB2'], paths: [path] },
    windows: [],
  });
  standing.judged(1_000_000, 12);
  standing.storeSize({ bytes: 4_096, disk: { freeBytes: 1_000_000, bytes: 2_000_000 } });
  standing.clockRead({ synchronised: true, offsetMs: 0.5 });
  standing.outbox({ waiting: 3, dead: 1 });
  standing.reports({ byState: new Map([['open', 3]]), overdue: 1 });
  standing.close({ state: 'closed', lastSealedEnd: null, unsealedMs: 86_400_000 });
  return all;
}

describe('what is counted', () => {
  /** Those of agents and hubs, which the mesh begins; `test/app/mesh/rows.test.ts` tries them. */
  const ofMesh: string[] = [metricNames.meshSent, metricNames.meshTaken, metricNames.meshBuried].map(
    ({ name }) => name,
  );

  test('starts at 0 for every label that the configuration knows, so that its first step is an increase', async () => {
    const { made, events, text } = metrics();
    made.configure({ ...settings, ports: ['LAB2', 'LAB3'], sizes: [64, 1400] });
    events.pathsChanged([path]);
    const page = await text();
    expect(withoutSeries(page)).toEqual(ofMesh);
    const own = countersOf(page).filter(({ name }) => metricOf(name) !== undefined);
    expect(own.length).toBeGreaterThan(15);
    for (const { name, samples } of own) {
      expect(samples.filter(([, value]) => value !== 0)).toEqual([]);
      const labels = metricOf(name)?.labels ?? [];
      const known = { port: ['LAB2', 'LAB3'], path: [path], size: ['64', '1400'] };
      for (const [label, values] of Object.entries(known))
        if (labels.includes(label))
          for (const value of values)
            expect(
              samples.some(([of]) => of.includes(`${label}="${value}"`)),
              `${name} of ${label} ${value}`,
            ).toBe(!ofMesh.includes(name));
    }
  });

  test('keeps what it has counted when the configuration is read again', async () => {
    const { made, events, lines } = metrics();
    events.pathsChanged([path]);
    events.roundStored(round());
    events.unobserved('LAB2', 3_000, 'not-sent');
    const counted = async () => [
      await lines('pop_sla_rtt_seconds'),
      await lines('pop_sla_observer_unobserved_seconds_total'),
    ];
    const before = await counted();
    made.configure(settings);
    expect(await counted()).toEqual(before);
  });
});

const metricOf = (name: string) =>
  Object.values<MetricName>(metricNames).find((metric) => metric.name === name);

describe('the metrics of a round', () => {
  test('are its figures, in base units', async () => {
    const { events, lines } = metrics();
    events.pathsChanged([path]);
    events.roundStored(
      round({ sizes: [size(64, [20_000, 22_000], [{ kind: 'late', rttUs: 2_000_500 }, { kind: 'lost' }])] }),
    );
    const labels = `{path="${path}"}`;
    const size64 = `{path="${path}",size="64"}`;
    const latest = `{path="${path}",window="round"}`;
    expect(await lines('pop_sla_latency_seconds')).toEqual([`pop_sla_latency_seconds${latest} 0.021`]);
    expect(await lines('pop_sla_loss_ratio')).toEqual([`pop_sla_loss_ratio${latest} 0.5`]);
    expect(await lines('pop_sla_size_rtt_mean_seconds')).toEqual([
      `pop_sla_size_rtt_mean_seconds${size64} 0.021`,
    ]);
    expect(await lines('pop_sla_size_loss_ratio')).toEqual([`pop_sla_size_loss_ratio${size64} 0.5`]);
    expect(await lines('pop_sla_rtt_min_seconds')).toEqual([`pop_sla_rtt_min_seconds${labels} 0.02`]);
    expect(await lines('pop_sla_rtt_median_seconds')).toEqual([`pop_sla_rtt_median_seconds${labels} 0.02`]);
    expect(await lines('pop_sla_rtt_max_seconds')).toEqual([`pop_sla_rtt_max_seconds${labels} 0.022`]);
    expect(await lines('pop_sla_packets_total')).toEqual(
      ['received"} 2', 'late"} 1', 'lost"} 1', 'error"} 0', 'not_sent"} 0'].map(
        (end) => `pop_sla_packets_total{path="${path}",outcome="${end}`,
      ),
    );
    expect(await lines('pop_sla_last_round_timestamp_seconds')).toEqual([
      `pop_sla_last_round_timestamp_seconds{path="${path}"} ${(slot + 5_120) / 1000}`,
    ]);
    const histogram = await lines('pop_sla_rtt_seconds');
    expect(histogram).toContain(`pop_sla_rtt_seconds_bucket{le="0.02",size="64"} 1`);
    expect(histogram).toContain(`pop_sla_rtt_seconds_bucket{le="0.05",size="64"} 2`);
    expect(histogram).toContain(`pop_sla_rtt_seconds_count{size="64"} 2`);
  });

  test('are absent, not zero, where nothing was sent or received', async () => {
    const { events, lines } = metrics();
    events.pathsChanged([path]);
    events.roundStored(round());
    expect(await lines('pop_sla_size_loss_ratio')).toHaveLength(3);
    events.roundStored(
      round({
        slot: slot + 1,
        sizes: [
          size(64, [], [{ kind: 'not-sent', reason: 'no-buffer' }]),
          size(128, [], [{ kind: 'lost' }]),
          size(512, [1_000]),
        ],
      }),
    );
    expect(await lines('pop_sla_size_loss_ratio')).toEqual([
      `pop_sla_size_loss_ratio{path="${path}",size="128"} 1`,
      `pop_sla_size_loss_ratio{path="${path}",size="512"} 0`,
    ]);
    expect(await lines('pop_sla_size_rtt_mean_seconds')).toHaveLength(1);
  });

  test.each(['aborted', 'overrun', 'invalid', 'failed', 'degraded-observer'] as const)(
    'say nothing of the network where it was %s',
    async (status) => {
      const { events, lines } = metrics();
      events.pathsChanged([path]);
      events.roundStored(round());
      const before = await lines('pop_sla_packets_total');
      events.roundStored(round({ slot: slot + 1, status, reason: 'the observer' }));
      expect(await lines('pop_sla_size_loss_ratio')).toEqual([]);
      expect(await lines('pop_sla_size_rtt_mean_seconds')).toEqual([]);
      expect(await lines('pop_sla_packets_total')).toEqual(before);
      expect(await lines('pop_sla_rounds_total')).toContain(`pop_sla_rounds_total{status="${status}"} 1`);
    },
  );

  test('give way where a later slot is missing, and stay where an earlier one is', async () => {
    const { events, lines } = metrics();
    events.pathsChanged([path]);
    events.roundStored(round());
    events.slotsMissing([{ path, slot: slot - 1, reason: 'stopped' }]);
    expect(await lines('pop_sla_size_loss_ratio')).toHaveLength(3);
    events.slotsMissing([{ path, slot: slot + 1, reason: 'overrun' }]);
    expect(await lines('pop_sla_size_loss_ratio')).toEqual([]);
    expect(await lines('pop_sla_missed_slots_total')).toContain(
      'pop_sla_missed_slots_total{reason="overrun"} 1',
    );
  });

  test('are not taken back by an older round that the store took late', async () => {
    const { events, lines } = metrics();
    events.pathsChanged([path]);
    events.roundStored(round());
    const before = await lines('pop_sla_size_rtt_mean_seconds');
    events.roundStored(round({ slot: slot - 1, sizes: [size(64, [1])] }));
    expect(await lines('pop_sla_size_rtt_mean_seconds')).toEqual(before);
  });
});

describe('a round that the store refused', () => {
  test('is shown at once, and once', async () => {
    const { events, lines } = metrics();
    events.pathsChanged([path]);
    events.roundDelayed(round(), 1);
    const shown = await lines('pop_sla_packets_total');
    expect(shown).toContain(`pop_sla_packets_total{path="${path}",outcome="received"} 9`);
    expect(await lines('pop_sla_size_rtt_mean_seconds')).toHaveLength(3);
    events.roundStored(round());
    expect(await lines('pop_sla_packets_total')).toEqual(shown);
  });
});

describe('the series of a path', () => {
  test('vanish with it, and do not come back with its last round', async () => {
    const { events, text } = metrics();
    events.pathsChanged([path, 'LAB1>LAB3']);
    events.roundStored(round());
    expect(await ofPath(text())).not.toEqual([]);
    events.pathsChanged(['LAB1>LAB3']);
    events.roundStored(round({ slot: slot + 1 }));
    expect(await ofPath(text())).toEqual([]);
    expect(await text()).toContain('path="LAB1>LAB3"');
  });

  test('are 24 with all that is judged, and two more for each size where that is asked for', async () => {
    for (const perSize of [false, true]) {
      const { events, standing, made, text } = metrics();
      made.configure({ ...settings, perSize, money: false });
      events.pathsChanged([path]);
      events.roundStored(round());
      standing.roundGraded(path, worst);
      standing.pathStanding(path, {
        plan: 'p',
        commitmentUs: ratio(20_000n),
        round: { ...worst, ...span, latencyUs: ratio(30_000n), loss: ratio(1n, 50n), due: 1, held: 1 },
        day: { ...worst, ...span, latencyUs: ratio(30_000n), loss: ratio(1n, 50n), due: 48, held: 47 },
        month: { ...worst, ...span, latencyUs: ratio(30_000n), loss: ratio(1n, 50n), due: 1_000, held: 990 },
      });
      const series = await ofPath(text());
      expect(series.filter((line) => line.includes('size='))).toHaveLength(perSize ? 6 : 0);
      expect(series.filter((line) => !line.includes('size='))).toHaveLength(24);
    }
  });

  test('say what was judged, and a new round takes away what the one before it was worth', async () => {
    const { events, standing, lines } = metrics();
    events.pathsChanged([path]);
    events.roundStored(round());
    standing.roundGraded(path, worst);
    const none = { ...span, excess: null, latencyBand: null, latencyUs: null, loss: null };
    const day = { ...worst, ...none, due: 48, held: 0 };
    standing.pathStanding(path, {
      plan: 'p',
      commitmentUs: ratio(20_000n),
      round: day,
      day,
      month: { ...worst, ...span, latencyUs: ratio(30_000n), loss: ratio(1n, 50n), due: 3, held: 1 },
    });
    const band = (window: string) =>
      `pop_sla_latency_band{path="${path}",window="${window}",band="severe",level="3"} 1`;
    expect(await lines('pop_sla_latency_band')).toEqual([band('round'), band('month')]);
    expect(await lines('pop_sla_latency_excess_ratio')).toEqual([
      `pop_sla_latency_excess_ratio{path="${path}",window="round"} 0.5`,
      `pop_sla_latency_excess_ratio{path="${path}",window="month"} 0.5`,
    ]);
    expect(await lines('pop_sla_coverage_ratio')).toEqual([
      `pop_sla_coverage_ratio{path="${path}",window="24h"} 0`,
      `pop_sla_coverage_ratio{path="${path}",window="month"} 0.3333333333333333`,
    ]);
    expect(await lines('pop_sla_latency_commitment_seconds')).toEqual([
      `pop_sla_latency_commitment_seconds{path="${path}",plan="p"} 0.02`,
    ]);
    events.slotsMissing([{ path, slot: slot + 1, reason: 'overrun' }]);
    expect(await lines('pop_sla_latency_band')).toEqual([band('month')]);
    standing.roundGraded('LAB1>LAB9', worst);
    expect((await lines('pop_sla_latency_band')).join()).not.toContain('LAB9');
  });
});

describe('the daemon about itself', () => {
  test('counts what waits for the store', async () => {
    const { events, lines } = metrics();
    const [first, second] = [round(), round({ slot: slot + 1 })];
    events.roundDelayed(first, 1);
    events.roundDelayed(first, 1);
    events.roundDelayed(second, 2);
    expect(await lines('pop_sla_daemon_store_queued_rounds')).toEqual([
      'pop_sla_daemon_store_queued_rounds 2',
    ]);
    events.roundStored(first);
    events.roundDropped(second);
    expect(await lines('pop_sla_daemon_store_queued_rounds')).toEqual([
      'pop_sla_daemon_store_queued_rounds 0',
    ]);
    expect(await lines('pop_sla_daemon_store_delayed_rounds_total')).toEqual([
      'pop_sla_daemon_store_delayed_rounds_total 2',
    ]);
    expect(await lines('pop_sla_daemon_store_dropped_rounds_total')).toEqual([
      'pop_sla_daemon_store_dropped_rounds_total 1',
    ]);
  });

  test('keeps the time of the last good configuration', async () => {
    const { events, lines } = metrics();
    events.configLoaded(true, 1_000_000);
    events.configLoaded(false, 2_000_000);
    expect(await lines('pop_sla_daemon_config_last_reload_successful')).toEqual([
      'pop_sla_daemon_config_last_reload_successful 0',
    ]);
    expect(await lines('pop_sla_daemon_config_last_reload_success_timestamp_seconds')).toEqual([
      'pop_sla_daemon_config_last_reload_success_timestamp_seconds 1000',
    ]);
  });

  test('says how it is', async () => {
    const { events, lines } = metrics();
    events.inFlight(7);
    events.schedulerLag(12);
    events.clockStepped(-3_600_000);
    events.storeWritable(false);
    expect(await lines('pop_sla_daemon_rounds_in_flight')).toEqual(['pop_sla_daemon_rounds_in_flight 7']);
    expect(await lines('pop_sla_daemon_scheduler_lag_seconds')).toContain(
      'pop_sla_daemon_scheduler_lag_seconds_sum 0.012',
    );
    expect(await lines('pop_sla_daemon_clock_steps_total')).toEqual(['pop_sla_daemon_clock_steps_total 1']);
    expect(await lines('pop_sla_daemon_store_writable')).toEqual(['pop_sla_daemon_store_writable 0']);
    expect(await lines('pop_sla_build_info')).toEqual(['pop_sla_build_info{version="1.2.3",node="v20"} 1']);
    expect(await lines('pop_sla_driver_info')).toEqual([
      'pop_sla_driver_info{driver="simulated",stamps="unknown"} 1',
    ]);
  });
});

describe('the exposition', () => {
  test('has every name of the list, Node’s own, and none from elsewhere', async () => {
    const { text } = metrics();
    const names = [...(await text()).matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1] ?? '');
    expect(names).toEqual(expect.arrayContaining(Object.values(metricNames).map((metric) => metric.name)));
    expect(names).toContain('pop_sla_daemon_nodejs_eventloop_lag_seconds');
    // An alert is about it.
    expect(names).toContain('pop_sla_daemon_nodejs_eventloop_lag_max_seconds');
    expect(names.filter((name) => !name.startsWith('pop_sla_'))).toEqual([]);
  });

  test('says how many messages wait, and how many were given up', async () => {
    const { standing, lines } = metrics();
    expect(await lines('pop_sla_daemon_outbox_depth')).toEqual([]);
    standing.outbox({ waiting: 3, dead: 1 });
    expect(await lines('pop_sla_daemon_outbox_depth')).toEqual([
      'pop_sla_daemon_outbox_depth{state="waiting"} 3',
      'pop_sla_daemon_outbox_depth{state="dead"} 1',
    ]);
  });

  test('has no NaN, with and without rounds', async () => {
    const { events, text } = metrics();
    // Node's event loop histogram has no mean before its first turn.
    const own = async () =>
      (await text()).split('\n').filter((line) => !line.startsWith('pop_sla_daemon_nodejs_'));
    expect((await own()).filter((line) => line.endsWith('NaN'))).toEqual([]);
    events.pathsChanged([path]);
    events.roundStored(round({ sizes: [size(64, [], [{ kind: 'not-sent', reason: 'other' }])] }));
    expect((await own()).filter((line) => line.endsWith('NaN'))).toEqual([]);
  });

  test('passes promtool check metrics with every family in it', async ({ skip }) => {
    if (spawnSync('promtool', ['--version']).error) skip('promtool (Debian: prometheus) is not installed');
    const { text } = everything();
    expect((await text()).match(/^pop_sla_latency_band\{/gm)).toHaveLength(3);
    const check = spawnSync('promtool', ['check', 'metrics'], { input: await text(), encoding: 'utf8' });
    expect(check.stdout + check.stderr).toBe('');
    expect(check.status).toBe(0);
  });

  test('is OpenMetrics where it is asked for, and plain text afterwards as before', async () => {
    const { made, text } = everything();
    const before = await text();
    const { contentType, pieces } = made.answer(
      'application/openmetrics-text;version=1.0.0,text/plain;q=0.5',
    );
    expect(contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    let open = '';
    for await (const piece of pieces) open += piece;
    expect(open.endsWith('\n# EOF\n')).toBe(true);
    expect(open).not.toMatch(/\n\n/);
    expect(open).toMatch(/^# TYPE pop_sla_packets counter$/m);
    expect(open).toMatch(/^# TYPE pop_sla_rounds counter$/m);
    expect(open).toMatch(/^pop_sla_packets_total\{.*\} 9$/m);
    expect([...open.matchAll(/^# TYPE (\S+_total) counter/gm)]).toEqual([]);
    // No exemplars.
    expect(open).not.toMatch(/^[^#].* # /m);
    const own = (all: string) => all.split('\n').filter((line) => !/_daemon_(nodejs|process)/.test(line));
    expect(own(await text())).toEqual(own(before));
  });

  test.each([
    [undefined, 'text/plain'],
    ['*/*', 'text/plain'],
    ['text/plain', 'text/plain'],
    ['application/openmetrics-text;version=2.0.0', 'text/plain'],
    ['application/openmetrics-text;q=0.1,text/plain;q=0.9', 'text/plain'],
    ['application/openmetrics-text;q=0', 'text/plain'],
    ['application/openmetrics-text', 'application/openmetrics-text'],
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'application/openmetrics-text',
    ],
  ])('to %s is %s', (accept, type) => {
    expect(metrics().made.answer(accept).contentType.split(';')[0]).toBe(type);
  });
});

describe('the metrics of a service', () => {
  test('are how it stands, without its money', async () => {
    const { text } = everything();
    const own = (await text()).split('\n').filter((line) => line.includes('service="svc-1"'));
    expect(own).toEqual([
      'pop_sla_service_info{service="svc-1",customer="acme",site="office",class="single",plan="p"} 1',
      'pop_sla_service_availability_ratio{service="svc-1"} 0.999',
      'pop_sla_service_availability_lower_bound_ratio{service="svc-1"} 0.998',
      'pop_sla_service_availability_to_date_ratio{service="svc-1"} 0.99',
      'pop_sla_service_availability_to_date_lower_bound_ratio{service="svc-1"} 0.98',
      'pop_sla_service_observed_ratio{service="svc-1"} 0.97',
      'pop_sla_line_availability_ratio{service="svc-1",line="l1",port="LAB2"} 0.998',
      'pop_sla_line_availability_lower_bound_ratio{service="svc-1",line="l1",port="LAB2"} 0.99',
      'pop_sla_line_observed_ratio{service="svc-1",line="l1",port="LAB2"} 0.96',
      'pop_sla_service_availability_commitment_ratio{service="svc-1"} 0.995',
      'pop_sla_service_outage_seconds{service="svc-1"} 2.592',
      'pop_sla_service_outage_allowed_seconds{service="svc-1"} 12.96',
      'pop_sla_service_excused_seconds{service="svc-1"} 1',
      'pop_sla_service_unobserved_seconds{service="svc-1"} 2',
      'pop_sla_service_next_step_seconds{service="svc-1"} 10.368',
      'pop_sla_service_period_start_timestamp_seconds{service="svc-1"} 0',
      'pop_sla_service_period_end_timestamp_seconds{service="svc-1"} 1000',
    ]);
  });

  test('have money where that is asked for, in units of its currency, and not before', async () => {
    const { made, lines } = everything();
    expect(await lines('pop_sla_service_credit_amount')).toEqual([]);
    made.configure({ ...settings, perSize: false, money: true });
    const labels = '{service="svc-1",currency="HKD"}';
    expect(await lines('pop_sla_service_rent_amount')).toEqual([
      `pop_sla_service_rent_amount${labels} 10000`,
    ]);
    expect(await lines('pop_sla_service_credit_amount')).toEqual([
      `pop_sla_service_credit_amount${labels} 0`,
    ]);
    expect(await lines('pop_sla_service_credit_projected_amount')).toEqual([
      `pop_sla_service_credit_projected_amount${labels} 500.05`,
    ]);
    expect(await lines('pop_sla_service_credit_next_step_amount')).toEqual([
      `pop_sla_service_credit_next_step_amount${labels} 500`,
    ]);
    made.configure({ ...settings, perSize: false, money: false });
    expect(await lines('pop_sla_service_rent_amount')).toEqual([]);
  });

  test('are those of the latest judgement', async () => {
    const { standing, text } = everything();
    standing.services([]);
    expect(await text()).not.toContain('service="svc-1"');
  });
});

test('what a plan says of quality is there to be drawn', async () => {
  const { lines } = everything();
  expect(await lines('pop_sla_latency_band_upper_ratio')).toEqual([
    'pop_sla_latency_band_upper_ratio{plan="p",band="normal",level="0"} 0.1',
  ]);
  expect(await lines('pop_sla_loss_commitment_ratio')).toEqual([
    'pop_sla_loss_commitment_ratio{plan="p"} 0.01',
  ]);
});

describe('what people do', () => {
  test('is counted, and absent where nobody told', async () => {
    const before = metrics();
    for (const name of ['pop_sla_fault_reports_overdue', 'pop_sla_month_unsealed_seconds'])
      expect(await before.lines(name)).toEqual([]);
    const { lines } = everything();
    expect(await lines('pop_sla_exclusions_active')).toContain(
      'pop_sla_exclusions_active{kind="planned-maintenance"} 2',
    );
    expect(await lines('pop_sla_fault_reports')).toEqual(['pop_sla_fault_reports{state="open"} 3']);
    expect(await lines('pop_sla_fault_reports_overdue')).toEqual(['pop_sla_fault_reports_overdue 1']);
    expect(await lines('pop_sla_month_close_state')).toEqual([
      'pop_sla_month_close_state{state="open"} 0',
      'pop_sla_month_close_state{state="closed"} 1',
      'pop_sla_month_close_state{state="sealed"} 0',
    ]);
    expect(await lines('pop_sla_last_sealed_month_timestamp_seconds')).toEqual([]);
  });
});

describe('the metrics of the watch', () => {
  const outage: ObservedOutage = {
    observer: 'LAB1',
    port: 'LAB2',
    start: { at: 1_000, earliest: 500, latest: 1_020 },
    end: null,
    openedAt: 5_000,
    closedAt: null,
    inferred: [],
    voided: null,
  };

  test('are what ports are now, and nothing where nothing can be said', async () => {
    const { events, lines } = metrics();
    events.portState('LAB2', 'up');
    events.portState('LAB3', 'down');
    expect(await lines('pop_sla_port_up')).toEqual([
      'pop_sla_port_up{port="LAB2"} 1',
      'pop_sla_port_up{port="LAB3"} 0',
    ]);
    events.portState('LAB2', 'unobserved');
    events.portState('LAB3', 'unwatched');
    expect(await lines('pop_sla_port_up')).toEqual([]);
    expect(await lines('pop_sla_ports')).toEqual([
      'pop_sla_ports{state="up"} 0',
      'pop_sla_ports{state="down"} 0',
      'pop_sla_ports{state="unobserved"} 1',
    ]);
  });

  test('count an outage once, however often something of it changes', async () => {
    const { events, lines } = metrics();
    const inferred = [{ from: 2_000, to: 3_000, reason: 'stalled' as const }];
    events.outageChanged(outage);
    events.outageChanged({ ...outage, inferred });
    expect(await lines('pop_sla_outages_open')).toEqual(['pop_sla_outages_open 1']);
    events.outageChanged({ ...outage, inferred, voided: { at: 9_000, reason: 'isolated' } });
    expect(await lines('pop_sla_outages_open')).toEqual(['pop_sla_outages_open 0']);
    expect(await lines('pop_sla_outages_total')).toEqual(['pop_sla_outages_total{port="LAB2"} 1']);
    expect(await lines('pop_sla_outages_voided_total')).toEqual([
      'pop_sla_outages_voided_total{port="LAB2"} 1',
    ]);
  });

  test('say when the observer is cut off, and for how long nothing was observed', async () => {
    const { events, lines } = metrics();
    expect(await lines('pop_sla_watch_running')).toEqual(['pop_sla_watch_running 0']);
    events.watchBeat(0);
    expect(await lines('pop_sla_watch_running')).toEqual(['pop_sla_watch_running 1']);
    events.watchEnded('Error: gone');
    expect(await lines('pop_sla_watch_running')).toEqual(['pop_sla_watch_running 0']);
    events.isolated(true, 1_000);
    expect(await lines('pop_sla_observer_isolated')).toEqual(['pop_sla_observer_isolated 1']);
    events.isolated(false, 61_000);
    events.unobserved(null, 60_000, 'isolated');
    events.unobserved('LAB2', 500, 'not-sent');
    expect(await lines('pop_sla_observer_isolated')).toEqual(['pop_sla_observer_isolated 0']);
    // Those of the observer itself start at 0, for every reason.
    const unobserved = await lines('pop_sla_observer_unobserved_seconds_total');
    expect(unobserved.filter((line) => /\{port="",.*\} 0$/.test(line))).toHaveLength(6);
    expect(unobserved.filter((line) => !line.endsWith(' 0'))).toEqual([
      'pop_sla_observer_unobserved_seconds_total{port="",reason="isolated"} 60',
      'pop_sla_observer_unobserved_seconds_total{port="LAB2",reason="not-sent"} 0.5',
    ]);
  });
});

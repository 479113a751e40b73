import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { EngineEvents } from '../../src/engine/ports.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import type { ObservedOutage } from '../../src/core/watch/records.js';
import { metricNames } from '../../src/metrics/names.js';
import { round, size, slot } from '../support/rounds.js';

function metrics() {
  const made = createMetrics({ version: '1.2.3', node: 'v20', driver: 'simulated' });
  // The engine's port, checked by the compiler.
  const events: EngineEvents = made.events;
  const text = () => made.text();
  /** The lines of one metric, without HELP and TYPE. */
  const lines = async (name: string) =>
    (await text()).split('\n').filter((line) => new RegExp(`^${name}(_bucket|_sum|_count)?[{ ]`).test(line));
  return { events, text, lines };
}

const path = 'LAB1>LAB2';
const ofPath = async (text: Promise<string>) =>
  (await text).split('\n').filter((line) => line.includes(`path="${path}"`));

describe('the metrics of a round', () => {
  test('are its figures, in base units', async () => {
    const { events, lines } = metrics();
    events.pathsChanged([path]);
    events.roundStored(
      round({ sizes: [size(64, [20_000, 22_000], [{ kind: 'late', rttUs: 2_000_500 }, { kind: 'lost' }])] }),
    );
    const labels = `{path="${path}",size="64"}`;
    expect(await lines('pop_sla_rtt_mean_seconds')).toEqual([`pop_sla_rtt_mean_seconds${labels} 0.021`]);
    expect(await lines('pop_sla_rtt_min_seconds')).toEqual([`pop_sla_rtt_min_seconds${labels} 0.02`]);
    expect(await lines('pop_sla_rtt_max_seconds')).toEqual([`pop_sla_rtt_max_seconds${labels} 0.022`]);
    expect(await lines('pop_sla_loss_ratio')).toEqual([`pop_sla_loss_ratio${labels} 0.5`]);
    expect(await lines('pop_sla_packets_total')).toEqual(
      ['received"} 2', 'late"} 1', 'lost"} 1', 'error"} 0', 'not_sent"} 0'].map(
        (end) => `pop_sla_packets_total{path="${path}",outcome="${end}`,
      ),
    );
    expect(await lines('pop_sla_last_round_timestamp_seconds')).toEqual([
      `pop_sla_last_round_timestamp_seconds{path="${path}"} ${(slot + 5_120) / 1000}`,
    ]);
    const histogram = await lines('pop_sla_rtt_seconds');
    expect(histogram).toContain(`pop_sla_rtt_seconds_bucket{le="0.02",path="${path}"} 1`);
    expect(histogram).toContain(`pop_sla_rtt_seconds_bucket{le="0.05",path="${path}"} 2`);
    expect(histogram).toContain(`pop_sla_rtt_seconds_count{path="${path}"} 2`);
  });

  test('are absent, not zero, where nothing was sent or received', async () => {
    const { events, lines } = metrics();
    events.pathsChanged([path]);
    events.roundStored(round());
    expect(await lines('pop_sla_loss_ratio')).toHaveLength(3);
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
    expect(await lines('pop_sla_loss_ratio')).toEqual([
      `pop_sla_loss_ratio{path="${path}",size="128"} 1`,
      `pop_sla_loss_ratio{path="${path}",size="512"} 0`,
    ]);
    expect(await lines('pop_sla_rtt_mean_seconds')).toHaveLength(1);
  });

  test.each(['aborted', 'overrun', 'invalid', 'failed', 'degraded-observer'] as const)(
    'say nothing of the network where it was %s',
    async (status) => {
      const { events, lines } = metrics();
      events.pathsChanged([path]);
      events.roundStored(round());
      const before = await lines('pop_sla_packets_total');
      events.roundStored(round({ slot: slot + 1, status, reason: 'the observer' }));
      expect(await lines('pop_sla_loss_ratio')).toEqual([]);
      expect(await lines('pop_sla_rtt_mean_seconds')).toEqual([]);
      expect(await lines('pop_sla_packets_total')).toEqual(before);
      expect(await lines('pop_sla_rounds_total')).toContain(`pop_sla_rounds_total{status="${status}"} 1`);
    },
  );

  test('give way where a later slot is missing, and stay where an earlier one is', async () => {
    const { events, lines } = metrics();
    events.pathsChanged([path]);
    events.roundStored(round());
    events.slotsMissing([{ path, slot: slot - 1, reason: 'stopped' }]);
    expect(await lines('pop_sla_loss_ratio')).toHaveLength(3);
    events.slotsMissing([{ path, slot: slot + 1, reason: 'overrun' }]);
    expect(await lines('pop_sla_loss_ratio')).toEqual([]);
    expect(await lines('pop_sla_missed_slots_total')).toContain(
      'pop_sla_missed_slots_total{reason="overrun"} 1',
    );
  });

  test('are not taken back by an older round that the store took late', async () => {
    const { events, lines } = metrics();
    events.pathsChanged([path]);
    events.roundStored(round());
    const before = await lines('pop_sla_rtt_mean_seconds');
    events.roundStored(round({ slot: slot - 1, sizes: [size(64, [1])] }));
    expect(await lines('pop_sla_rtt_mean_seconds')).toEqual(before);
  });
});

describe('a round that the store refused', () => {
  test('is shown at once, and once', async () => {
    const { events, lines } = metrics();
    events.pathsChanged([path]);
    events.roundDelayed(round(), 1);
    const shown = await lines('pop_sla_packets_total');
    expect(shown).toContain(`pop_sla_packets_total{path="${path}",outcome="received"} 9`);
    expect(await lines('pop_sla_rtt_mean_seconds')).toHaveLength(3);
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

  test('are few', async () => {
    const { events, text } = metrics();
    events.pathsChanged([path]);
    events.roundStored(round());
    const series = await ofPath(text());
    const perSize = series.filter((line) => line.includes('size='));
    // Four figures of each size; beside them, one histogram, the outcomes and the time of the latest round.
    expect(perSize).toHaveLength(12);
    expect(series.length - perSize.length).toBeLessThan(20);
  });
});

describe('the daemon about itself', () => {
  test('counts what waits for the store', async () => {
    const { events, lines } = metrics();
    const [first, second] = [round(), round({ slot: slot + 1 })];
    events.roundDelayed(first, 1);
    events.roundDelayed(first, 1);
    events.roundDelayed(second, 2);
    expect(await lines('pop_sla_store_queued_rounds')).toEqual(['pop_sla_store_queued_rounds 2']);
    events.roundStored(first);
    events.roundDropped(second);
    expect(await lines('pop_sla_store_queued_rounds')).toEqual(['pop_sla_store_queued_rounds 0']);
    expect(await lines('pop_sla_store_delayed_rounds_total')).toEqual([
      'pop_sla_store_delayed_rounds_total 2',
    ]);
    expect(await lines('pop_sla_store_dropped_rounds_total')).toEqual([
      'pop_sla_store_dropped_rounds_total 1',
    ]);
  });

  test('keeps the time of the last good configuration', async () => {
    const { events, lines } = metrics();
    events.configLoaded(true, 1_000_000);
    events.configLoaded(false, 2_000_000);
    expect(await lines('pop_sla_config_last_reload_successful')).toEqual([
      'pop_sla_config_last_reload_successful 0',
    ]);
    expect(await lines('pop_sla_config_last_reload_success_timestamp_seconds')).toEqual([
      'pop_sla_config_last_reload_success_timestamp_seconds 1000',
    ]);
  });

  test('says how it is', async () => {
    const { events, lines } = metrics();
    events.inFlight(7);
    events.schedulerLag(12);
    events.clockStepped(-3_600_000);
    events.storeWritable(false);
    expect(await lines('pop_sla_rounds_in_flight')).toEqual(['pop_sla_rounds_in_flight 7']);
    expect(await lines('pop_sla_scheduler_lag_seconds')).toContain('pop_sla_scheduler_lag_seconds_sum 0.012');
    expect(await lines('pop_sla_clock_steps_total')).toEqual(['pop_sla_clock_steps_total 1']);
    expect(await lines('pop_sla_store_writable')).toEqual(['pop_sla_store_writable 0']);
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
    expect(names).toContain('pop_sla_nodejs_eventloop_lag_seconds');
    expect(names.filter((name) => !name.startsWith('pop_sla_'))).toEqual([]);
  });

  test('has no NaN, with and without rounds', async () => {
    const { events, text } = metrics();
    // Node's event loop histogram has no mean before its first turn.
    const own = async () => (await text()).split('\n').filter((line) => !line.startsWith('pop_sla_nodejs_'));
    expect((await own()).filter((line) => line.endsWith('NaN'))).toEqual([]);
    events.pathsChanged([path]);
    events.roundStored(round({ sizes: [size(64, [], [{ kind: 'not-sent', reason: 'other' }])] }));
    expect((await own()).filter((line) => line.endsWith('NaN'))).toEqual([]);
  });

  test('passes promtool check metrics', async ({ skip }) => {
    if (spawnSync('promtool', ['--version']).error) skip('promtool (Debian: prometheus) is not installed');
    const { events, text } = metrics();
    events.pathsChanged([path]);
    events.roundStored(round());
    const check = spawnSync('promtool', ['check', 'metrics'], { input: await text(), encoding: 'utf8' });
    expect(check.stdout + check.stderr).toBe('');
    expect(check.status).toBe(0);
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
    events.isolated(true, 1_000);
    expect(await lines('pop_sla_observer_isolated')).toEqual(['pop_sla_observer_isolated 1']);
    events.isolated(false, 61_000);
    events.unobserved(null, 60_000, 'isolated');
    events.unobserved('LAB2', 500, 'not-sent');
    expect(await lines('pop_sla_observer_isolated')).toEqual(['pop_sla_observer_isolated 0']);
    expect(await lines('pop_sla_unobserved_seconds_total')).toEqual([
      'pop_sla_unobserved_seconds_total{port="",reason="isolated"} 60',
      'pop_sla_unobserved_seconds_total{port="LAB2",reason="not-sent"} 0.5',
    ]);
  });
});

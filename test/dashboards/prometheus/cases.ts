/** Series by their text, with values in promtool's notation, one a minute. */
export type Series = Readonly<Record<string, string>>;

/** An alert with series on which it fires, and with some that are close to it and on which it does not. */
export interface AlertCase {
  readonly alert: string;
  readonly severity: 'warning' | 'critical';
  /** Labels of the alert beside its name and severity. */
  readonly labels: Readonly<Record<string, string>>;
  readonly fires: { readonly at: string; readonly on: Series };
  readonly quiet: readonly { readonly at: string; readonly on: Series }[];
}

const path = { path: 'A>B' };
const at = { instance: 'a:9720', job: 'pop-sla' };
const series = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name}{${Object.entries(labels)
    .map(([key, value]) => `${key}="${value}"`)
    .join(',')}}`;
const ofPath = (name: string, labels: Readonly<Record<string, string>>): string =>
  series(name, { ...at, ...path, ...labels });
const band = (metric: 'latency' | 'loss', window: string, name: string, level: string): string =>
  ofPath(`pop_sla_${metric}_band`, { window, band: name, level });
const service = (name: string, id = 's'): string => series(`pop_sla_service_${name}`, { ...at, service: id });
const own = (name: string, labels: Readonly<Record<string, string>> = {}): string =>
  series(`pop_sla_${name}`, { ...at, ...labels });

const ofAgent = (name: string, labels: Readonly<Record<string, string>> = {}): string =>
  own(`mesh_agent_${name}`, { agent: 'B', ...labels });

const budget = (outage: string, commitment = '0.999') => ({
  [service('outage_seconds')]: outage,
  [service('availability_commitment_ratio')]: `${commitment}x800`,
});

/** So many ports that are down, of so many. */
const ports = (down: string, count: number, of: number): Series =>
  Object.fromEntries(
    Array.from({ length: of }, (_, n) => [own('port_up', { port: `P${n}` }), n < count ? down : '1x5']),
  );

/** The loss of the latest round of paths. */
const rounds = (loss: Readonly<Record<string, number>>): Series =>
  Object.fromEntries(
    Object.entries(loss).map(([id, value]) => [
      series('pop_sla_loss_ratio', { ...at, path: id, window: 'round' }),
      `${value}x60`,
    ]),
  );

/** A service in a month of 30 days; promtool's time begins at 0. */
const step = (of: {
  readonly outage: string;
  readonly left: string;
  readonly dayOfMonth: number;
}): Series => ({
  [service('outage_seconds')]: of.outage,
  [service('next_step_seconds')]: of.left,
  [service('period_start_timestamp_seconds')]: `${-of.dayOfMonth * 86_400}x200`,
  [service('period_end_timestamp_seconds')]: `${(30 - of.dayOfMonth) * 86_400}x200`,
});

const info: Series = { [own('agent_info', { pop: 'A', role: 'agent' })]: '1x20' };

const missing = (rows: string, day: string): Series => ({
  [ofPath('pop_sla_month_rounds_missing', {})]: rows,
  [ofPath('pop_sla_coverage_ratio', { window: '24h' })]: day,
});

export const alertCases: readonly AlertCase[] = [
  {
    alert: 'PopSlaPortDown',
    severity: 'critical',
    labels: { port: 'B', pop: 'B' },
    fires: {
      at: '2m',
      on: {
        'pop_sla_port_up{instance="a",port="B"}': '0x5',
        'pop_sla_port_up{instance="b",port="B"}': '0x5',
        'pop_sla_port_up{instance="c",port="B"}': '1x5',
      },
    },
    quiet: [
      {
        // Approved maintenance covers it.
        at: '2m',
        on: {
          'pop_sla_port_up{instance="a",port="B"}': '0x5',
          'pop_sla_maintenance_active{instance="hub",pop="B",path=""}': '1x5',
        },
      },
      {
        // Half of them is no majority.
        at: '2m',
        on: {
          'pop_sla_port_up{instance="a",port="B"}': '0x5',
          'pop_sla_port_up{instance="b",port="B"}': '1x5',
        },
      },
    ],
  },
  {
    alert: 'PopSlaManyPortsDown',
    severity: 'critical',
    labels: {},
    fires: { at: '2m', on: ports('0x5', 5, 20) },
    quiet: [
      { at: '2m', on: ports('0x5', 4, 10) },
      { at: '2m', on: ports('0x5', 5, 60) },
    ],
  },
  {
    alert: 'PopSlaPopDown',
    severity: 'critical',
    labels: { pop: 'Z' },
    fires: { at: '5m', on: rounds({ 'A>Z': 1, 'B>Z': 1, 'C>Z': 0, 'A>B': 0, 'B>A': 0 }) },
    quiet: [
      { at: '5m', on: rounds({ 'A>Z': 1, 'B>Z': 0, 'A>B': 0, 'B>A': 0 }) },
      // Its port was down within a round: that is told, and the rounds show it until the next ones.
      {
        at: '35m',
        on: {
          ...rounds({ 'A>Z': 1, 'B>Z': 1, 'C>Z': 0 }),
          'pop_sla_port_up{instance="a",port="Z"}': '0x5 1x60',
        },
      },
    ],
  },
  {
    alert: 'PopSlaShortOutages',
    severity: 'warning',
    labels: { port: 'B', pop: 'B' },
    // The first step of a counter that began at 0.
    fires: { at: '20m', on: { [own('outages_ended_total', { port: 'B' })]: '0x10 1x60' } },
    quiet: [
      { at: '90m', on: { [own('outages_ended_total', { port: 'B' })]: '0x10 1x100' } },
      { at: '20m', on: { [own('outages_voided_total', { port: 'B' })]: '0x10 1x60' } },
      {
        at: '30m',
        on: {
          [own('outages_ended_total', { port: 'B' })]: '0x10 1x60',
          [own('port_up', { port: 'B' })]: '1x5 0x4 1x60',
        },
      },
    ],
  },
  {
    alert: 'PopSlaPathDown',
    severity: 'critical',
    labels: { path: 'A>Z', source: 'A', pop: 'Z' },
    fires: { at: '12m', on: rounds({ 'A>Z': 1, 'B>Z': 0, 'A>B': 0, 'A>C': 0 }) },
    quiet: [
      { at: '12m', on: rounds({ 'A>Z': 0.99, 'B>Z': 0 }) },
      { at: '5m', on: rounds({ 'A>Z': 1, 'B>Z': 0 }) },
      // All paths of a PoP are its own alert.
      { at: '12m', on: rounds({ 'A>Z': 1, 'B>Z': 1 }) },
    ],
  },
  {
    alert: 'PopSlaLatencySevere',
    severity: 'critical',
    labels: { ...path, source: 'A', pop: 'B' },
    fires: { at: '1m', on: { [band('latency', 'round', 'severe', '3')]: '1x5' } },
    quiet: [{ at: '1m', on: { [band('latency', 'round', 'degraded', '2')]: '1x5' } }],
  },
  {
    alert: 'PopSlaLatencyWorse',
    severity: 'warning',
    labels: { ...path, source: 'A', pop: 'B' },
    // From decline to degraded is worse all the same.
    fires: {
      at: '45m',
      on: {
        [band('latency', 'round', 'decline', '1')]: '1x29 _x60',
        [band('latency', 'round', 'degraded', '2')]: '_x29 1x60',
      },
    },
    quiet: [
      { at: '32m', on: { [band('latency', 'round', 'decline', '1')]: '1x30 _x60' } },
      { at: '50m', on: { [band('latency', 'round', 'normal', '0')]: '1x60' } },
      { at: '50m', on: { [band('latency', 'month', 'decline', '1')]: '1x60' } },
    ],
  },
  {
    alert: 'PopSlaLossWorse',
    severity: 'warning',
    labels: { ...path, source: 'A', pop: 'B' },
    fires: { at: '40m', on: { [band('loss', 'round', 'decline', '1')]: '1x60' } },
    quiet: [
      { at: '30m', on: { [band('loss', 'round', 'decline', '1')]: '1x60' } },
      { at: '50m', on: { [band('loss', 'round', 'normal', '0')]: '1x60' } },
    ],
  },
  {
    alert: 'PopSlaLossOverCommitment',
    severity: 'warning',
    labels: path,
    fires: {
      at: '400m',
      on: {
        [band('loss', 'month', 'decline', '1')]: '1x500',
        [band('loss', 'round', 'decline', '1')]: '1x500',
      },
    },
    quiet: [
      { at: '400m', on: { [band('loss', 'month', 'normal', '0')]: '1x500' } },
      // One bad hour was told when it was; the month's mean shows it for days.
      {
        at: '400m',
        on: {
          [band('loss', 'month', 'decline', '1')]: '1x500',
          [band('loss', 'round', 'decline', '1')]: '1x60 _x500',
        },
      },
    ],
  },
  {
    alert: 'PopSlaBudgetBurnFast',
    severity: 'critical',
    labels: { service: 's' },
    // Two minutes down in an hour, still down: 33 times 99.9 %.
    fires: { at: '63m', on: budget('0x60 60 120 180 240') },
    quiet: [
      // It was down, and is not any more.
      { at: '80m', on: budget('0x60 120x60') },
      // A class that may be down more.
      { at: '63m', on: budget('0x60 60 120 180 180', '0.9') },
      // A new month begins with nothing.
      { at: '63m', on: budget('5000x60 0x10') },
    ],
  },
  {
    alert: 'PopSlaBudgetBurnSlow',
    severity: 'warning',
    labels: { service: 's' },
    fires: { at: '420m', on: budget('0x300 0+2x200') },
    quiet: [
      { at: '420m', on: budget('0x300 0+0.2x200') },
      { at: '460m', on: budget('0x300 300x300') },
    ],
  },
  {
    alert: 'PopSlaNextCreditStepNear',
    severity: 'warning',
    labels: { service: 's' },
    // Four fifths of a month's 2,592 s used in an hour of its fifth day.
    fires: { at: '120m', on: step({ outage: '0x50 2100x200', left: '2592x50 492x200', dayOfMonth: 5 }) },
    quiet: [
      // The whole budget is less than an hour, and nothing is used.
      { at: '120m', on: step({ outage: '0x200', left: '2592x200', dayOfMonth: 5 }) },
      // The first outage of the month, half of the budget.
      { at: '120m', on: step({ outage: '0x50 1300x200', left: '2592x50 1292x200', dayOfMonth: 5 }) },
      // As much at the month's end is what a month allows.
      { at: '120m', on: step({ outage: '0x50 2100x200', left: '2592x50 492x200', dayOfMonth: 26 }) },
      // It was long ago, and nothing has happened since.
      { at: '120m', on: step({ outage: '2100x200', left: '492x200', dayOfMonth: 5 }) },
    ],
  },
  {
    alert: 'PopSlaMonthNotClosed',
    severity: 'warning',
    labels: { instance: at.instance },
    fires: { at: '12m', on: { [own('month_unsealed_seconds')]: '259201x20' } },
    quiet: [
      { at: '12m', on: { [own('month_unsealed_seconds')]: '259200x20' } },
      { at: '12m', on: { [own('month_unsealed_seconds')]: '0x20' } },
    ],
  },
  {
    alert: 'PopSlaReportOverdue',
    severity: 'warning',
    labels: { instance: at.instance },
    fires: { at: '3m', on: { [own('fault_reports_overdue')]: '2x5' } },
    quiet: [{ at: '3m', on: { [own('fault_reports_overdue')]: '0x5' } }],
  },
  {
    alert: 'PopSlaObserverIsolated',
    severity: 'critical',
    labels: { ...at, pop: 'A' },
    fires: { at: '4m', on: { [own('observer_isolated')]: '1x9', ...info } },
    quiet: [
      { at: '4m', on: { [own('observer_isolated')]: '0x9', ...info } },
      // Others see its port down: its PoP is dark.
      {
        at: '4m',
        on: { [own('observer_isolated')]: '1x9', ...info, 'pop_sla_port_up{instance="b",port="A"}': '0x9' },
      },
    ],
  },
  {
    alert: 'PopSlaRoundsMissing',
    severity: 'warning',
    labels: at,
    fires: {
      at: '110m',
      on: {
        [own('missed_slots_total', { reason: 'overrun' })]: '0x20 40x40 80x60',
        [own('rounds_total', { status: 'ok' })]: '0+1x40 40x90',
        [own('rounds_total', { status: 'aborted' })]: '0x130',
      },
    },
    quiet: [
      {
        // One slot of four.
        at: '110m',
        on: {
          [own('missed_slots_total', { reason: 'stopped' })]: '0x20 40x100',
          [own('rounds_total', { status: 'ok' })]: '0+1x140',
          [own('rounds_total', { status: 'unscheduled' })]: '0+1x140',
        },
      },
      {
        at: '110m',
        on: {
          [own('missed_slots_total', { reason: 'overrun' })]: '0x20 40x40 80x60',
          [own('rounds_total', { status: 'ok' })]: '0+1x40 40x90',
          [own('observer_isolated')]: '0x40 1x20 0x80',
        },
      },
    ],
  },
  {
    alert: 'PopSlaCoverageLow',
    severity: 'warning',
    labels: { pop: 'A' },
    fires: { at: '15m', on: missing('15x20', '0.98x20') },
    quiet: [
      { at: '15m', on: missing('14x20', '0.98x20') },
      // Nothing of the last day is missing: it is over.
      { at: '15m', on: missing('300x20', '1x20') },
      // An installation in mid-month: the month's coverage is low, nothing was missed.
      {
        at: '15m',
        on: {
          ...missing('0x20', '0.1x20'),
          [ofPath('pop_sla_coverage_ratio', { window: 'month' })]: '0.01x20',
        },
      },
    ],
  },
  {
    alert: 'PopSlaDaemonDown',
    severity: 'critical',
    labels: at,
    fires: { at: '3m', on: { [series('up', at)]: '0x5' } },
    quiet: [
      { at: '3m', on: { [series('up', at)]: '1x5' } },
      { at: '3m', on: { 'up{job="another",instance="x"}': '0x5' } },
    ],
  },
  {
    alert: 'PopSlaClockOff',
    severity: 'warning',
    labels: at,
    fires: { at: '12m', on: { [own('daemon_clock_offset_seconds')]: '-0.6x20' } },
    quiet: [
      {
        at: '12m',
        on: { [own('daemon_clock_offset_seconds')]: '0.4x20', [own('daemon_clock_synchronised')]: '1x20' },
      },
    ],
  },
  {
    alert: 'PopSlaClockStepped',
    severity: 'warning',
    labels: at,
    fires: { at: '1m', on: { [own('daemon_clock_deviation_seconds')]: '-86400x20' } },
    quiet: [{ at: '1m', on: { [own('daemon_clock_deviation_seconds')]: '0x20' } }],
  },
  {
    alert: 'PopSlaDiskFilling',
    severity: 'warning',
    labels: at,
    fires: {
      at: '40m',
      on: { [own('daemon_disk_free_bytes')]: '9x60', [own('daemon_disk_size_bytes')]: '100x60' },
    },
    quiet: [
      {
        // The first minutes after a start, in which a backup is written.
        at: '100m',
        on: { [own('daemon_disk_free_bytes')]: '50-0.2x120', [own('daemon_disk_size_bytes')]: '100x120' },
      },
      {
        at: '400m',
        on: { [own('daemon_disk_free_bytes')]: '50x500', [own('daemon_disk_size_bytes')]: '100x500' },
      },
    ],
  },
  {
    alert: 'PopSlaStoreNotWritable',
    severity: 'critical',
    labels: at,
    fires: { at: '2m', on: { [own('daemon_store_writable')]: '0x5' } },
    quiet: [{ at: '2m', on: { [own('daemon_store_writable')]: '1x5' } }],
  },
  {
    alert: 'PopSlaDaemonBusy',
    severity: 'warning',
    labels: at,
    fires: { at: '15m', on: { [own('daemon_nodejs_eventloop_lag_max_seconds')]: '0.8x20' } },
    quiet: [
      { at: '15m', on: { [own('daemon_nodejs_eventloop_lag_max_seconds')]: '0.3x20' } },
      { at: '15m', on: { [own('daemon_nodejs_eventloop_lag_max_seconds')]: '0.8x4 0.1x15' } },
    ],
  },
  {
    alert: 'PopSlaConfigRefused',
    severity: 'warning',
    labels: at,
    fires: { at: '2m', on: { [own('daemon_config_last_reload_successful')]: '0x5' } },
    quiet: [{ at: '2m', on: { [own('daemon_config_last_reload_successful')]: '1x5' } }],
  },
  {
    alert: 'PopSlaStandingStale',
    severity: 'warning',
    labels: at,
    // promtool's time begins at 0.
    fires: { at: '25m', on: { [own('daemon_standing_timestamp_seconds')]: '0x60' } },
    quiet: [{ at: '25m', on: { [own('daemon_standing_timestamp_seconds')]: '0+60x60' } }],
  },
  {
    alert: 'PopSlaAgentSilent',
    severity: 'critical',
    labels: { agent: 'B', pop: 'B' },
    fires: { at: '8m', on: { [ofAgent('state', { state: 'silent' })]: '1x20' } },
    quiet: [
      { at: '4m', on: { [ofAgent('state', { state: 'silent' })]: '1x20' } },
      { at: '8m', on: { [ofAgent('state', { state: 'clock-suspect' })]: '1x20' } },
    ],
  },
  {
    alert: 'PopSlaAgentNeverSeen',
    severity: 'warning',
    labels: { agent: 'B' },
    fires: { at: '70m', on: { [ofAgent('state', { state: 'never-seen' })]: '1x90' } },
    quiet: [{ at: '50m', on: { [ofAgent('state', { state: 'never-seen' })]: '1x90' } }],
  },
  {
    alert: 'PopSlaAgentBacklog',
    severity: 'warning',
    labels: { ...at, agent: 'B' },
    fires: {
      at: '120m',
      on: {
        [ofAgent('backlog_oldest_timestamp_seconds')]: '60x200',
        [ofAgent('backlog_rows')]: '0+10x200',
      },
    },
    quiet: [
      {
        // It drains.
        at: '120m',
        on: {
          [ofAgent('backlog_oldest_timestamp_seconds')]: '60x200',
          [ofAgent('backlog_rows')]: '9000-10x200',
        },
      },
      {
        // What grows is new.
        at: '120m',
        on: {
          [ofAgent('backlog_oldest_timestamp_seconds')]: '0+60x200',
          [ofAgent('backlog_rows')]: '0+10x200',
        },
      },
    ],
  },
  {
    alert: 'PopSlaAgentClockSuspect',
    severity: 'warning',
    labels: { ...at, agent: 'B' },
    fires: { at: '5m', on: { [ofAgent('clock_suspect')]: '1x20' } },
    quiet: [{ at: '5m', on: { [ofAgent('clock_suspect')]: '0x20' } }],
  },
  {
    alert: 'PopSlaAgentConfigRefused',
    severity: 'warning',
    labels: { ...at, agent: 'B' },
    fires: { at: '5m', on: { [ofAgent('config_refused')]: '1x20' } },
    quiet: [{ at: '5m', on: { [ofAgent('config_refused')]: '0x20' } }],
  },
  {
    alert: 'PopSlaMeshDeadLetters',
    severity: 'warning',
    labels: at,
    fires: { at: '8m', on: { [own('mesh_dead_letters')]: '3x20' } },
    quiet: [{ at: '8m', on: { [own('mesh_dead_letters')]: '0x20' } }],
  },
];

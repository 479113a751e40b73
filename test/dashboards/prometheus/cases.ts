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

export const alertCases: readonly AlertCase[] = [
  {
    alert: 'PopSlaPathDown',
    severity: 'critical',
    labels: { ...at, ...path, window: 'round' },
    fires: { at: '2m', on: { [ofPath('pop_sla_loss_ratio', { window: 'round' })]: '1x5' } },
    quiet: [
      { at: '2m', on: { [ofPath('pop_sla_loss_ratio', { window: 'round' })]: '0.99x5' } },
      { at: '2m', on: { [ofPath('pop_sla_loss_ratio', { window: 'month' })]: '1x5' } },
    ],
  },
  {
    alert: 'PopSlaPortDown',
    severity: 'critical',
    labels: { port: 'B' },
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
    alert: 'PopSlaLatencyWorse',
    severity: 'warning',
    labels: path,
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
    labels: path,
    fires: { at: '40m', on: { [band('loss', 'round', 'decline', '1')]: '1x60' } },
    quiet: [
      { at: '30m', on: { [band('loss', 'round', 'decline', '1')]: '1x60' } },
      { at: '50m', on: { [band('loss', 'round', 'normal', '0')]: '1x60' } },
    ],
  },
  {
    alert: 'PopSlaLatencySevere',
    severity: 'critical',
    labels: path,
    fires: { at: '1m', on: { [band('latency', 'round', 'severe', '3')]: '1x5' } },
    quiet: [{ at: '1m', on: { [band('latency', 'round', 'degraded', '2')]: '1x5' } }],
  },
  {
    alert: 'PopSlaLossOverCommitment',
    severity: 'warning',
    labels: path,
    fires: { at: '6m', on: { [band('loss', 'month', 'decline', '1')]: '1x10' } },
    quiet: [{ at: '6m', on: { [band('loss', 'month', 'normal', '0')]: '1x10' } }],
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
    fires: {
      at: '3m',
      on: { [service('next_step_seconds')]: '3599x5', [service('outage_seconds')]: '100x5' },
    },
    quiet: [
      { at: '3m', on: { [service('next_step_seconds')]: '3600x5', [service('outage_seconds')]: '100x5' } },
      // A class whose whole budget is less than an hour, and that has used nothing of it.
      { at: '3m', on: { [service('next_step_seconds')]: '2592x5', [service('outage_seconds')]: '0x5' } },
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
    labels: at,
    fires: { at: '2m', on: { [own('observer_isolated')]: '1x5' } },
    quiet: [{ at: '2m', on: { [own('observer_isolated')]: '0x5' } }],
  },
  {
    alert: 'PopSlaRoundsMissing',
    severity: 'warning',
    labels: { instance: at.instance },
    fires: {
      at: '40m',
      on: {
        [own('missed_slots_total', { reason: 'overrun' })]: '0x20 2x60',
        [own('rounds_total', { status: 'ok' })]: '0+1x80',
        [own('rounds_total', { status: 'aborted' })]: '0x80',
      },
    },
    quiet: [
      {
        at: '40m',
        on: {
          [own('missed_slots_total', { reason: 'overrun' })]: '7x60',
          [own('rounds_total', { status: 'ok' })]: '0+1x80',
          [own('rounds_total', { status: 'unscheduled' })]: '0+1x80',
          [own('rounds_total', { status: 'aborted' })]: '3x80',
        },
      },
    ],
  },
  {
    alert: 'PopSlaCoverageLow',
    severity: 'warning',
    labels: { ...at, ...path, window: 'month' },
    fires: { at: '12m', on: { [ofPath('pop_sla_coverage_ratio', { window: 'month' })]: '0.989x20' } },
    quiet: [
      { at: '12m', on: { [ofPath('pop_sla_coverage_ratio', { window: 'month' })]: '0.99x20' } },
      { at: '12m', on: { [ofPath('pop_sla_coverage_ratio', { window: '24h' })]: '0.5x20' } },
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
      at: '20m',
      on: { [own('daemon_disk_free_bytes')]: '9x30', [own('daemon_disk_size_bytes')]: '100x30' },
    },
    quiet: [
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
    labels: { ...at, agent: 'B', state: 'silent' },
    fires: { at: '8m', on: { [ofAgent('state', { state: 'silent' })]: '1x20' } },
    quiet: [
      { at: '4m', on: { [ofAgent('state', { state: 'silent' })]: '1x20' } },
      { at: '8m', on: { [ofAgent('state', { state: 'clock-suspect' })]: '1x20' } },
    ],
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

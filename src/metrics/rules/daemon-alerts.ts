import type { AlertExpressions } from './expressions.js';
import { type AlertRule, lines, type RuleGroup } from './rule.js';

/** Alerts of the daemons, their machines and the mesh that joins them. */
export function daemonAlertGroups({
  unlessPop,
  info,
  withPop,
  isDown,
}: AlertExpressions): readonly RuleGroup<AlertRule>[] {
  return [
    {
      name: 'pop-sla-daemon',
      interval: '30s',
      rules: [
        {
          alert: 'PopSlaDaemonDown',
          expr: `${withPop(isDown)}\n  ${unlessPop('10m')}`,
          for: '2m',
          severity: 'critical',
          cause: 'daemon',
          summary: 'pop-sla at {{ $labels.instance }} does not answer',
          description:
            'Prometheus can not scrape {{ $labels.instance }}, while the port of its PoP is not seen down: nothing is known of what it measures.',
        },
        {
          alert: 'PopSlaClockOff',
          expr: 'pop_sla_daemon_clock_synchronised == 0 or abs(pop_sla_daemon_clock_offset_seconds) > 0.5',
          for: '10m',
          severity: 'warning',
          cause: 'daemon',
          summary: 'The clock of {{ $labels.instance }} is off',
          description:
            'No time service keeps the clock of {{ $labels.instance }}, or it is off by more than half a second: rounds are due at the wrong time.',
        },
        {
          alert: 'PopSlaClockStepped',
          expr: 'abs(pop_sla_daemon_clock_deviation_seconds) > 1',
          severity: 'warning',
          cause: 'daemon',
          summary: 'The clock of {{ $labels.instance }} was set by {{ $value | humanizeDuration }}',
          description:
            'The wall clock of {{ $labels.instance }} is not where its monotonic clock has it: rounds go by the names that it gives them now.',
        },
        {
          alert: 'PopSlaDiskFilling',
          // A trend counts when it is as old as its window: what minutes say of days is noise.
          expr: lines(`
    pop_sla_daemon_disk_free_bytes / pop_sla_daemon_disk_size_bytes < 0.1
      or predict_linear(pop_sla_daemon_disk_free_bytes[1d], 4 * 86400) < 0 and pop_sla_daemon_disk_free_bytes offset 1d
      or predict_linear(pop_sla_daemon_disk_free_bytes[3h], 6 * 3600) < 0 and pop_sla_daemon_disk_free_bytes offset 3h`),
          for: '30m',
          severity: 'warning',
          cause: 'daemon',
          summary: 'The disk of {{ $labels.instance }} fills up',
          description:
            'Less than a tenth of the disk is free, or it is full within four days at the rate of the last day, or within six hours at that of the last three.',
        },
        {
          alert: 'PopSlaStoreNotWritable',
          expr: 'pop_sla_daemon_store_writable == 0',
          for: '1m',
          severity: 'critical',
          cause: 'daemon',
          summary: 'The store of {{ $labels.instance }} takes nothing',
          description: 'Rounds of {{ $labels.instance }} wait in memory, and are lost when it ends.',
        },
        {
          alert: 'PopSlaDaemonBusy',
          expr: 'pop_sla_daemon_nodejs_eventloop_lag_max_seconds > 0.5',
          for: '10m',
          severity: 'warning',
          cause: 'daemon',
          summary: '{{ $labels.instance }} is held up for {{ $value | humanizeDuration }} at a time',
          description:
            'In every minute something keeps {{ $labels.instance }} from all other work for more than half a second: it answers late, and its watch of ports pauses meanwhile.',
        },
        {
          alert: 'PopSlaConfigRefused',
          expr: 'pop_sla_daemon_config_last_reload_successful == 0',
          for: '1m',
          severity: 'warning',
          cause: 'daemon',
          summary: '{{ $labels.instance }} refused its configuration',
          description:
            'The latest configuration of {{ $labels.instance }} was refused; the one before is in force.',
        },
        {
          alert: 'PopSlaStandingStale',
          expr: 'time() - pop_sla_daemon_standing_timestamp_seconds > 900',
          for: '5m',
          severity: 'warning',
          cause: 'daemon',
          summary: '{{ $labels.instance }} does not judge the month',
          description: 'Budgets and bands of the month at {{ $labels.instance }} are older than 15 minutes.',
        },
      ],
    },
    {
      name: 'pop-sla-mesh',
      interval: '1m',
      rules: [
        {
          alert: 'PopSlaAgentSilent',
          expr: lines(`
    label_replace(max by (agent) (pop_sla_mesh_agent_state{state="silent"}), "pop", "$1", "agent", "(.+)") == 1
      unless on (pop) ((${isDown}) * on (job, instance) group_left (pop) ${info})
      unless on (pop) (pop_sla_observer_isolated * on (job, instance) group_left (pop) ${info} == 1)
      ${unlessPop('10m')}`),
          for: '5m',
          severity: 'critical',
          cause: 'mesh',
          summary: 'Agent {{ $labels.agent }} is silent',
          description: 'The hub has heard nothing of agent {{ $labels.agent }} for five minutes.',
        },
        {
          alert: 'PopSlaAgentNeverSeen',
          expr: 'max by (agent) (pop_sla_mesh_agent_state{state="never-seen"}) == 1',
          for: '1h',
          severity: 'warning',
          cause: 'mesh',
          summary: 'Agent {{ $labels.agent }} was never seen',
          description:
            'The mesh has an agent {{ $labels.agent }}, and the hub has not heard of it for an hour.',
        },
        {
          alert: 'PopSlaAgentBacklog',
          expr: lines(`
    time() - pop_sla_mesh_agent_backlog_oldest_timestamp_seconds > 3600
      and on (instance, agent) delta(pop_sla_mesh_agent_backlog_rows[30m]) > 0`),
          for: '10m',
          severity: 'warning',
          cause: 'mesh',
          summary: 'The backlog of agent {{ $labels.agent }} grows',
          description:
            'Rows of agent {{ $labels.agent }} wait for {{ $value | humanizeDuration }}, and they become more.',
        },
        {
          alert: 'PopSlaAgentClockSuspect',
          expr: 'pop_sla_mesh_agent_clock_suspect == 1',
          for: '2m',
          severity: 'warning',
          cause: 'mesh',
          summary: 'The clock of agent {{ $labels.agent }} is off',
          description:
            'The clock of agent {{ $labels.agent }} is off by more than mesh.clockLimit against the hub.',
        },
        {
          alert: 'PopSlaAgentConfigRefused',
          expr: 'pop_sla_mesh_agent_config_refused == 1',
          for: '1m',
          severity: 'warning',
          cause: 'mesh',
          summary: 'Agent {{ $labels.agent }} refuses the configuration',
          description:
            'Agent {{ $labels.agent }} does not take the mesh that the hub has published, and runs on the one before.',
        },
        {
          alert: 'PopSlaMeshDeadLetters',
          expr: 'pop_sla_mesh_dead_letters > 0',
          for: '5m',
          severity: 'warning',
          cause: 'mesh',
          summary: 'Messages of agents could not be taken',
          description: '{{ $value }} messages of agents lie in the dead-letter stream.',
        },
      ],
    },
  ];
}

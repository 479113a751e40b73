import { allRounds, type AlertRule, lines, promDuration, type RuleGroup, type RuleSettings, twoRounds } from './rule.js';

/**
 * The alerts. Each has to answer three questions, and its runbook says how: what does the person do now, does it come
 * in time, does it go away by itself. What another alert explains is left out by the expression itself (`unless`), so
 * that one cause is one notification whatever Alertmanager is set to.
 */
export function alertGroups(settings: RuleSettings): readonly RuleGroup<AlertRule>[] {
  const { job, everyMs, spreadMs, roundMs } = settings;
  const two = twoRounds(settings);
  const all = allRounds(settings);
  /** A round that met a port's outage is the latest one for so long. */
  const spoiled = promDuration(everyMs + spreadMs + 2 * roundMs + 60_000);
  const fourRounds = promDuration(4 * everyMs);
  const twelfthOfDay = Math.max(1, Math.floor(86_400_000 / everyMs / 4));
  const hundredthOfMonth = Math.max(1, Math.floor((30 * 86_400_000) / everyMs / 100));

  const portDown = (window: string): string => `(max_over_time(pop:pop_sla_port_down:ratio[${window}]) > 0.5)`;
  const maintained = (window: string): string => `max_over_time(pop:pop_sla_maintenance:active[${window}])`;
  const atSource = (expr: string): string => `label_replace(${expr}, "source", "$1", "pop", "(.+)")`;
  /** Left out: what an outage of the PoP's port or maintenance there explains. */
  const unlessPop = (window: string): string =>
    `unless on (pop) ${portDown(window)}\n  unless on (pop) ${maintained(window)}`;
  /** Left out of paths: what either end explains, or maintenance of the path itself. */
  const unlessEnds = [
    unlessPop(spoiled),
    `  unless on (source) ${atSource(portDown(spoiled))}`,
    `  unless on (source) ${atSource(maintained(spoiled))}`,
    `  unless on (pop) (pop:pop_sla_lost_to:ratio > 0.5)`,
    `  unless on (source) ${atSource('(pop:pop_sla_lost_from:ratio > 0.5)')}`,
    `  unless on (path) max_over_time(pop_sla_maintenance_active{path!=""}[${spoiled}])`,
  ].join('\n');
  const info = 'instance:pop_sla_agent:info';
  /** A daemon's series with the PoP that it stands in as a label, where that is known. */
  const withPop = (expr: string): string =>
    `(\n  (${expr}) * on (job, instance) group_left (pop) ${info}\n  or (${expr}) unless on (job, instance) ${info}\n)`;
  const isDown = `up{job="${job}"} == 0`;
  const ends = (expr: string): string =>
    `label_replace(label_replace(${expr}, "source", "$1", "path", "(.+)>.+"), "pop", "$1", "path", ".+>(.+)")`;
  const band = (metric: 'latency' | 'loss', which: string): string =>
    ends(`max by (path) (pop_sla_${metric}_band{window="round",${which}})`);

  return [
    {
      name: 'pop-sla-network',
      interval: '15s',
      rules: [
        {
          alert: 'PopSlaPortDown',
          // From the series themselves: a recorded one would come an evaluation later.
          expr: lines(`
    label_replace(1 - avg by (port) (pop_sla_port_up), "pop", "$1", "port", "(.+)") > 0.5
      unless on (pop) ${maintained('5m')}`),
          keep_firing_for: '5m',
          severity: 'critical',
          cause: 'reach',
          summary: 'Port {{ $labels.port }} is down',
          description:
            '{{ $value | humanizePercentage }} of the observers that see port {{ $labels.port }} say that it is down.' +
            `{{ with printf "max(${info}{pop='%s'} * on (job, instance) group_left () up)" $labels.pop | query }}` +
            '{{ if eq (. | first | value) 0.0 }} The daemon there does not answer either: the whole PoP is dark.{{ end }}{{ end }}',
        },
        {
          alert: 'PopSlaManyPortsDown',
          expr: lines(`
    count(1 - avg by (port) (pop_sla_port_up) > 0.5) > 4
      and count(1 - avg by (port) (pop_sla_port_up) > 0.5) >= 0.1 * count(count by (port) (pop_sla_port_up))`),
          keep_firing_for: '5m',
          severity: 'critical',
          cause: 'reach',
          summary: '{{ $value }} ports are down at once',
          description:
            'Most observers of {{ $value }} ports say that they are down: a part of the backbone is cut off. The alerts of each port are inhibited meanwhile.',
        },
        {
          alert: 'PopSlaPopDown',
          expr: `(pop:pop_sla_lost_to:ratio > 0.5 or pop:pop_sla_lost_from:ratio > 0.5)\n  ${unlessPop(spoiled)}`,
          for: '2m',
          severity: 'critical',
          cause: 'reach',
          summary: 'Most paths of {{ $labels.pop }} answer nothing',
          description:
            'The latest rounds on {{ $value | humanizePercentage }} of the paths to or from {{ $labels.pop }} lost every packet, and no observer sees an outage of its port.',
        },
        {
          alert: 'PopSlaShortOutages',
          expr: lines(`
    label_replace(quantile by (port) (0.5, increase(pop_sla_outages_ended_total[1h])), "pop", "$1", "port", "(.+)") > 0.5
      ${unlessPop('1h').replaceAll('\n', '\n    ')}`),
          severity: 'warning',
          cause: 'reach',
          summary: '{{ $value | printf "%.0f" }} short outages on {{ $labels.port }} in the last hour',
          description:
            '{{ $value | printf "%.0f" }} outages of port {{ $labels.port }} have ended within the last hour' +
            `{{ with printf "quantile(0.5, increase(pop_sla_outages_ended_seconds_total{port='%s'}[1h]))" $labels.port | query }}` +
            ', of {{ . | first | value | humanizeDuration }} together{{ end }}. None lasted long enough for an alert of its own; all of them count.',
        },
        {
          alert: 'PopSlaPathDown',
          expr: `path:pop_sla_round_loss:ratio == 1\n  ${unlessEnds}`,
          for: all,
          severity: 'critical',
          cause: 'path',
          summary: '{{ $labels.path }} answers nothing',
          description:
            'Every packet of the latest round on {{ $labels.path }} was lost, while other paths of both PoPs answer.',
        },
        {
          alert: 'PopSlaLatencySevere',
          expr: `${band('latency', 'band="severe"')}\n  ${unlessEnds}`,
          severity: 'critical',
          cause: 'path',
          summary: '{{ $labels.path }} is severely slow',
          description: 'The latest round on {{ $labels.path }} is in the severe latency band.',
        },
        {
          alert: 'PopSlaLatencyWorse',
          expr: `${band('latency', 'level!="0"')}\n  unless on (path) pop_sla_latency_band{window="round",band="severe"}\n  ${unlessEnds}`,
          for: two,
          severity: 'warning',
          cause: 'path',
          summary: '{{ $labels.path }} is slower than its band allows, for 2 rounds',
          description:
            'Two rounds in a row on {{ $labels.path }} were in a latency band worse than the best.',
        },
        {
          alert: 'PopSlaLossWorse',
          expr: `${band('loss', 'level!="0"')}\n  unless on (path) (path:pop_sla_round_loss:ratio == 1)\n  ${unlessEnds}`,
          for: two,
          severity: 'warning',
          cause: 'path',
          summary: '{{ $labels.path }} loses more than its band allows, for 2 rounds',
          description: 'Two rounds in a row on {{ $labels.path }} were in a loss band worse than the best.',
        },
        {
          alert: 'PopSlaLossOverCommitment',
          expr: lines(`
    max by (path) (pop_sla_loss_band{window="month",level!="0"})
      and on (path) max by (path) (count_over_time(pop_sla_loss_band{window="round",level!="0"}[1d:${promDuration(everyMs)}])) >= ${twelfthOfDay}`),
          for: all,
          severity: 'warning',
          cause: 'path',
          summary: '{{ $labels.path }} loses more than is promised, month to date',
          description:
            'The mean loss of the month to date on {{ $labels.path }} is over the commitment of its plan, and so was a quarter of the rounds of the last day.',
        },
      ],
    },
    {
      name: 'pop-sla-contracts',
      interval: '1m',
      rules: [
        {
          alert: 'PopSlaBudgetBurnFast',
          expr: lines(`
    service:pop_sla_budget_burn:rate1h > 14.4 and on (service) service:pop_sla_budget_burn:rate5m > 14.4
      unless on (service) (max_over_time(service:pop_sla_line_port_down:ratio[15m]) > 0.5)`),
          for: '1m',
          severity: 'critical',
          cause: 'service',
          summary: 'Service {{ $labels.service }} burns its outage budget fast',
          description:
            'Outage of {{ $labels.service }} grows {{ $value | humanize }} times faster than its commitment allows over a month, and no alert of a port tells of it.',
        },
        {
          alert: 'PopSlaBudgetBurnSlow',
          expr: lines(`
    service:pop_sla_budget_burn:rate6h > 6 and on (service) service:pop_sla_budget_burn:rate30m > 6
      unless on (service) (max_over_time(service:pop_sla_line_port_down:ratio[45m]) > 0.5)`),
          for: '5m',
          severity: 'warning',
          cause: 'service',
          summary: 'Service {{ $labels.service }} burns its outage budget',
          description:
            'Outage of {{ $labels.service }} grew {{ $value | humanize }} times faster than its commitment allows, for hours.',
        },
        {
          alert: 'PopSlaNextCreditStepNear',
          // Near, ahead of the month, and reached before its end at the rate of the last three days.
          expr: lines(`
    service:pop_sla_step_used:ratio > 0.75
      and on (service) service:pop_sla_step_used:ratio > service:pop_sla_period_passed:ratio
      and on (service) (
        max by (service) (pop_sla_service_outage_seconds - min_over_time(pop_sla_service_outage_seconds[3d])) / 259200
          * (max by (service) (pop_sla_service_period_end_timestamp_seconds) - time())
          > max by (service) (pop_sla_service_next_step_seconds)
      )
      unless on (service) (max_over_time(service:pop_sla_line_port_down:ratio[15m]) > 0.5)`),
          for: '5m',
          severity: 'warning',
          cause: 'service',
          summary: 'Service {{ $labels.service }} is near its next credit step',
          description:
            '{{ $labels.service }} has used {{ $value | humanizePercentage }} of the outage that fits before the next credit step, and reaches it in this month at the rate of the last three days.',
        },
        {
          alert: 'PopSlaMonthNotClosed',
          expr: 'max by (instance) (pop_sla_month_unsealed_seconds) > 3 * 86400',
          for: '10m',
          severity: 'warning',
          cause: 'people',
          summary: 'A month that is over is not sealed',
          description: 'The oldest month without sealed statements ended {{ $value | humanizeDuration }} ago.',
        },
        {
          alert: 'PopSlaReportOverdue',
          expr: 'max by (instance) (pop_sla_fault_reports_overdue) > 0',
          for: '1m',
          severity: 'warning',
          cause: 'people',
          summary: '{{ $value }} fault reports are overdue',
          description: '{{ $value }} fault reports are past what was promised for them.',
        },
      ],
    },
    {
      name: 'pop-sla-observer',
      interval: '1m',
      rules: [
        {
          alert: 'PopSlaObserverIsolated',
          expr: `${withPop('pop_sla_observer_isolated == 1')}\n  ${unlessPop('5m')}`,
          for: '2m',
          severity: 'critical',
          cause: 'observer',
          summary: 'Observer {{ $labels.instance }} is cut off',
          description:
            'All reference targets of {{ $labels.instance }} are silent at once, while others reach its PoP: it observes no port, and its rounds do not count.',
        },
        {
          alert: 'PopSlaRoundsMissing',
          expr: lines(`
    ${withPop(
      lines(`
    (
      sum by (job, instance) (increase(pop_sla_missed_slots_total[${fourRounds}]))
        + sum by (job, instance) (increase(pop_sla_rounds_total{status!~"ok|unscheduled"}[${fourRounds}]))
    ) / (
      sum by (job, instance) (increase(pop_sla_missed_slots_total[${fourRounds}]))
        + sum by (job, instance) (increase(pop_sla_rounds_total{status!="unscheduled"}[${fourRounds}]))
    ) > 0.4`),
    )}
      unless on (job, instance) (max_over_time(pop_sla_observer_isolated[${fourRounds}]) == 1)
      unless on (job, instance) (min_over_time(up{job="${job}"}[${fourRounds}]) == 0)
      ${unlessPop(fourRounds)}`),
          for: '5m',
          severity: 'warning',
          cause: 'observer',
          summary: 'Rounds are missing at {{ $labels.instance }}',
          description:
            '{{ $value | humanizePercentage }} of the rounds of the last hours at {{ $labels.instance }} are missing for the month.',
        },
        {
          alert: 'PopSlaCoverageLow',
          expr: lines(`
    count by (pop) (
      label_replace(
        max by (path) (pop_sla_month_rounds_missing) > ${hundredthOfMonth}
          and on (path) max by (path) (pop_sla_coverage_ratio{window="24h"}) < 0.99,
        "pop", "$1", "path", "(.+)>.+"
      )
    )
      unless on (pop) (max by (pop) (avg_over_time(up{job="${job}"}[1d]) * on (job, instance) group_left (pop) ${info}) < 0.99)
      ${unlessPop('1d')}`),
          for: '10m',
          severity: 'warning',
          cause: 'observer',
          summary: 'Observer {{ $labels.pop }} misses rounds on {{ $value }} paths',
          description:
            'More than 1 % of a whole month of rounds is missing on {{ $value }} paths from {{ $labels.pop }}, and rounds of the last day among them.',
        },
      ],
    },
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
          description: 'The mesh has an agent {{ $labels.agent }}, and the hub has not heard of it for an hour.',
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

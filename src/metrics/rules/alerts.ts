import { daemonAlertGroups } from './daemon-alerts.js';
import { alertExpressions } from './expressions.js';
import { type AlertRule, lines, promDuration, type RuleGroup, type RuleSettings } from './rule.js';

/**
 * The alerts. Each has to answer three questions, and its runbook says how: what does the person do now, does it come
 * in time, does it go away by itself. What another alert explains is left out by the expression itself (`unless`), so
 * that one cause is one notification whatever Alertmanager is set to.
 */
export function alertGroups(settings: RuleSettings): readonly RuleGroup<AlertRule>[] {
  const expressions = alertExpressions(settings);
  const {
    job,
    two,
    all,
    spoiled,
    fourRounds,
    quarterOfDay,
    hundredthOfMonth,
    unlessPop,
    unlessEnds,
    info,
    withPop,
    band,
  } = expressions;

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
      unless on (pop) max_over_time(pop_sla_maintenance_active{pop!=""}[5m])`),
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
      ${unlessPop('1h')}`),
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
      and on (path) max by (path) (count_over_time(pop_sla_loss_band{window="round",level!="0"}[1d:${promDuration(settings.everyMs)}])) >= ${quarterOfDay}`),
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
          description:
            'The oldest month without sealed statements ended {{ $value | humanizeDuration }} ago.',
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
    ...daemonAlertGroups(expressions),
  ];
}

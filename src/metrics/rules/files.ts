import { Document } from 'yaml';
import { alertGroups } from './alerts.js';
import {
  type AlertRule,
  lines,
  promDuration,
  type RecordingRule,
  type RuleGroup,
  type RuleSettings,
  withEnds,
} from './rule.js';

/** A recorded window of the budget's burn: over the least of the window, so that a month's start or an excuse burns nothing. */
const burn = (window: string, seconds: number): RecordingRule => ({
  record: `service:pop_sla_budget_burn:rate${window}`,
  expr: lines(`
    max by (service) (pop_sla_service_outage_seconds - min_over_time(pop_sla_service_outage_seconds[${window}]))
      / ${seconds} / (1 - max by (service) (pop_sla_service_availability_commitment_ratio) > 0)`),
});

/** What dashboards and alerts ask for again and again. Names are level:metric:operation. */
const recordingGroups: readonly RuleGroup<RecordingRule>[] = [
  {
    name: 'pop-sla-reach',
    interval: '15s',
    rules: [
      // The share of the observers that see a port and say that it is down.
      { record: 'port:pop_sla_down:ratio', expr: '1 - avg by (port) (pop_sla_port_up)' },
      {
        record: 'pop:pop_sla_port_down:ratio',
        expr: 'label_replace(port:pop_sla_down:ratio, "pop", "$1", "port", "(.+)")',
      },
      {
        record: 'pop:pop_sla_maintenance:active',
        expr: 'max by (pop) (pop_sla_maintenance_active{pop!=""})',
      },
      // Which PoP a daemon stands in, for a day after it was seen last.
      {
        record: 'instance:pop_sla_agent:info',
        expr: 'topk by (job, instance) (1, max by (job, instance, pop) (last_over_time(pop_sla_agent_info[1d])))',
      },
      {
        record: 'service:pop_sla_line_port_down:ratio',
        expr: lines(`
    max by (service) (
      max by (service, pop) (label_replace(pop_sla_line_availability_ratio, "pop", "$1", "port", "(.+)")) * 0
        + on (pop) group_left () max by (pop) (pop:pop_sla_port_down:ratio)
    )`),
      },
    ],
  },
  {
    name: 'pop-sla-paths',
    interval: '1m',
    rules: [
      {
        record: 'path:pop_sla_latency_seconds:avg30d',
        expr: 'avg_over_time(pop_sla_latency_seconds{window="round"}[30d])',
      },
      {
        record: 'path:pop_sla_loss_ratio:avg30d',
        expr: 'avg_over_time(pop_sla_loss_ratio{window="round"}[30d])',
      },
      // The latest round's loss with the ends of the path as labels.
      {
        record: 'path:pop_sla_round_loss:ratio',
        expr: withEnds('max by (path) (pop_sla_loss_ratio{window="round"})'),
      },
      // The share of a PoP's paths whose latest round lost everything: of three or more from it …
      {
        record: 'pop:pop_sla_lost_from:ratio',
        expr: lines(`
    label_replace(
      avg by (source) (path:pop_sla_round_loss:ratio == bool 1) and on (source) count by (source) (path:pop_sla_round_loss:ratio) > 2,
      "pop", "$1", "source", "(.+)"
    )`),
      },
      // … and of those that lead to it; a source that loses most of its paths says nothing of where they lead.
      {
        record: 'pop:pop_sla_lost_to:ratio',
        expr: lines(`
    avg by (pop) (
      (path:pop_sla_round_loss:ratio == bool 1) unless on (source) (pop:pop_sla_lost_from:ratio > 0.5)
    )`),
      },
      // 0 is the best band of the plan; the worse of latency and loss counts.
      {
        record: 'path:pop_sla_band:level',
        expr: lines(`
    max by (path, window) (
        0 * pop_sla_latency_band{level="0"}
      or 0 * pop_sla_loss_band{level="0"}
      or pop_sla_loss_band{level="1"} or pop_sla_latency_band{level="1"}
      or 2 * (pop_sla_latency_band{level="2"} or pop_sla_loss_band{level="2"})
      or 3 * (pop_sla_latency_band{level=~"[3-9]"} or pop_sla_loss_band{level=~"[3-9]"})
    )`),
      },
      { record: 'band:pop_sla_paths:count', expr: 'count by (window, band, level) (pop_sla_latency_band)' },
    ],
  },
  {
    name: 'pop-sla-ports',
    // Each reads thirty days of every observer's view of every port.
    interval: '3m',
    rules: [
      { record: 'port:pop_sla_up:avg30d', expr: 'avg by (port) (avg_over_time(pop_sla_port_up[30d]))' },
      // Of the times at which Prometheus asked an observer, the share at which it could say how the port is.
      {
        record: 'port:pop_sla_observed:avg30d',
        expr: lines(`
    avg by (port) (
      count_over_time(pop_sla_port_up[30d]) / on (job, instance) group_left () count_over_time(up[30d])
    )`),
      },
    ],
  },
  {
    name: 'pop-sla-services',
    interval: '1m',
    rules: [
      // Of the outage that the month allows, the share that is used; over 1 the commitment is missed.
      {
        record: 'service:pop_sla_budget_used:ratio',
        expr: 'max by (service) (pop_sla_service_outage_seconds / (pop_sla_service_outage_allowed_seconds > 0))',
      },
      // Of the outage that fits before the next credit step, the share that is used.
      {
        record: 'service:pop_sla_step_used:ratio',
        expr: lines(`
    max by (service) (
      pop_sla_service_outage_seconds / (pop_sla_service_outage_seconds + pop_sla_service_next_step_seconds > 0)
    )`),
      },
      // The share of the service's period that has passed.
      {
        record: 'service:pop_sla_period_passed:ratio',
        expr: lines(`
    max by (service) (
      (time() - pop_sla_service_period_start_timestamp_seconds)
        / (pop_sla_service_period_end_timestamp_seconds - pop_sla_service_period_start_timestamp_seconds)
    )`),
      },
      {
        record: 'service:pop_sla_availability:avg30d',
        expr: 'avg by (service) (avg_over_time(pop_sla_service_availability_to_date_ratio[30d]))',
      },
      {
        record: 'service:pop_sla_availability_lower_bound:avg30d',
        expr: 'avg by (service) (avg_over_time(pop_sla_service_availability_to_date_lower_bound_ratio[30d]))',
      },
      {
        record: 'service:pop_sla_observed:avg30d',
        expr: 'avg by (service) (avg_over_time(pop_sla_service_observed_ratio[30d]))',
      },
      // How many times faster than the commitment allows the outage grows.
      burn('5m', 300),
      burn('30m', 1800),
      burn('1h', 3600),
      burn('6h', 21600),
      burn('3d', 259200),
    ],
  },
];

const alertHead = ({ everyMs, job }: RuleSettings): string =>
  ` Alerts over pop-sla's metrics, made by \`pop-sla rules alerts\` for rounds of every ${promDuration(everyMs)} and the scrape job
 ${job}. What a plan says (bands, commitments, credit steps) comes from the metrics. \`runbook_url\` names an anchor of
 dashboards/runbooks.md: put the address in front of it under which your people read it.`;

const recordingHead = ` Recording rules over pop-sla's metrics, made by \`pop-sla rules recording\`: who agrees on a port, the 30-day views (let
 Prometheus keep them), the month's budgets. Names are level:metric:operation.`;

/** The alerting rules as the text of a rule file for Prometheus 2.42 or newer. */
export const alertFile = (settings: RuleSettings): string =>
  fileOf(
    alertHead(settings),
    alertGroups(settings),
    ({ severity, cause, summary, description, ...rule }: AlertRule) => ({
      ...rule,
      labels: { severity, cause },
      annotations: {
        summary,
        description,
        runbook_url: `dashboards/runbooks.md#${rule.alert.toLowerCase()}`,
      },
    }),
  );

/** The recording rules, which the alerts build on. */
export const recordingFile = (): string =>
  fileOf(recordingHead, recordingGroups, (rule: RecordingRule) => rule);

function fileOf<R>(head: string, groups: readonly RuleGroup<R>[], plain: (rule: R) => object): string {
  const document = new Document({
    groups: groups.map(({ rules, ...group }) => ({ ...group, rules: rules.map(plain) })),
  });
  document.commentBefore = head;
  return document.toString({ lineWidth: 0, singleQuote: true });
}

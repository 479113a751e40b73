import { Document } from 'yaml';
import { alertGroups } from './alerts.js';
import { recordingGroups } from './recording.js';
import {
  type AlertRule,
  promDuration,
  type RecordingRule,
  type RuleGroup,
  type RuleSettings,
} from './rule.js';

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

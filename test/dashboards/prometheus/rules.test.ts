import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { requires } from '../../support/requires.js';
import { root } from '../../support/source-files.js';
import { tempDir } from '../../support/temp-dir.js';
import { alertFile, recordingFile } from '../../../src/metrics/rules/files.js';
import { shippedSettings } from '../../../src/metrics/rules/rule.js';
import { recordingFor, ruleFile } from '../files.js';
import { alertCases, type AlertCase, type Series } from './cases.js';

const folder = join(root, 'dashboards/prometheus');

interface Rule {
  readonly alert?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
const alerts = (
  parse(readFileSync(join(folder, 'rules/alerts.yaml'), 'utf8')) as { groups: { rules: Rule[] }[] }
).groups.flatMap(({ rules }) => rules);
const runbooks = readFileSync(join(root, 'dashboards/runbooks.md'), 'utf8');

describe('the shipped rules', () => {
  const shipped = (name: string): string => readFileSync(join(folder, 'rules', `${name}.yaml`), 'utf8');

  test('are those that `pop-sla rules` makes for 30 minutes', () => {
    expect(shipped('alerts')).toBe(alertFile(shippedSettings));
    expect(shipped('recording')).toBe(recordingFile());
  });

  test('go by the intervals of the configuration', () => {
    const often = alertFile({ everyMs: 60_000, spreadMs: 0, roundMs: 13_000, job: 'sla' });
    expect(often).toContain('for: 2m');
    expect(often).toContain('up{job="sla"}');
    expect(often).not.toMatch(/37m|job="pop-sla"/);
  });
});

describe('from a port’s cut to Alertmanager’s notification', () => {
  test('at most 45 s pass, by the shipped intervals and the default watch', () => {
    const seconds = (text: unknown): number => {
      const [, count, unit] = /^(\d+)(s|m)$/.exec(String(text)) ?? [];
      return Number(count) * (unit === 'm' ? 60 : 1);
    };
    const read = (file: string): unknown => parse(readFileSync(join(folder, file), 'utf8'));
    const { global } = read('prometheus.yaml') as { global: Record<string, string> };
    const { route } = read('alertmanager.yaml') as {
      route: { routes: { matchers: string[]; group_wait?: string }[] };
    };
    const wait = route.routes.find(({ matchers }) => matchers[0] === 'cause = "reach"')?.group_wait;
    const group = ruleFile('alerts').groups.find(({ rules }) =>
      rules.some(({ alert }) => alert === 'PopSlaPortDown'),
    );
    const interval = (group as unknown as { interval: string }).interval;
    // By default an echo each 0.5 s, overdue after 2 s at the latest, and a burst of 2 s; another second to be told.
    const watch = 0.5 + 2 + 2 + 1;
    const rule = alerts.find(({ alert }) => alert === 'PopSlaPortDown');
    expect(rule).not.toHaveProperty('for');
    expect(
      watch + seconds(global['scrape_interval']) + seconds(interval) + seconds(wait),
    ).toBeLessThanOrEqual(45);
  });
});

describe('the alerts', () => {
  test('each have a case that fires and one that does not', () => {
    expect(alertCases.map(({ alert }) => alert)).toEqual(alerts.map(({ alert }) => alert));
    expect(alertCases.filter(({ quiet }) => quiet.length === 0)).toEqual([]);
  });

  test.each(alerts.map((rule) => [String(rule.alert), rule] as const))(
    '%s has a severity, a summary, and a runbook that is there',
    (name, { labels, annotations }) => {
      expect(labels['severity']).toMatch(/^(warning|critical)$/);
      expect(annotations['summary']).toBeTruthy();
      expect(annotations['description']).toBeTruthy();
      expect(annotations['runbook_url']).toBe(`dashboards/runbooks.md#${name.toLowerCase()}`);
      const [, section = ''] = runbooks.split(`## ${name}\n`);
      const text = section.split('\n## ')[0] ?? '';
      for (const question of ['**Do:**', '**In time:**', '**Ends:**']) expect(text).toContain(question);
    },
  );
});

describe('Prometheus', () => {
  requires({ commands: ['promtool'] });

  test('takes the rules and the configurations', () => {
    for (const file of ['prometheus.yaml', 'scrape.yaml']) {
      const output = execFileSync('promtool', ['check', 'config', join(folder, file)], { encoding: 'utf8' });
      expect(output).toContain('SUCCESS');
    }
  });

  test.each(alertCases.map((one) => [one.alert, one] as const))(
    'fires %s where it should, and not where it should not',
    { timeout: 120_000 },
    (name, one) => {
      const at = tempDir();
      const file = join(at, 'rules.test.yaml');
      // Its own rule and what that asks for: the rest is not what is tested, and takes time.
      const groups = ruleFile('alerts')
        .groups.map(({ rules, ...group }) => ({
          ...group,
          rules: rules.filter(({ alert }) => alert === name),
        }))
        .filter(({ rules }) => rules.length > 0);
      const asked = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
      const files = [recordingFor(asked), groups].map((content, index) => {
        const rules = join(at, `rules-${index}.json`);
        writeFileSync(rules, JSON.stringify({ groups: content }));
        return rules;
      });
      const tests = [
        promtoolTest(one, one.fires, true),
        ...one.quiet.map((quiet) => promtoolTest(one, quiet, false)),
      ];
      writeFileSync(file, JSON.stringify({ rule_files: files, evaluation_interval: '1m', tests }));
      const run = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
      expect(run.stdout + run.stderr).not.toContain('FAILED');
      expect(run.status).toBe(0);
    },
  );
});

function promtoolTest(
  { alert, severity, labels }: AlertCase,
  { at, on }: { readonly at: string; readonly on: Series },
  fires: boolean,
) {
  const cause = alerts.find((rule) => rule.alert === alert)?.labels['cause'];
  const all = { alertname: alert, alertstate: 'firing', severity, cause, ...labels };
  const shown = Object.entries(all).map(([key, value]) => `${key}="${value}"`);
  return {
    name: `${alert} ${fires ? 'fires' : 'is quiet'} at ${at} on ${JSON.stringify(on)}`,
    interval: '1m',
    input_series: Object.entries(on).map(([series, values]) => ({ series, values })),
    promql_expr_test: [
      {
        expr: `ALERTS{alertname="${alert}",alertstate="firing"}`,
        eval_time: at,
        exp_samples: fires ? [{ labels: `ALERTS{${shown.join(',')}}`, value: 1 }] : [],
      },
    ],
  };
}

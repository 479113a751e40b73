import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { requires } from '../../support/requires.js';
import { root } from '../../support/source-files.js';
import { tempDir } from '../../support/temp-dir.js';
import { alertCases, type AlertCase, type Series } from './cases.js';

const folder = join(root, 'dashboards/prometheus');
const ruleFiles = ['recording', 'alerts'].map((name) => join(folder, 'rules', `${name}.yaml`));

interface Rule {
  readonly alert?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
const alerts = (
  parse(readFileSync(join(folder, 'rules/alerts.yaml'), 'utf8')) as { groups: { rules: Rule[] }[] }
).groups.flatMap(({ rules }) => rules);
const runbooks = readFileSync(join(root, 'dashboards/runbooks.md'), 'utf8');

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
      expect(runbooks.split('\n').filter((line) => line === `## ${name}`)).toHaveLength(1);
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

  test('fires each alert where it should, and not where it should not', { timeout: 180_000 }, () => {
    const file = join(tempDir(), 'rules.test.yaml');
    const tests = alertCases.flatMap((one) => [
      promtoolTest(one, one.fires, true),
      ...one.quiet.map((quiet) => promtoolTest(one, quiet, false)),
    ]);
    writeFileSync(file, JSON.stringify({ rule_files: ruleFiles, evaluation_interval: '1m', tests }));
    const run = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    expect(run.stdout + run.stderr).not.toContain('FAILED');
    expect(run.status).toBe(0);
  });
});

function promtoolTest(
  { alert, severity, labels }: AlertCase,
  { at, on }: { readonly at: string; readonly on: Series },
  fires: boolean,
) {
  const all = { alertname: alert, alertstate: 'firing', severity, ...labels };
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

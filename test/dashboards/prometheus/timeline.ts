import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promFolder, type RuleFile, ruleFile } from '../files.js';
import type { Series } from './cases.js';

type Labels = Readonly<Record<string, string>>;

/** The alerts that fire at an instant, minutes from the start. */
export interface Firing {
  readonly minute: number;
  readonly alerts: readonly Labels[];
}

interface Input {
  readonly series: Series;
  readonly minutes: number;
  readonly stepSeconds: number;
  readonly folder: string;
}

/**
 * What the shipped rules fire on these series, evaluated by Prometheus' own engine at simulated instants. promtool can
 * only compare; so each instant is compared with nothing, and what it prints is what fires.
 */
export async function firingOver({ series, minutes, stepSeconds, folder }: Input): Promise<readonly Firing[]> {
  const step = stepSeconds / 60;
  const instants = Array.from({ length: Math.floor(minutes / step) }, (_, n) => n * step);
  const file = join(folder, 'timeline.json');
  const test = {
    name: 'timeline',
    interval: `${stepSeconds}s`,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: instants.map((minute) => ({
      expr: 'ALERTS{alertstate="firing"}',
      eval_time: `${minute * 60}s`,
      exp_samples: [],
    })),
  };
  // promtool's engine holds 10,000 samples a query: too few for what only dashboards ask of 2,450 paths.
  const recorded = join(folder, 'recording.json');
  writeFileSync(recorded, JSON.stringify({ groups: recordingForAlerts() }));
  const rules = [recorded, join(promFolder, 'rules/alerts.yaml')];
  writeFileSync(
    file,
    JSON.stringify({ rule_files: rules, evaluation_interval: `${stepSeconds}s`, tests: [test] }),
  );
  const output = await run('promtool', ['test', 'rules', file]);
  const said = [...output.matchAll(/time: (\S+),\s*exp:.*\s*got:(.*)/g)];
  const byMinute = new Map(
    said.map(([, time = '', got = '']) => [
      minutesOf(time),
      [...got.matchAll(/\{([^{}]*)\}/g)].map(([, labels = '']) =>
        Object.fromEntries([...labels.matchAll(/(\w+)=\\?"(.*?)\\?"/g)].map(([, key = '', value = '']) => [key, value])),
      ),
    ]),
  );
  if (!/SUCCESS|FAILED/.test(output) || /\berr(or)?:/i.test(output)) throw new Error(output.slice(0, 2000));
  return instants.map((minute) => ({ minute, alerts: byMinute.get(minute) ?? [] }));
}

/** The recording rules that the alerts ask for, or that those ask for. */
function recordingForAlerts(): RuleFile['groups'] {
  const { groups } = ruleFile('recording');
  const all = groups.flatMap(({ rules }) => rules);
  const wanted = new Set<string>();
  const want = (expr: string): void => {
    for (const { record = '', expr: own } of all) {
      if (wanted.has(record) || !expr.includes(record)) continue;
      wanted.add(record);
      want(own);
    }
  };
  for (const { rules } of ruleFile('alerts').groups) for (const { expr } of rules) want(expr);
  return groups
    .map(({ rules, ...group }) => ({ ...group, rules: rules.filter(({ record = '' }) => wanted.has(record)) }))
    .filter(({ rules }) => rules.length > 0);
}

/** `1h2m3.5s` in minutes. */
function minutesOf(text: string): number {
  const unit = { h: 60, m: 1, s: 1 / 60 } as const;
  return [...text.matchAll(/([\d.]+)([hms])/g)].reduce(
    (sum, [, count, of]) => sum + Number(count) * unit[of as keyof typeof unit],
    0,
  );
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', () => {
      resolve(output);
    });
  });
}

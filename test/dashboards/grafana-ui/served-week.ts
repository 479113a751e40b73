import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ruleFile } from '../files.js';
import { startPrometheusOver, type Server } from '../real/servers.js';
import { week } from './backbone.js';
import { liveThroughWeek, scrapeMs } from './week.js';

const run = promisify(execFile);

/** The instants of the first and the last scrape, and what is between two; milliseconds. */
export const shown = {
  from: week.from + 600_000,
  to: week.to - scrapeMs + 600_000,
  stepMs: scrapeMs,
} as const;

interface Rule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The recording rules in passes, each over what those before it recorded; then what the alerts' expressions give. */
function passes(): Rule[][] {
  const rules = ruleFile('recording').groups.flatMap(({ rules: own }) =>
    own.map(({ record, expr }): Rule => ({ record: String(record), expr })),
  );
  const sorted: Rule[][] = [];
  let left = rules;
  while (left.length > 0) {
    const now = left.filter(({ expr }) => !left.some(({ record }) => expr.includes(record)));
    if (now.length === 0) throw new Error('recording rules in a circle');
    sorted.push(now);
    left = left.filter((rule) => !now.includes(rule));
  }
  const alerts = ruleFile('alerts').groups.flatMap(({ rules: own }) =>
    own.map(({ alert, expr, labels }): Rule => {
      const fixed = Object.entries(labels ?? {}).filter(([, value]) => !value.includes('{{'));
      // Without its `for`: promtool fills in records only.
      return {
        record: 'ALERTS',
        expr: `(${expr}) * 0 + 1`,
        labels: { ...Object.fromEntries(fixed), alertname: String(alert), alertstate: 'firing' },
      };
    }),
  );
  return [...sorted, alerts];
}

/**
 * A real Prometheus that has the week, with everything that the shipped rules record over it. A folder in which that was
 * done before is taken as it is.
 */
export async function serveWeek(folder: string): Promise<Server> {
  const blocks = join(folder, 'blocks');
  const lookback = `${scrapeMs / 1000 + 60}s`;
  const done = join(folder, 'done');
  if (existsSync(done)) return startedOver(folder, blocks, lookback);
  mkdirSync(blocks, { recursive: true });
  for (const page of await liveThroughWeek(folder)) await createBlocks(page, blocks);
  let server = await startedOver(folder, blocks, lookback);
  // promtool's own back-filling by rules asks and writes for every two hours of every rule: minutes, for these.
  for (const [n, rules] of passes().entries()) {
    const page = join(folder, `pass-${n}.om`);
    writeFileSync(page, await recorded(server.url, rules));
    await createBlocks(page, blocks);
    await server.stop();
    server = await startedOver(folder, blocks, lookback);
  }
  writeFileSync(done, '');
  return server;
}

/** As few blocks as there can be: promtool reads the whole of a page for each of them, of two hours unless it is told. */
async function createBlocks(page: string, blocks: string): Promise<void> {
  const options = ['--quiet', '--max-block-duration=168h'];
  await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', ...options, page, blocks]);
}

/** What rules give at every scrape of the week, as OpenMetrics. */
async function recorded(url: string, rules: readonly Rule[]): Promise<string> {
  const families = new Map<string, string[]>();
  for (const { record, expr, labels } of rules) {
    const lines = families.get(record) ?? [`# TYPE ${record} gauge`];
    families.set(record, lines);
    for (const { metric, values } of await queryRange<RangeSeries>(url, expr)) {
      const own = Object.entries(metric).filter(([label]) => label !== '__name__');
      const text = Object.entries({ ...Object.fromEntries(own), ...labels })
        .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
        .join(',');
      for (const [seconds, value] of values) lines.push(`${record}{${text}} ${value} ${seconds}`);
    }
  }
  return `${[...families.values()].flat().join('\n')}\n# EOF\n`;
}

interface RangeSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [seconds: number, value: string])[];
}

/** The values of an expression over the week. */
async function queryRange<T>(url: string, query: string): Promise<T[]> {
  return asked(url, 'query_range', {
    query,
    start: String(shown.from / 1000),
    end: String(shown.to / 1000),
    step: String(shown.stepMs / 1000),
  });
}

/** The values of an expression: over the week, or at its end. */
export const answers = (url: string, query: string, isRange: boolean): Promise<unknown[]> =>
  isRange ? queryRange(url, query) : asked(url, 'query', { query, time: String(shown.to / 1000) });

async function asked<T>(
  url: string,
  path: string,
  parameters: Readonly<Record<string, string>>,
): Promise<T[]> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams(parameters),
  });
  const body = (await response.json()) as { status: string; error?: string; data: { result: T[] } };
  if (body.status !== 'success') throw new Error(`${parameters['query'] ?? ''}: ${body.error ?? ''}`);
  return body.data.result;
}

async function startedOver(folder: string, blocks: string, lookback: string): Promise<Server> {
  const server = await startPrometheusOver(folder, blocks, lookback);
  const isReady = (): Promise<boolean> =>
    fetch(`${server.url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (let tries = 0; !(await isReady()); tries += 1) {
    if (tries > 300) throw new Error(server.said());
    await sleep(100);
  }
  return server;
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { dashboardFiles } from '../../../dashboards/grafana/src/all.js';
import { metricNames, nodePrefix } from '../../../src/metrics/names.js';
import { root } from '../../support/source-files.js';
import { committed, dashboards, ruleFile } from '../files.js';
import { promqlFaults } from '../promql.js';
import { dashboardModel } from './model.js';

const each = dashboards.map(({ name, dashboard }) => [name, dashboard] as const);
const uids = dashboards.map(({ dashboard }) => dashboard.uid);

test('the committed dashboards are those that the source makes: npm run dashboards', () => {
  for (const [name, text] of dashboardFiles())
    expect(JSON.parse(committed.get(name) ?? 'null'), name).toEqual(JSON.parse(text));
});

test('the check of expressions finds faults of syntax and of types', () => {
  expect(promqlFaults('sum(rate(a[5m]))')).toEqual([]);
  for (const wrong of ['sum(', 'a{b=c}', 'rate(a)', 'sum(1)', 'a and 1', 'nothing(a)'])
    expect(promqlFaults(wrong), wrong).not.toEqual([]);
});

test('the rules parse by the same check', () => {
  const rules = ['recording', 'alerts'].flatMap((name) =>
    ruleFile(name).groups.flatMap((group) => group.rules),
  );
  for (const { expr } of rules) expect(promqlFaults(expr), expr).toEqual([]);
});

describe.each(each)('%s', (name, dashboard) => {
  test('is a dashboard of Grafana’s', () => {
    expect(dashboardModel.safeParse(dashboard).error?.issues ?? []).toEqual([]);
    expect(uids.filter((uid) => uid === dashboard.uid)).toHaveLength(1);
  });

  test('has panels beside each other, each with an id of its own', () => {
    const { panels } = dashboardModel.parse(dashboard);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of panels)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(x, title).toBeLessThan(24);
          expect(taken.has(`${x} ${y}`), `${title} lies on another`).toBe(false);
          taken.add(`${x} ${y}`);
        }
  });

  test('has expressions that parse, over metrics and records that are there', () => {
    for (const expr of expressionsOf(dashboard)) {
      expect(
        promqlFaults(expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$[a-z]+/g, 'x')),
        expr,
      ).toEqual([]);
      for (const metric of metricsIn(expr))
        expect(known.has(metric) || metric.startsWith(nodePrefix), metric).toBe(true);
    }
  });

  test('uses variables that it has, and links to dashboards that are there', () => {
    const variables = dashboard.templating.list.map((variable) => variable.name);
    for (const expr of expressionsOf(dashboard))
      for (const [, used] of expr.matchAll(/\$([a-z]+)\b(?!_)/g)) expect(variables).toContain(used);
    const text = JSON.stringify(dashboard);
    for (const [, uid] of text.matchAll(/"\/d\/([a-z-]+)/g)) expect(uids).toContain(uid);
    expect(dashboard.links.map(({ url }) => url)).toContain('$portal');
    expect(dashboard.links).toHaveLength(7);
  });

  test('has a twin in the other language that asks the same', () => {
    const twin = dashboards.find(
      (one) => one.name === name.replace(/^../, (is) => (is === 'en' ? 'zh' : 'en')),
    );
    expect(twin && expressionsOf(twin.dashboard)).toEqual(expressionsOf(dashboard));
    const chinese = /\p{Script=Han}/u;
    const titles = [dashboard.title, ...dashboard.panels.map(({ title }) => title)];
    const own = titles.filter((title) => chinese.test(title));
    if (name.startsWith('en/')) expect(own).toEqual([]);
    // A word that is the same in both: CPU.
    else expect(titles.length - own.length).toBeLessThanOrEqual(1);
  });
});

test('Grafana started with the shipped folder shows everything with no click', () => {
  const folder = join(root, 'dashboards');
  const read = (file: string): unknown => parse(readFileSync(join(folder, file), 'utf8'));
  const compose = read('compose.yaml') as {
    services: Record<string, { volumes: string[]; environment?: Record<string, string>; ports: string[] }>;
  };
  const mounts = compose.services['grafana']?.volumes ?? [];
  const inside = (path: string): string => {
    const mount = mounts.map((one) => one.split(':')).find(([, target]) => path.startsWith(String(target)));
    return join(folder, String(mount?.[0]), path.slice(String(mount?.[1]).length));
  };
  const { providers } = read('grafana/provisioning/dashboards/pop-sla.yaml') as {
    providers: { options: { path: string } }[];
  };
  expect(providers).toHaveLength(2);
  for (const { options } of providers)
    expect(existsSync(join(inside(options.path), 'overview.json'))).toBe(true);
  const home = compose.services['grafana']?.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'];
  expect(existsSync(inside(String(home)))).toBe(true);
  expect(existsSync(inside('/etc/grafana/provisioning/datasources/prometheus.yaml'))).toBe(true);
  const { datasources } = read('grafana/provisioning/datasources/prometheus.yaml') as {
    datasources: { type: string; url: string; isDefault: boolean }[];
  };
  expect(datasources).toMatchObject([{ type: 'prometheus', url: 'http://prometheus:9090', isDefault: true }]);
  for (const { volumes, ports } of Object.values(compose.services)) {
    for (const volume of volumes.filter((one) => one.startsWith('.')))
      expect(existsSync(join(folder, volume.split(':')[0] ?? '')), volume).toBe(true);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  }
});

const known = new Set([
  ...Object.values(metricNames).flatMap(({ name }) => [name, `${name}_bucket`]),
  ...ruleFile('recording').groups.flatMap(({ rules }) => rules.map(({ record }) => String(record))),
]);

function expressionsOf(dashboard: (typeof dashboards)[number]['dashboard']): string[] {
  const marks = (dashboard.annotations?.list ?? []).flatMap(({ expr }) => (expr === undefined ? [] : [expr]));
  return [...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)), ...marks];
}

const metricsIn = (expr: string): string[] =>
  [...expr.replaceAll(/"[^"]*"/g, '').matchAll(/\b[a-z0-9]*:?pop_sla_[a-z0-9_]+(?::[a-z0-9]+)?\b/g)].map(
    ([name]) => name,
  );

import { describe, expect, test } from 'vitest';
import { dashboards, ruleFile } from '../files.js';
import { promqlFaults, selectorsIn } from '../promql.js';
import { dashboardModel, type DashboardModel } from './model.js';

/**
 * The rules of Grafana's dashboard-linter, by its names, and some that it has not. Its exceptions: recorded series and
 * alerts, which are of no job and instance, and the daemon's own dashboard, which is about one instance.
 */

/** What stands for Grafana's interval where an expression is parsed. */
const rateInterval = '7919s';
const parsable = (expr: string): string =>
  expr.replaceAll('$__rate_interval', rateInterval).replaceAll(/\$\{?(?!job|instance)[a-z]+\}?/g, 'x');

/** Recorded over the instances, as their names begin; and what Prometheus makes itself. */
const ofNoInstance = new Set([
  'ALERTS',
  ...ruleFile('recording')
    .groups.flatMap(({ rules }) => rules.map(({ record }) => String(record)))
    .filter((record) => !/^path:pop_sla_\w+:avg30d$/.test(record)),
]);

/** Of Grafana's formats, those that these dashboards use. */
const units = ['s', 'percentunit', 'bytes', 'short', 'none'];

type Panel = Extract<DashboardModel['panels'][number], { targets: unknown }>;

describe.each(dashboards.map(({ name, dashboard }) => [name, dashboardModel.parse(dashboard)] as const))(
  '%s',
  (name, dashboard) => {
    const panels = dashboard.panels.filter((panel): panel is Panel => 'targets' in panel);
    const targets = panels.flatMap((panel) =>
      panel.targets.map(({ expr }) => ({ title: panel.title, expr: parsable(expr) })),
    );
    const variable = (wanted: string) => dashboard.templating.list.find((one) => one.name === wanted);
    const english = name.startsWith('en/');

    test('template-datasource-rule', () => {
      expect(dashboard.templating.list.filter(({ type }) => type === 'datasource')).toHaveLength(1);
      expect(variable('datasource')).toMatchObject({ type: 'datasource', query: 'prometheus' });
      if (english) expect(variable('datasource')?.label).toBe('Data source');
    });

    test('template-job-rule, template-instance-rule', () => {
      for (const wanted of ['job', 'instance']) {
        const found = variable(wanted);
        expect(found).toMatchObject({ type: 'query', datasource: { uid: '$datasource' } });
        if (english) expect(found?.label).toBe(wanted === 'job' ? 'Job' : 'Instance');
        if (name.endsWith('daemon.json') && wanted === 'instance') continue;
        expect(found).toMatchObject({ multi: true, includeAll: true, allValue: '.+' });
      }
    });

    test('template-label-promql-rule, template-on-time-change-reload-rule', () => {
      for (const one of dashboard.templating.list) {
        if (one.type !== 'query') continue;
        const [, selector] = /^label_values\((.*), [a-z_]+\)$/.exec(one.query.query) ?? [];
        expect(promqlFaults(parsable(String(selector))), one.query.query).toEqual([]);
        expect(one.refresh, one.name).toBe(2);
      }
    });

    test('uneditable-dashboard-rule', () => {
      expect(dashboard.editable).toBe(false);
    });

    test('panel-datasource-rule', () => {
      for (const { title, datasource, targets: own } of panels)
        for (const { uid } of [datasource, ...own.map((target) => target.datasource)])
          expect(uid, title).toBe('$datasource');
    });

    test('panel-title-description-rule: what it shows, what is normal, what to do', () => {
      for (const { title, description } of panels) {
        expect(title).not.toBe('');
        expect(description.length, title).toBeGreaterThan(english ? 100 : 35);
        expect(description, title).toContain(english ? 'Normal: ' : '正常');
      }
      const told = panels.map(({ description }) => description);
      expect(new Set(told).size).toBe(told.length);
    });

    test('panel-units-rule', () => {
      for (const { type, title, fieldConfig } of panels) {
        if (!['stat', 'table', 'timeseries', 'gauge'].includes(type)) continue;
        const overridden = (fieldConfig?.overrides ?? []).some(({ properties }) =>
          properties.some(({ id }) => id === 'unit'),
        );
        if (overridden || fieldConfig?.defaults.mappings !== undefined) continue;
        expect(units, title).toContain(fieldConfig?.defaults.unit);
      }
    });

    test('panel-no-targets-rule, target-promql-rule', () => {
      for (const { title, targets: own } of panels) expect(own.length, title).toBeGreaterThan(0);
      for (const { title, expr } of targets) expect(promqlFaults(expr), title).toEqual([]);
    });

    test('target-job-rule, target-instance-rule', () => {
      for (const { title, expr } of targets)
        for (const { metric, matchers } of selectorsIn(expr)) {
          if (ofNoInstance.has(metric)) continue;
          expect(matchers, `${title}: ${metric}`).toEqual(
            expect.arrayContaining(['job=~"$job"', 'instance=~"$instance"']),
          );
        }
    });

    test('target-rate-interval-rule, target-counter-agg-rule', () => {
      for (const { title, expr } of targets)
        for (const { metric, range, call } of selectorsIn(expr)) {
          if (call === 'rate' || call === 'irate') expect(range, title).toBe(rateInterval);
          if (metric.endsWith('_total')) expect(['rate', 'irate', 'increase'], title).toContain(call);
        }
    });

    test('links keep the time range and the data source', () => {
      for (const [, url] of JSON.stringify(dashboard.panels).matchAll(/"url":"([^"]+)"/g)) {
        expect(url).toContain('${__url_time_range}');
        expect(url).toContain('var-datasource=${datasource}');
      }
      for (const { url, keepTime, includeVars } of dashboard.links)
        if (url.startsWith('/'))
          expect({ keepTime, includeVars }, url).toEqual({ keepTime: true, includeVars: true });
    });

    test('maintenance is marked on the graphs', () => {
      expect(dashboard.annotations.list.map(({ expr }) => expr).join()).toContain(
        'pop_sla_maintenance_active',
      );
    });

    test('money is in its currency', () => {
      for (const { title, type, targets: own, fieldConfig } of panels) {
        if (!own.some(({ expr }) => expr.includes('_amount'))) continue;
        const overrides = (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
          properties.flatMap(({ id, value }) => (id === 'unit' ? [String(value)] : [])),
        );
        // A table has a row for each service and a column for the currency.
        if (type === 'table')
          expect(
            own.some(({ expr }) => /by \([^)]*currency/.test(expr)),
            title,
          ).toBe(true);
        else expect(overrides, title).toContain('prefix:HKD ');
      }
    });
  },
);

test('the overview has the alerts and a map of the PoPs', () => {
  const overview = dashboards.find(({ name }) => name === 'en/overview.json');
  const panels = overview?.dashboard.panels ?? [];
  expect(panels.some(({ targets = [] }) => targets.some(({ expr }) => expr.includes('ALERTS{')))).toBe(true);
  expect(
    panels.some(({ type, targets = [] }) => type === 'geomap' && targets[0]?.expr.includes('latitude')),
  ).toBe(true);
});

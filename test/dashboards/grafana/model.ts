import { z } from 'zod';

/**
 * The shape of Grafana's classic dashboard model (schema version 36 on), as far as these dashboards use it. Strict: a
 * key that Grafana does not know would be dropped without a word, so it is a fault here. Grafana itself has no
 * validator that works without its server; the keys are those of its own foundation SDK and of its documentation.
 */
const source = z.strictObject({ type: z.literal('prometheus'), uid: z.literal('$datasource') });
const link = z.strictObject({
  title: z.string().min(1),
  type: z.enum(['link', 'dashboards']),
  icon: z.string(),
  tooltip: z.string(),
  url: z.string(),
  tags: z.array(z.string()),
  asDropdown: z.boolean(),
  targetBlank: z.boolean(),
  includeVars: z.boolean(),
  keepTime: z.boolean(),
});
const threshold = z.strictObject({ value: z.number().nullable(), color: z.string() });
const thresholds = z
  .strictObject({ mode: z.enum(['absolute', 'percentage']), steps: z.array(threshold).min(1) })
  .refine(({ steps }) => steps[0]?.value === null, 'the first step has no value: it is the base')
  .refine(
    ({ steps }) => steps.slice(2).every(({ value }, n) => Number(value) > Number(steps[n + 1]?.value)),
    'steps go up',
  );
const mapping = z.strictObject({
  type: z.literal('value'),
  options: z.record(z.string(), z.strictObject({ text: z.string(), color: z.string(), index: z.int() })),
});
/** Units of @grafana/data's list of formats. */
const unit = z.enum(['s', 'percentunit', 'bytes', 'short', 'none']);

const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource: source,
  expr: z.string().min(1),
  legendFormat: z.string(),
  range: z.boolean(),
  instant: z.boolean(),
  format: z.enum(['time_series', 'table', 'heatmap']).optional(),
});
const grid = z.strictObject({
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  w: z.int().min(1).max(24),
  h: z.int().min(1),
});
const transformation = z.strictObject({
  id: z.enum(['groupingToMatrix', 'joinByField', 'organize', 'convertFieldType']),
  options: z.record(z.string(), z.unknown()),
});
const override = z.strictObject({
  matcher: z.strictObject({ id: z.literal('byRegexp'), options: z.string() }),
  properties: z.array(z.strictObject({ id: z.string(), value: z.unknown() })).min(1),
});
const panel = z.strictObject({
  id: z.int().min(1),
  type: z.enum(['timeseries', 'stat', 'table', 'state-timeline', 'geomap']),
  title: z.string().min(1),
  description: z.string().min(1),
  transparent: z.boolean().optional(),
  repeatDirection: z.literal('h').optional(),
  datasource: source,
  gridPos: grid,
  targets: z.array(target).min(1),
  transformations: z.array(transformation).optional(),
  options: z.record(z.string(), z.unknown()).optional(),
  fieldConfig: z
    .strictObject({
      defaults: z.strictObject({
        unit: unit.optional(),
        decimals: z.int().optional(),
        min: z.number().optional(),
        max: z.number().optional(),
        mappings: z.array(mapping).optional(),
        thresholds: thresholds.optional(),
        links: z.array(link).optional(),
        noValue: z.string().optional(),
        custom: z.record(z.string(), z.unknown()).optional(),
      }),
      overrides: z.array(override),
    })
    .optional(),
});
const row = z.strictObject({
  id: z.int().min(1),
  type: z.literal('row'),
  title: z.string().min(1),
  collapsed: z.literal(false),
  gridPos: grid,
  panels: z.array(z.never()),
});
const variableBase = {
  name: z.string().regex(/^[a-z]+$/),
  label: z.string().min(1),
  skipUrlSync: z.boolean().optional(),
  multi: z.boolean().optional(),
  allowCustomValue: z.boolean().optional(),
  includeAll: z.boolean().optional(),
  hide: z.int().optional(),
  current: z.strictObject({ selected: z.boolean(), text: z.string(), value: z.string() }).optional(),
};
const variable = z.discriminatedUnion('type', [
  z.strictObject({ ...variableBase, type: z.literal('datasource'), query: z.literal('prometheus') }),
  z.strictObject({ ...variableBase, type: z.literal('textbox'), query: z.string() }),
  z.strictObject({
    ...variableBase,
    type: z.literal('query'),
    query: z.strictObject({ query: z.string(), refId: z.string() }),
    datasource: source,
    refresh: z.int(),
    sort: z.int(),
    allValue: z.string().optional(),
  }),
]);
const annotation = z.strictObject({
  name: z.string().min(1),
  datasource: source,
  enable: z.boolean(),
  hide: z.boolean().optional(),
  iconColor: z.string(),
  expr: z.string().min(1),
  step: z.string(),
  titleFormat: z.string(),
  textFormat: z.string(),
  builtIn: z.literal(0).optional(),
});

export const dashboardModel = z.strictObject({
  uid: z.string().regex(/^[a-z0-9-]{1,40}$/),
  title: z.string().min(1),
  description: z.string(),
  tags: z.array(z.string()),
  timezone: z.literal('browser'),
  editable: z.literal(false),
  graphTooltip: z.int().optional(),
  time: z.strictObject({ from: z.string(), to: z.literal('now') }),
  fiscalYearStartMonth: z.int(),
  refresh: z.string(),
  schemaVersion: z.int().min(36),
  panels: z.array(z.union([row, panel])).min(1),
  templating: z.strictObject({ list: z.array(variable) }),
  annotations: z.strictObject({ list: z.array(annotation) }),
  links: z.array(link),
});

export type DashboardModel = z.infer<typeof dashboardModel>;

import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueGraphMode,
  BigValueTextMode,
  FrameGeometrySourceMode,
  GraphDrawStyle,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  StackingMode,
  TooltipDisplayMode,
} from '@grafana/grafana-foundation-sdk/common';
import {
  StackingConfigBuilder,
  GraphThresholdsStyleConfigBuilder,
  ReduceDataOptionsBuilder,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type DataTransformerConfig,
  type DynamicConfigValue,
  type Panel,
  type Threshold,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as maps from '@grafana/grafana-foundation-sdk/geomap';
import * as stats from '@grafana/grafana-foundation-sdk/stat';
import * as tables from '@grafana/grafana-foundation-sdk/table';
import * as timelines from '@grafana/grafana-foundation-sdk/statetimeline';
import * as graphs from '@grafana/grafana-foundation-sdk/timeseries';
import { say, type Language, type Words } from './words.js';

export const source = { type: 'prometheus', uid: '$datasource' };

/**
 * An expression with the dashboard's job and instance in every selector of a daemon's own metrics, and of the means over
 * 30 days of a path, which still have both. Other recorded series and alerts, which are of no instance, have none.
 */
export const scoped = (expr: string): string =>
  expr.replaceAll(
    /(?<![\w:])(pop_sla_\w+(?![\w:])|path:pop_sla_\w+:avg30d)(?:\{([^}]*)\})?/g,
    (_selector, metric: string, matchers?: string) => {
      const own = (matchers ?? '').split(/,(?=\w+[!=])/).filter((matcher) => matcher !== '');
      const has = (label: string): boolean =>
        own.some((matcher) => new RegExp(`^${label}\\s*[!=]`).test(matcher));
      const scope = ['job', 'instance']
        .filter((label) => !has(label))
        .map((label) => `${label}=~"$${label}"`);
      return `${metric}{${[...scope, ...own].join(',')}}`;
    },
  );

export interface Query {
  readonly expr: string;
  readonly legend?: string;
}

export interface PanelSpec {
  readonly title: Words;
  /** What it shows, what is normal, what to do. */
  readonly help: Words;
  readonly queries: readonly Query[];
  /** Of Grafana's: s, percentunit, bytes, short, none. */
  readonly unit?: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly steps?: readonly Threshold[];
  readonly mappings?: readonly ValueMapping[];
  /** Of 24 columns. */
  readonly width: number;
  readonly height?: number;
}

/** A panel whose id is still to be given. */
export interface Made extends Builder<Panel> {
  id(id: number): this;
}
export type Maker = (language: Language) => Made;

const query = ({ expr, legend = '' }: Query, index: number): DataqueryBuilder =>
  new DataqueryBuilder()
    .refId(String.fromCharCode(65 + index))
    .datasource(source)
    .expr(scoped(expr))
    .legendFormat(legend);

const range = (spec: PanelSpec): Builder<Dataquery>[] =>
  spec.queries.map((one, index) => query(one, index).range());
const instant = (spec: PanelSpec): Builder<Dataquery>[] =>
  spec.queries.map((one, index) => query(one, index).instant().format(PromQueryFormat.Table));
const latest = (spec: PanelSpec): Builder<Dataquery>[] =>
  spec.queries.map((one, index) => query(one, index).instant());

type AnyPanel =
  maps.PanelBuilder | graphs.PanelBuilder | stats.PanelBuilder | tables.PanelBuilder | timelines.PanelBuilder;

function dress<P extends AnyPanel>(panel: P, spec: PanelSpec, language: Language): P {
  panel
    .title(say(spec.title, language))
    .description(say(spec.help, language))
    .datasource(source)
    .span(spec.width)
    .height(spec.height ?? 8);
  if (spec.unit !== undefined) panel.unit(spec.unit);
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  if (spec.min !== undefined) panel.min(spec.min);
  if (spec.max !== undefined) panel.max(spec.max);
  if (spec.mappings) panel.mappings([...spec.mappings]);
  // Where a panel says nothing, Grafana takes red from 80 on, whatever the figure is.
  const steps = spec.steps ?? [{ color: 'text', value: null }];
  panel.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...steps]));
  return panel;
}

/** Lines over time. */
export const graph =
  (spec: PanelSpec & { readonly stacked?: boolean; readonly overrides?: Overrides }): Maker =>
  (language) => {
    const panel = dress(new graphs.PanelBuilder(), spec, language)
      .targets(range(spec))
      .lineWidth(1)
      .fillOpacity(spec.stacked === true ? 60 : 5)
      .legend(
        new VizLegendOptionsBuilder()
          .displayMode(LegendDisplayMode.List)
          .placement(LegendPlacement.Bottom)
          .showLegend(true),
      )
      .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
    if (spec.stacked === true)
      panel
        .drawStyle(GraphDrawStyle.Bars)
        .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
    if (spec.steps)
      panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
    for (const [name, properties] of Object.entries(spec.overrides ?? {}))
      panel.overrideByRegexp(name, [...properties]);
    return panel;
  };

/** Properties by a regular expression over the series' names. */
export type Overrides = Readonly<Record<string, readonly DynamicConfigValue[]>>;

/** The latest value, large; or the name of its series, where that says it. */
export const stat =
  (spec: PanelSpec & { readonly overrides?: Overrides; readonly show?: 'name' }): Maker =>
  (language) => {
    const panel = dress(new stats.PanelBuilder(), { height: 4, ...spec }, language)
      .targets(latest(spec))
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
      .graphMode(BigValueGraphMode.None)
      .textMode(spec.show === 'name' ? BigValueTextMode.Name : BigValueTextMode.Auto)
      .noValue('–');
    for (const [name, properties] of Object.entries(spec.overrides ?? {}))
      panel.overrideByRegexp(name, [...properties]);
    return panel;
  };

/** The latest values, a row for each label set. */
export const table =
  (
    spec: PanelSpec & {
      readonly transformations?: readonly DataTransformerConfig[];
      /** Names for people of the columns of a table without transformations; null: it is not shown. */
      readonly columns?: Readonly<Record<string, Words | null>>;
      readonly overrides?: Overrides;
      /** A column whose values lead to another dashboard. */
      readonly link?: { readonly column: string; readonly title: Words; readonly url: string };
    },
  ): Maker =>
  (language) => {
    const panel = dress(new tables.PanelBuilder(), spec, language)
      .targets(instant(spec))
      // Grafana's own 150 would push the last of a dozen columns out of the panel.
      .minWidth(90)
      .transformations([...(spec.transformations ?? [onlyColumns(spec.columns ?? {}, language)])]);
    for (const [name, properties] of Object.entries(spec.overrides ?? {}))
      panel.overrideByRegexp(name, [...properties]);
    if (spec.steps && !spec.transformations)
      // Of the figures: the first columns are labels.
      panel.overrideByRegexp(valueColumn(spec.columns, language), [
        { id: 'custom.cellOptions', value: { type: 'color-text' } },
      ]);
    if (spec.link) {
      const { column, title, url } = spec.link;
      const kept = `${url}&\${__url_time_range}&var-datasource=\${datasource}`;
      panel.overrideByRegexp(column, [{ id: 'links', value: [{ title: say(title, language), url: kept }] }]);
    }
    return panel;
  };

/** PoPs at their places, by the labels latitude and longitude, coloured by their value. */
export const map =
  (spec: PanelSpec & { readonly transformations: readonly DataTransformerConfig[] }): Maker =>
  (language) =>
    dress(new maps.PanelBuilder(), spec, language)
      .targets(instant(spec))
      .transformations([...spec.transformations])
      .overrideByRegexp('latitude|longitude', [{ id: 'unit', value: 'none' }])
      .view(new maps.MapViewConfigBuilder().id('fit').lat(0).lon(0).zoom(2).allLayers(true))
      .layers([{ build: () => places }]);

const places = {
  type: 'markers',
  name: 'PoPs',
  config: {
    showLegend: false,
    style: {
      size: { fixed: 8, min: 4, max: 12 },
      color: { field: 'Value', fixed: 'green' },
      text: { field: 'pop', mode: 'field', fixed: '' },
      textConfig: { fontSize: 12, offsetX: 0, offsetY: 14, textAlign: 'center', textBaseline: 'middle' },
    },
  },
  location: { mode: FrameGeometrySourceMode.Coords, latitude: 'latitude', longitude: 'longitude' },
};

/** Amounts of money by the currency that a series is named by; one that is not listed has no unit. */
export const inCurrency: Overrides = Object.fromEntries(
  ['CNY', 'EUR', 'GBP', 'HKD', 'JPY', 'MYR', 'SGD', 'TWD', 'USD'].map((code) => [
    // Grafana puts ^ and $ around it. The prefix is not scaled, as a currency's unit is: 108.00K would be no amount.
    `(.*\\s)?${code}`,
    [{ id: 'unit', value: `prefix:${code} ` }],
  ]),
);

/** Colours of series that are good or bad by their name: by themselves Grafana's are as they come. */
export const coloured = (colors: Readonly<Record<string, string>>): Overrides =>
  Object.fromEntries(
    Object.entries(colors).map(([name, fixedColor]) => [
      name,
      [{ id: 'color', value: { mode: 'fixed', fixedColor } }],
    ]),
  );

/** States over time. */
export const timeline =
  (spec: PanelSpec): Maker =>
  (language) =>
    dress(new timelines.PanelBuilder(), spec, language)
      .targets(range(spec))
      .legend(
        new VizLegendOptionsBuilder()
          .displayMode(LegendDisplayMode.List)
          .placement(LegendPlacement.Bottom)
          .showLegend(true),
      );

/** Numbers as words with a colour. */
export const valueMap = (
  values: Readonly<Record<string, { readonly text: string; readonly color: string }>>,
): ValueMapping => ({
  type: MappingType.ValueToText,
  options: Object.fromEntries(
    Object.entries(values).map(([value, { text, color }], index) => [value, { text, color, index }]),
  ),
});

const valueColumn = (columns: Readonly<Record<string, Words | null>> = {}, language: Language): string => {
  const words = columns['Value'];
  return words ? say(words, language) : 'Value';
};

/** Without the time, which is that of the question; with names that people read. */
const onlyColumns = (
  columns: Readonly<Record<string, Words | null>>,
  language: Language,
): DataTransformerConfig => ({
  id: 'organize',
  options: {
    excludeByName: Object.fromEntries(
      ['Time', ...Object.keys(columns)].filter((name) => !columns[name]).map((name) => [name, true]),
    ),
    renameByName: Object.fromEntries(
      Object.entries(columns).flatMap(([name, words]) => (words ? [[name, say(words, language)]] : [])),
    ),
    indexByName: {},
  },
});

/** Columns of several tables joined by one, with names that people read and without those that are not needed. */
export const joined = (
  by: string,
  columns: Readonly<Record<string, string>>,
  unneeded: readonly string[] = [],
): DataTransformerConfig[] => [
  { id: 'joinByField', options: { byField: by, mode: 'outer' } },
  {
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries(
        ['Time', ...Array.from({ length: 20 }, (_, n) => `Time ${n + 1}`), ...unneeded].map((name) => [
          name,
          true,
        ]),
      ),
      renameByName: columns,
      indexByName: {},
    },
  },
];

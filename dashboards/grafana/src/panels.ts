import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
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
  DashboardLinkBuilder,
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
import * as stats from '@grafana/grafana-foundation-sdk/stat';
import * as tables from '@grafana/grafana-foundation-sdk/table';
import * as timelines from '@grafana/grafana-foundation-sdk/statetimeline';
import * as graphs from '@grafana/grafana-foundation-sdk/timeseries';
import { say, type Language, type Words } from './words.js';

export const source = { type: 'prometheus', uid: '$datasource' };

export interface Query {
  readonly expr: string;
  readonly legend?: string;
}

export interface PanelSpec {
  readonly title: Words;
  readonly help?: Words;
  readonly queries: readonly Query[];
  /** Of Grafana's: s, percentunit, bytes, short. */
  readonly unit?: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly steps?: readonly Threshold[];
  readonly mappings?: readonly ValueMapping[];
  /** Of 24 columns. */
  readonly width: number;
  readonly height?: number;
  readonly links?: readonly { readonly title: Words; readonly url: string }[];
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
    .expr(expr)
    .legendFormat(legend);

const range = (spec: PanelSpec): Builder<Dataquery>[] =>
  spec.queries.map((one, index) => query(one, index).range());
const instant = (spec: PanelSpec): Builder<Dataquery>[] =>
  spec.queries.map((one, index) => query(one, index).instant().format(PromQueryFormat.Table));
const latest = (spec: PanelSpec): Builder<Dataquery>[] =>
  spec.queries.map((one, index) => query(one, index).instant());

type AnyPanel = graphs.PanelBuilder | stats.PanelBuilder | tables.PanelBuilder | timelines.PanelBuilder;

function dress<P extends AnyPanel>(panel: P, spec: PanelSpec, language: Language): P {
  panel
    .title(say(spec.title, language))
    .datasource(source)
    .span(spec.width)
    .height(spec.height ?? 8);
  if (spec.help) panel.description(say(spec.help, language));
  if (spec.unit !== undefined) panel.unit(spec.unit);
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  if (spec.min !== undefined) panel.min(spec.min);
  if (spec.max !== undefined) panel.max(spec.max);
  if (spec.mappings) panel.mappings([...spec.mappings]);
  if (spec.steps)
    panel.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...spec.steps]));
  if (spec.links)
    panel.dataLinks(
      spec.links.map(({ title, url }) => new DashboardLinkBuilder(say(title, language)).url(url)),
    );
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

/** The latest value, large. */
export const stat =
  (spec: PanelSpec): Maker =>
  (language) =>
    dress(new stats.PanelBuilder(), { height: 4, ...spec }, language)
      .targets(latest(spec))
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
      .noValue('–');

/** The latest values, a row for each label set. */
export const table =
  (
    spec: PanelSpec & {
      readonly transformations?: readonly DataTransformerConfig[];
      readonly overrides?: Overrides;
    },
  ): Maker =>
  (language) => {
    const panel = dress(new tables.PanelBuilder(), spec, language)
      .targets(instant(spec))
      .transformations([...(spec.transformations ?? [])]);
    for (const [name, properties] of Object.entries(spec.overrides ?? {}))
      panel.overrideByRegexp(name, [...properties]);
    return panel;
  };

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

/** Columns of several tables joined by one, with names that people read. */
export const joined = (by: string, columns: Readonly<Record<string, string>>): DataTransformerConfig[] => [
  { id: 'joinByField', options: { byField: by, mode: 'outer' } },
  {
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries(
        ['Time', ...Array.from({ length: 9 }, (_, n) => `Time ${n + 1}`)].map((name) => [name, true]),
      ),
      renameByName: columns,
      indexByName: {},
    },
  },
];

/**
 * What Grafana does between a data source's answer and a panel, by its own library: transformations, the panel's field
 * configuration with its overrides, and the text and colour of every value.
 */
import {
  applyFieldOverrides,
  booleanOverrideProcessor,
  cacheFieldDisplayNames,
  createTheme,
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  FieldConfigOptionsRegistry,
  FieldType,
  formattedValueToString,
  getFieldDisplayName,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  stringOverrideProcessor,
  thresholdsOverrideProcessor,
  toDataFrame,
  transformDataFrame,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';

export const theme = createTheme({ colors: { mode: 'dark' } });

const property = (id, process, more = {}) => ({
  id,
  path: id.replace(/^custom\./, ''),
  name: id,
  process,
  shouldApply: () => true,
  isCustom: id.startsWith('custom.'),
  ...more,
});

/** Grafana registers these in its server's own code; the processors are the library's. */
const standard = [
  property('unit', unitOverrideProcessor),
  property('decimals', numberOverrideProcessor),
  property('min', numberOverrideProcessor),
  property('max', numberOverrideProcessor),
  property('displayName', displayNameOverrideProcessor),
  property('noValue', stringOverrideProcessor),
  property('color', identityOverrideProcessor),
  property('links', dataLinksOverrideProcessor),
  property('mappings', valueMappingsOverrideProcessor),
  property('thresholds', thresholdsOverrideProcessor),
  property('filterable', booleanOverrideProcessor),
];
standardFieldConfigEditorRegistry.setInit(() => standard);
standardTransformersRegistry.setInit(() =>
  // Some stand there under two names.
  [...new Map(Object.values(standardTransformers).map((one) => [one.id, one])).values()].map(
    (transformation) => ({
      id: transformation.id,
      name: transformation.name,
      transformation: () => Promise.resolve(transformation),
      editor: () => null,
      imageDark: '',
      imageLight: '',
    }),
  ),
);

/** The custom properties that a panel's defaults and overrides name. */
function registryFor({ defaults = {}, overrides = [] }) {
  const named = [
    ...Object.keys(defaults.custom ?? {}).map((key) => `custom.${key}`),
    ...overrides.flatMap(({ properties }) => properties.map(({ id }) => id)),
  ].filter((id) => id.startsWith('custom.'));
  return new FieldConfigOptionsRegistry(() => [
    ...standard,
    ...[...new Set(named)].map((id) => property(id, identityOverrideProcessor)),
  ]);
}

/** As Grafana's data source for Prometheus names a series without a legend. */
const nameOf = ({ __name__: metric = '', ...labels }) => {
  const text = Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ');
  return text === '' ? metric || 'Value' : `${metric}{${text}}`;
};
const legendOf = (legend, metric) =>
  legend === ''
    ? nameOf(metric)
    : legend.replaceAll(/\{\{\s*(.+?)\s*\}\}/g, (_whole, label) => metric[label] ?? '');

const numberOf = (text) => (text === 'NaN' ? NaN : Number(text));

/** Series as Grafana's data source makes frames of them; `stepMs`: a gap of the answer is a gap of the line. */
function seriesFrames({ target, result }, { from, to, stepMs }) {
  return result.map(({ metric, values, value }) => {
    const byTime = new Map(
      (values ?? [value]).map(([seconds, text]) => [Math.round(seconds * 1000), numberOf(text)]),
    );
    const times = [];
    if (values) for (let at = from; at <= to; at += stepMs) times.push(at);
    else times.push(...byTime.keys());
    return toDataFrame({
      refId: target.refId,
      fields: [
        { name: 'Time', type: FieldType.time, values: times },
        {
          name: 'Value',
          type: FieldType.number,
          labels: metric,
          config: { displayNameFromDS: legendOf(target.legendFormat, metric) },
          values: times.map((at) => byTime.get(at) ?? null),
        },
      ],
    });
  });
}

/** A table of all series of a target: a column for each label. */
function tableFrame({ target, result }, count) {
  const labels = [...new Set(result.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return toDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: result.map(({ value }) => value[0] * 1000) },
      ...labels.map((name) => ({
        name,
        type: FieldType.string,
        config: { filterable: true },
        values: result.map(({ metric }) => metric[name] ?? ''),
      })),
      {
        name: count > 1 ? `Value #${target.refId}` : 'Value',
        type: FieldType.number,
        values: result.map(({ value }) => numberOf(value[1])),
      },
    ],
  });
}

/** What Grafana's panels take where a dashboard says nothing: red from 80 on, whatever the figure is. */
const unsaid = {
  thresholds: {
    mode: 'absolute',
    steps: [
      { value: null, color: 'green' },
      { value: 80, color: 'red' },
    ],
  },
};
const colorsOf = (type) => ({ mode: type === 'timeseries' ? 'palette-classic' : 'thresholds' });

/** The frames that a panel draws: what was answered to its targets, transformed and dressed. */
export async function framesOf(panel, answers, range) {
  const raw = answers.flatMap((answer) =>
    answer.target.format === 'table'
      ? answer.result.length === 0
        ? []
        : [tableFrame(answer, answers.length)]
      : seriesFrames(answer, range),
  );
  const context = { interpolate: (text) => text };
  const transformed = await firstValueFrom(transformDataFrame(panel.transformations ?? [], raw, context));
  const fieldConfig = {
    defaults: { ...unsaid, color: colorsOf(panel.type), ...panel.fieldConfig?.defaults },
    overrides: panel.fieldConfig?.overrides ?? [],
  };
  const frames = applyFieldOverrides({
    data: transformed,
    fieldConfig,
    fieldConfigRegistry: registryFor(fieldConfig),
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
  });
  cacheFieldDisplayNames(frames);
  return frames;
}

/** What a person would read of the frames: for each field its name, texts, colours, and what is no number. */
export const factsOf = (frames) =>
  frames.flatMap((frame) =>
    frame.fields
      .filter((field) => field.type !== FieldType.time)
      .map((field) => {
        const values = [...field.values];
        const given = values.filter((value) => value !== null && value !== undefined);
        const shown = given.map((value) => field.display?.(value) ?? { text: String(value) });
        return {
          name: getFieldDisplayName(field, frame, frames),
          type: field.type,
          unit: field.config.unit ?? null,
          count: given.length,
          notNumbers: given.filter((value) => typeof value === 'number' && !Number.isFinite(value)).length,
          last: typeof given.at(-1) === 'number' ? given.at(-1) : null,
          nullColor: field.display?.(null).color ?? null,
          texts: [...new Set(shown.map(formattedValueToString))].slice(0, 200),
          colors: [...new Set(shown.map(({ color }) => color ?? null))],
          thresholds: field.config.thresholds?.steps ?? null,
          links: (field.config.links ?? []).map(({ url }) => url),
          custom: field.config.custom ?? {},
        };
      }),
  );

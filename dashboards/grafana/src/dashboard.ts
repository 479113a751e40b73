import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { scoped, source, type Maker } from './panels.js';
import { say, type Language, type Words } from './words.js';

/** A choice at the head of a dashboard: the values of a label. */
export interface Choice {
  readonly name: string;
  readonly label: Words;
  /** `label_values(metric, label)`. */
  readonly values: string;
  readonly all?: boolean;
}

export interface Mark {
  readonly name: Words;
  readonly expr: string;
  readonly color: string;
  readonly text: string;
}

export interface DashboardSpec {
  readonly id: string;
  readonly title: Words;
  readonly description: Words;
  readonly from: string;
  readonly choices: readonly Choice[];
  readonly marks?: readonly Mark[];
  readonly rows: readonly {
    readonly title: Words;
    readonly panels: (language: Language) => readonly Maker[];
  }[];
}

/** Where the daemon's pages are, for a browser on its own machine: change the variable where they are elsewhere. */
const portal = 'http://127.0.0.1:9720';

/** Which daemons a dashboard is about; one that is about a single daemon has a choice of its own. */
const scope = ({ choices }: DashboardSpec): readonly Choice[] =>
  [
    {
      name: 'job',
      label: ['Job', '任务'],
      values: 'label_values(pop_sla_build_info, job)',
      all: true,
    } as const,
    {
      name: 'instance',
      label: ['Instance', '守护进程'],
      values: 'label_values(pop_sla_build_info{job=~"$job"}, instance)',
      all: true,
    } as const,
  ].filter(({ name }) => !choices.some((choice) => choice.name === name));

const maintenance: Mark = {
  name: ['maintenance', '维护'],
  expr: 'max by (pop, path) (pop_sla_maintenance_active)',
  color: 'blue',
  text: '{{pop}}{{path}}',
};

export const uidOf = (id: string, language: Language): string =>
  language === 'en' ? `pop-sla-${id}` : `pop-sla-${id}-${language}`;

/* eslint-disable @typescript-eslint/no-deprecated -- the classic model is what every Grafana since 8 reads from files */

/** A dashboard in one language; it links to its siblings of that language, to itself in the other, and to the portal. */
export function makeDashboard(
  spec: DashboardSpec,
  siblings: readonly DashboardSpec[],
  language: Language,
): Dashboard {
  const other: Language = language === 'en' ? 'zh' : 'en';
  const board = new DashboardBuilder(say(spec.title, language))
    .uid(uidOf(spec.id, language))
    .description(say(spec.description, language))
    .tags(['pop-sla', language])
    .time({ from: spec.from, to: 'now' })
    .refresh('1m')
    .timezone('browser')
    .readonly()
    .withVariable(
      new DatasourceVariableBuilder('datasource')
        .label(say(['Data source', '数据源'], language))
        .type('prometheus'),
    )
    .withVariable(
      new TextBoxVariableBuilder('portal')
        .label(say(['portal', '门户'], language))
        .hide(VariableHide.HideVariable)
        .defaultValue(portal)
        .current({ selected: true, text: portal, value: portal }),
    );
  for (const { name, label, values, all = false } of [...scope(spec), ...spec.choices]) {
    const choice = new QueryVariableBuilder(name)
      .label(say(label, language))
      .datasource(source)
      .query({ query: values, refId: name })
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc);
    board.withVariable(all ? choice.includeAll(true).multi(true).allValue('.+') : choice);
  }
  for (const { name, expr, color, text } of [maintenance, ...(spec.marks ?? [])])
    board.annotation(
      new AnnotationQueryBuilder()
        .name(say(name, language))
        .datasource(source)
        .enable(true)
        .iconColor(color)
        .expr(scoped(expr))
        .step('60s')
        .titleFormat(say(name, language))
        .textFormat(text),
    );
  for (const sibling of siblings)
    if (sibling.id !== spec.id)
      board.link(linkTo(say(sibling.title, language), `/d/${uidOf(sibling.id, language)}`));
  board.link(linkTo(say(['中文', 'English'], language), `/d/${uidOf(spec.id, other)}`));
  board.link(linkTo(say(['Portal', '门户'], language), '$portal'));
  let id = 0;
  for (const { title, panels } of spec.rows) {
    board.withRow(new RowBuilder(say(title, language)).id((id += 1)));
    for (const panel of panels(language)) board.withPanel(panel(language).id((id += 1)));
  }
  return tidy(board.build());
}

/** Without the SDK's defaults that say something here: `placement` would hide the links in a menu. */
function tidy(dashboard: Dashboard): Dashboard {
  const without = (one: object, keys: readonly string[]): object =>
    Object.fromEntries(Object.entries(one).filter(([key]) => !keys.includes(key)));
  const tidied = JSON.parse(JSON.stringify(dashboard), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if ('asDropdown' in value || 'iconColor' in value) return without(value, ['placement']);
    return 'auto_min' in value ? without(value, ['auto', 'auto_min', 'auto_count']) : value;
  }) as Dashboard;
  return { ...tidied, annotations: { list: tidied.annotations.list ?? [] } };
}

const linkTo = (title: string, url: string): DashboardLinkBuilder =>
  new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .url(url)
    .includeVars(url.startsWith('/'))
    .keepTime(url.startsWith('/'));

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { dashboardFiles } from '../../dashboards/grafana/src/all.js';
import { root } from '../support/source-files.js';

/** What a test reads of a dashboard; `grafana/model.ts` has its whole shape. */
export interface ReadDashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly ReadPanel[];
  readonly templating: { readonly list: readonly ReadVariable[] };
  readonly annotations?: { readonly list: readonly { readonly name: string; readonly expr?: string }[] };
  readonly links: readonly { readonly title: string; readonly url: string }[];
}
export interface ReadPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly ReadTarget[];
}
interface ReadTarget {
  readonly refId: string;
  readonly expr: string;
  readonly format?: string;
  readonly range?: boolean;
}
export interface ReadVariable {
  readonly name: string;
  readonly type: string;
  readonly query?: string | { readonly query: string };
  readonly multi?: boolean;
}

const folder = join(root, 'dashboards/grafana/json');

/** The dashboards that are committed, by the names that are built. */
export const committed = new Map(
  [...dashboardFiles().keys()].map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const),
);

export const dashboards = [...committed].map(
  ([name, text]) => ({ name, dashboard: JSON.parse(text) as ReadDashboard }) as const,
);

export interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly {
      readonly record?: string;
      readonly alert?: string;
      readonly expr: string;
      readonly labels?: Readonly<Record<string, string>>;
    }[];
  }[];
}

export const promFolder = join(root, 'dashboards/prometheus');
export const ruleFile = (name: string): RuleFile =>
  parse(readFileSync(join(promFolder, 'rules', `${name}.yaml`), 'utf8')) as RuleFile;

/** The recording rules that these expressions ask for, or that those ask for. */
export function recordingFor(expressions: readonly string[]): RuleFile['groups'] {
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
  expressions.forEach(want);
  return groups
    .map(({ rules, ...group }) => ({
      ...group,
      rules: rules.filter(({ record = '' }) => wanted.has(record)),
    }))
    .filter(({ rules }) => rules.length > 0);
}

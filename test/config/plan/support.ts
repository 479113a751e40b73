import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parsePlan } from '../../../src/config/plan/parse.js';
import type { Plan } from '../../../src/core/plan.js';
import { root } from '../../support/source-files.js';

export type Json = Record<string, unknown>;

export const shippedIds = [
  'ctg-cloud-connection',
  'example-dedicated-internet',
  'example-ethernet-hourly',
  'example-ip-transit',
  'example-leased-line',
  'example-managed-wan',
];

export const planText = (id: string): string =>
  readFileSync(join(root, 'config/plans', `${id}.yaml`), 'utf8');
export const readme = (): string => readFileSync(join(root, 'config/plans/README.md'), 'utf8');

/** The worked snippets of the reference: the first is a whole plan, the others belong into its version or beside it. */
export function snippets(): readonly { readonly text: string; readonly plan: Json }[] {
  const blocks = [...readme().matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
  const whole = parse(blocks[0] ?? '') as Json;
  return blocks.map((text) => {
    const part = parse(text) as Json;
    if ('versions' in part) return { text, plan: part };
    const plan = structuredClone(whole);
    const [version] = plan['versions'] as Json[];
    if ('examples' in part) Object.assign(plan, { examples: [] });
    else Object.assign(version ?? {}, part);
    if (!('examples' in part)) Object.assign(plan, { examples: [] });
    return { text, plan };
  });
}

/** A plan from data, which has to be good. */
export function planOf(data: unknown): Plan {
  const result = parsePlan(JSON.stringify(data), 'plan.json');
  if (!result.ok) throw new Error(JSON.stringify(result.problems, null, 2));
  return result.plan;
}

/** Bigints and maps as JSON, so that two plans can be compared. */
export const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'bigint'
        ? `${inner}n`
        : inner instanceof Map
          ? [...(inner as Map<unknown, unknown>)]
          : inner,
    ),
  );

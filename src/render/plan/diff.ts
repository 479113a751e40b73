import { asPercent, formatShort } from '../../core/number.js';
import type { Plan, PlanVersion } from '../../core/plan.js';
import { borderedTable } from './bordered.js';
import { causeRows } from './causes.js';
import { bandRange, stepRanges } from './ranges.js';
import { msText, ruleRows } from './rules.js';
import { inLanguage, type PlanLanguage } from '../../i18n/plan/words.js';

/** One thing that a version says: its name, and what it says of it. */
interface Said {
  readonly name: string;
  readonly value: string;
}

/** What differs between two versions, as a contract manager would compare them: rule, before, after. */
export function planDifference(before: PlanVersion, after: PlanVersion, language: PlanLanguage): string {
  const [old, now] = [saidBy(before, language), saidBy(after, language)];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  const rows = names.flatMap((name) => {
    const [was, is] = [old.get(name) ?? '-', now.get(name) ?? '-'];
    return was === is ? [] : [[name, was.split('\n'), is.split('\n')]];
  });
  if (rows.length === 0) return 'They say the same.\n';
  return `${borderedTable(['Rule', 'Before', 'After'], rows).join('\n')}\n`;
}

/** Everything that a version says, by the name of the rule; several of one name are numbered. */
function saidBy(version: PlanVersion, language: PlanLanguage): ReadonlyMap<string, string> {
  const percent = (share: PlanVersion['loss']['commitment']): string =>
    `${formatShort(asPercent(share), 15)} %`;
  const classes = [...version.classes.values()].flatMap((each): Said[] => {
    const name = `Class ${each.id}`;
    const most = each.maxLines ?? 'more';
    return [
      { name: `${name}: name`, value: inLanguage(each.name, language) },
      { name: `${name}: commitment`, value: percent(each.commitment) },
      { name: `${name}: lines`, value: each.minLines === most ? `${most}` : `${each.minLines} to ${most}` },
      ...stepRanges(each, language).map(({ range, credit }, index) => ({
        name: `${name}: step ${index}`,
        value: `${range}: ${credit ?? 'none'}`,
      })),
    ];
  });
  const bands = (['latency', 'loss'] as const).flatMap((metric) =>
    version[metric].bands.map((band, index): Said => {
      const decimals = metric === 'latency' ? version.latency.excessDecimals : null;
      const range = bandRange(version[metric].bands, index, decimals, 'any');
      return { name: `Band of ${metric}: ${band.id}`, value: `${range} ${inLanguage(band.name, language)}` };
    }),
  );
  const traffic = version.trafficClasses.map(({ id, dscp, latencyUs, loss, jitterUs }): Said => {
    const targets = [
      latencyUs && `latency ${msText(latencyUs)} ms`,
      loss && `loss ${percent(loss)}`,
      jitterUs && `jitter ${msText(jitterUs)} ms`,
    ].filter((target) => target !== null);
    return { name: `Class of traffic ${id}`, value: `DSCP ${dscp.join(', ')}: ${targets.join(', ')}` };
  });
  const causes = version.credit.causes.flatMap((cause) =>
    causeRows(cause, language).map(([name, conditions, credits]): Said => ({
      name: `Credit ${cause.id}`,
      value: [name, conditions, credits].flat().join('\n'),
    })),
  );
  const rules = ruleRows(version, language).map(([name, value]): Said => ({ name, value }));
  const texts = [
    ...[...version.clauses].map(([field, text]): Said => ({ name: `Clause of ${field}`, value: text })),
    ...version.rulings.map(({ id, field, clause, text }): Said => ({
      name: `Ruling ${id} (${field})`,
      value: `${inLanguage(text, language)}${clause === null ? '' : ` [${clause}]`}`,
    })),
  ];
  const all: Said[] = [
    { name: 'In force from', value: version.effectiveFrom },
    { name: 'Time zone', value: version.timeZone },
    ...classes,
    { name: 'Committed loss', value: percent(version.loss.commitment) },
    ...bands,
    ...traffic,
    ...causes,
    ...rules,
    ...texts,
  ];
  const count = new Map<string, number>();
  return new Map(
    all.map(({ name, value }) => {
      const nth = (count.get(name) ?? 0) + 1;
      count.set(name, nth);
      return [nth === 1 ? name : `${name} (${nth})`, value];
    }),
  );
}

/** `PLAN@VERSION` → the version; the latest without one; null: there is none of that name. */
export function versionNamed(plan: Plan, name: string | null): PlanVersion | null {
  if (name === null) return plan.versions.at(-1) ?? null;
  return plan.versions.find(({ version }) => version === name) ?? null;
}

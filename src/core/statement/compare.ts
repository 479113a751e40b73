import { formatAmount, minorOf } from '../money.js';
import type { ExclusionPart, OutagePart, PathPart, StatementChange, StatementDocument } from './document.js';
import { digestInputs } from './digest.js';

/** What was entered, measured or configured between two revisions, one line each. */
function whyChanged(before: StatementDocument, after: StatementDocument): string[] {
  const why = [
    ...exclusionLines(before.exclusions, after.exclusions),
    ...outageLines(before.outages, after.outages),
    ...pathLines(before.paths, after.paths),
    ...(same(before.unobserved, after.unobserved) ? [] : ['other time is unobserved than before']),
    ...termLines(before, after),
    ...zoneDataLines(before, after),
  ];
  if (why.length > 0) return why;
  const { software } = after;
  return before.software === software
    ? ['its figures come out otherwise than before']
    : [`the figures of version ${software} in place of ${before.software}`];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function exclusionLines(before: readonly ExclusionPart[], after: readonly ExclusionPart[]): string[] {
  const old = new Map(before.map((each) => [each.id, each]));
  const now = new Map(after.map((each) => [each.id, each]));
  return [
    ...after.flatMap((each) => {
      const known = old.get(each.id);
      if (!known)
        return [`exclusion ${each.id}, ${each.kind}, approved by ${each.approvedBy} on ${each.approvedAt}`];
      return same(known, each) ? [] : [`exclusion ${each.id} says something else`];
    }),
    ...before
      .filter(({ id }) => !now.has(id))
      .map(({ id, kind }) => `exclusion ${id}, ${kind}, counts no more`),
  ];
}

function outageLines(before: readonly OutagePart[], after: readonly OutagePart[]): string[] {
  const old = new Map(before.map((each) => [each.ref, each]));
  const now = new Map(after.map((each) => [each.ref, each]));
  return [
    ...after.flatMap((each) => {
      const known = old.get(each.ref);
      const name = `outage ${each.ref} from ${each.from}`;
      const word = each.corrections.at(-1);
      if (!known) {
        return [
          word?.does === 'add'
            ? `${name} added by ${word.by} on ${word.at}: ${word.reason}`
            : `${name} came in late`,
        ];
      }
      const fresh = each.corrections.slice(known.corrections.length);
      const verb = { add: 'added', correct: 'corrected', void: 'voided' };
      if (fresh.length > 0)
        return fresh.map(
          ({ id, does, by, at, reason }) => `${name} ${verb[does]} by ${by} on ${at} (${id}): ${reason}`,
        );
      if (known.from !== each.from || known.to !== each.to) return [`${name} has other ends`];
      if (known.state !== each.state) return [`${name} is ${each.state}, was ${known.state}`];
      return [];
    }),
    ...before.filter(({ ref }) => !now.has(ref)).map(({ ref }) => `outage ${ref} is there no more`),
  ];
}

function pathLines(before: readonly PathPart[], after: readonly PathPart[]): string[] {
  const old = new Map(before.map((each) => [`${each.plan} ${each.path}`, each]));
  return after.flatMap((each) => {
    const known = old.get(`${each.plan} ${each.path}`);
    if (!known) return [`path ${each.path} is new`];
    const lines: string[] = [];
    if (known.raw.roundsHeld !== each.raw.roundsHeld) {
      lines.push(`path ${each.path} has ${each.raw.roundsHeld} rounds held, had ${known.raw.roundsHeld}`);
    } else if (!same(known.raw, each.raw) || !same(known.measuredBy, each.measuredBy)) {
      lines.push(`path ${each.path} was measured otherwise`);
    }
    if (known.commitmentUs !== each.commitmentUs) {
      lines.push(
        `path ${each.path} is promised ${each.commitmentUs ?? 'nothing'}, was ${known.commitmentUs ?? 'nothing'} µs`,
      );
    }
    return lines;
  });
}

function termLines(before: StatementDocument, after: StatementDocument): string[] {
  const terms = ({ parts, customer, site }: StatementDocument): object => ({
    customer,
    site,
    parts: parts.map(({ plan, zone, class: of, lines, start, end, monthlyRent, tax }) => ({
      plan: [plan.id, plan.version],
      zone,
      of,
      start,
      end,
      monthlyRent,
      rate: tax.ratePercent,
      lines: lines.map(({ id, pop }) => [id, pop]),
    })),
  });
  const lines: string[] = [];
  if (!same(terms(before), terms(after))) lines.push('the terms of the service are others');
  if (!same(before.sellers, after.sellers)) lines.push('who sells it is another');
  return lines;
}

/** Other time zone data is a reason only where it gives the month other bounds. */
function zoneDataLines(before: StatementDocument, after: StatementDocument): string[] {
  const periods = ({ parts }: StatementDocument): object => parts.map(({ zone, period }) => [zone, period]);
  const [then, now] = [before.inputs.zoneData, after.inputs.zoneData];
  if (then === now || same(periods(before), periods(after))) return [];
  return [`the time zone data is ${now ?? 'unknown'}, was ${then ?? 'unknown'}, and gives other bounds`];
}

/** How a statement differs from an earlier revision; null when its figures and its source data are the same. */
export function changeOf(before: StatementDocument, after: StatementDocument): StatementChange | null {
  if (before.inputs.digest === after.inputs.digest) return null;
  const { currency } = after;
  const difference = minorOf(after.total.credit, currency) - minorOf(before.total.credit, currency);
  return {
    since: before.revision,
    why: whyChanged(before, after),
    differences: differences(before, after),
    creditDifference: formatAmount(difference, currency),
  };
}

/** The figures of a statement by field name. */
function figuresOf(document: StatementDocument): Map<string, string> {
  const figures = new Map<string, string>();
  const { total, parts, paths } = digestInputs(document) as Pick<
    StatementDocument,
    'total' | 'parts' | 'paths'
  >;
  walk('total', total);
  walk('complete', document.complete);
  parts.forEach((part, index) => {
    walk(`parts[${index}]`, { ...part, unavailable: undefined, causes: undefined, lines: undefined });
  });
  for (const path of paths) {
    walk(`paths[${path.path}]`, {
      ...path,
      path: undefined,
      days: undefined,
      measuredBy: undefined,
      latencyBands: undefined,
      lossBands: undefined,
    });
  }
  return figures;

  function walk(at: string, value: unknown): void {
    if (value === undefined || value === null) return;
    if (typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) walk(`${at}.${key}`, inner);
    } else figures.set(at, typeof value === 'string' ? value : JSON.stringify(value));
  }
}

function differences(before: StatementDocument, after: StatementDocument): StatementChange['differences'] {
  const [old, now] = [figuresOf(before), figuresOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((field) => {
    const [from, to] = [old.get(field) ?? null, now.get(field) ?? null];
    return from === to ? [] : [{ field, from, to }];
  });
}

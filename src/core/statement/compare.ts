import { formatAmount, minorOf } from '../money.js';
import type {
  ChangeReason,
  ExclusionPart,
  OutagePart,
  PathPart,
  StatementChange,
  StatementDocument,
} from './document.js';
import { digestInputs } from './digest.js';

/** What was entered, measured or configured between two revisions. */
function reasonsOf(before: StatementDocument, after: StatementDocument): ChangeReason[] {
  const reasons: ChangeReason[] = [
    ...exclusionReasons(before.exclusions, after.exclusions),
    ...outageReasons(before.outages, after.outages),
    ...pathReasons(before.paths, after.paths),
  ];
  if (!same(before.unobserved, after.unobserved)) reasons.push({ code: 'unobserved-changed' });
  reasons.push(...termReasons(before, after), ...zoneDataReasons(before, after));
  if (reasons.length > 0) return reasons;
  return before.software === after.software
    ? [{ code: 'figures-changed' }]
    : [{ code: 'software-changed', now: after.software, before: before.software }];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function exclusionReasons(before: readonly ExclusionPart[], after: readonly ExclusionPart[]): ChangeReason[] {
  const old = new Map(before.map((each) => [each.id, each]));
  const now = new Map(after.map((each) => [each.id, each]));
  return [
    ...after.flatMap((each): ChangeReason[] => {
      const { id, kind, approvedBy: by, approvedAt: at } = each;
      const earlier = old.get(id);
      if (!earlier) return [{ code: 'exclusion-approved', id, kind, by, at }];
      return same(earlier, each) ? [] : [{ code: 'exclusion-changed', id }];
    }),
    ...before
      .filter(({ id }) => !now.has(id))
      .map(({ id, kind }): ChangeReason => ({ code: 'exclusion-removed', id, kind })),
  ];
}

function outageReasons(before: readonly OutagePart[], after: readonly OutagePart[]): ChangeReason[] {
  const old = new Map(before.map((each) => [each.ref, each]));
  const now = new Map(after.map((each) => [each.ref, each]));
  return [
    ...after.flatMap((each): ChangeReason[] => {
      const { ref, from } = each;
      const earlier = old.get(ref);
      const latest = each.corrections.at(-1);
      if (!earlier) {
        if (latest?.does !== 'add') return [{ code: 'outage-late', ref, from }];
        const { by, at, reason } = latest;
        return [{ code: 'outage-added', ref, from, by, at, reason }];
      }
      const corrections = each.corrections.slice(earlier.corrections.length);
      if (corrections.length > 0)
        return corrections.map(({ id, does, by, at, reason }): ChangeReason => ({
          code: 'outage-corrected',
          ref,
          from,
          id,
          does,
          by,
          at,
          reason,
        }));
      if (earlier.from !== from || earlier.to !== each.to) return [{ code: 'outage-moved', ref, from }];
      if (earlier.state !== each.state)
        return [{ code: 'outage-state', ref, from, now: each.state, before: earlier.state }];
      return [];
    }),
    ...before
      .filter(({ ref }) => !now.has(ref))
      .map(({ ref }): ChangeReason => ({ code: 'outage-removed', ref })),
  ];
}

function pathReasons(before: readonly PathPart[], after: readonly PathPart[]): ChangeReason[] {
  const old = new Map(before.map((each) => [`${each.plan} ${each.path}`, each]));
  return after.flatMap((each): ChangeReason[] => {
    const { path } = each;
    const earlier = old.get(`${each.plan} ${path}`);
    if (!earlier) return [{ code: 'path-added', path }];
    const reasons: ChangeReason[] = [];
    if (earlier.raw.roundsHeld !== each.raw.roundsHeld) {
      reasons.push({
        code: 'path-rounds',
        path,
        now: each.raw.roundsHeld,
        before: earlier.raw.roundsHeld,
      });
    } else if (!same(earlier.raw, each.raw) || !same(earlier.measuredBy, each.measuredBy)) {
      reasons.push({ code: 'path-measured', path });
    }
    if (earlier.commitmentUs !== each.commitmentUs) {
      reasons.push({
        code: 'path-commitment',
        path,
        nowUs: each.commitmentUs,
        beforeUs: earlier.commitmentUs,
      });
    }
    return reasons;
  });
}

function termReasons(before: StatementDocument, after: StatementDocument): ChangeReason[] {
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
  const reasons: ChangeReason[] = [];
  if (!same(terms(before), terms(after))) reasons.push({ code: 'terms-changed' });
  if (!same(before.sellers, after.sellers)) reasons.push({ code: 'sellers-changed' });
  return reasons;
}

/** Other time zone data is a reason only where it gives the month other bounds. */
function zoneDataReasons(before: StatementDocument, after: StatementDocument): ChangeReason[] {
  const periods = ({ parts }: StatementDocument): object => parts.map(({ zone, period }) => [zone, period]);
  const [then, now] = [before.inputs.zoneData ?? null, after.inputs.zoneData ?? null];
  if (then === now || same(periods(before), periods(after))) return [];
  return [{ code: 'zone-data', now, before: then }];
}

/** How a statement differs from an earlier revision; null when its figures and its source data are the same. */
export function changeOf(
  before: StatementDocument,
  after: StatementDocument,
): StatementChange<ChangeReason> | null {
  if (before.inputs.digest === after.inputs.digest) return null;
  const { currency } = after;
  const difference = minorOf(after.total.credit, currency) - minorOf(before.total.credit, currency);
  return {
    since: before.revision,
    why: reasonsOf(before, after),
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

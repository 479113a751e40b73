import type { ExclusionPart, OutagePart, PathPart, StatementDocument } from './document.js';

/** What was entered, measured or configured between two revisions, a line each. */
export function whyChanged(before: StatementDocument, after: StatementDocument): string[] {
  const why = [
    ...exclusionLines(before.exclusions, after.exclusions),
    ...outageLines(before.outages, after.outages),
    ...pathLines(before.paths, after.paths),
    ...(same(before.unobserved, after.unobserved) ? [] : ['other time is unobserved than before']),
    ...termLines(before, after),
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
    ...{ customer, site },
    parts: parts.map(({ plan, zone, class: of, lines, start, end, monthlyRent, tax }) => ({
      plan: [plan.id, plan.version],
      ...{ zone, of, start, end, monthlyRent, rate: tax.ratePercent },
      lines: lines.map(({ id, pop }) => [id, pop]),
    })),
  });
  const lines: string[] = [];
  if (!same(terms(before), terms(after))) lines.push('the terms of the service are others');
  if (!same(before.sellers, after.sellers)) lines.push('who sells it is another');
  return lines;
}

import { formatAmount, minorOf } from '../money/money.js';
import type { StatementChange, StatementDocument } from './document.js';
import { substanceOf } from './substance.js';
import { whyChanged } from './why-changed.js';

/** How a statement differs from a revision before; null: its figures and what they rest on are the same. */
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

/** The figures of a statement, by the names of their fields. */
function figuresOf(document: StatementDocument): Map<string, string> {
  const figures = new Map<string, string>();
  const { total, parts, paths } = substanceOf(document) as Pick<
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
      ...{ path: undefined, days: undefined, measuredBy: undefined },
      ...{ latencyBands: undefined, lossBands: undefined },
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

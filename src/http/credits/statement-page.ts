import { z } from 'zod';
import { isPercentage } from '../../core/statement/filter.js';
import type { StatementSummary } from '../../core/statement/result.js';
import type { StatementPlace, StatementQuery } from '../../store/statement-store.js';
import { type Reading, text } from '../route/input.js';

const place = z.tuple([z.string(), z.string(), z.int(), z.enum(['draft', 'sealed'])]);

export const percentage = () =>
  text(
    (given): Reading<string> =>
      isPercentage(given) ? { value: given } : { detail: 'is no percentage; allowed: 0 to 100, as 99.95' },
    { description: 'a percentage, as 99.95: those of which a part has a lower availability', maxLength: 20 },
  );

/** Where a page of statements ended. */
export const statementCursor = () =>
  text(readPlace, { description: 'the nextCursor of an answer', maxLength: 500 });

function readPlace(given: string): Reading<StatementPlace> {
  const wrong = { detail: 'is not a cursor; allowed: the nextCursor of an answer' };
  try {
    const read = place.safeParse(JSON.parse(Buffer.from(given, 'base64url').toString()));
    if (!read.success) return wrong;
    const [month, service, revision, state] = read.data;
    return { value: { month, service, revision, state } };
  } catch {
    return wrong;
  }
}

const spell = ({ month, service, revision, state }: StatementPlace): string =>
  Buffer.from(JSON.stringify([month, service, revision, state])).toString('base64url');

interface Pages {
  readonly list: (query: StatementQuery) => Promise<readonly StatementSummary[]>;
  readonly query: StatementQuery;
  readonly limit: number;
  readonly sees: (row: StatementSummary) => boolean;
}

/** As many of those that are seen as were asked for, read no further than it takes to tell whether there are more. */
export async function statementPage({ list, query, limit, sees }: Pages) {
  const seen: StatementSummary[] = [];
  let after = query.after;
  for (;;) {
    const rows = await list({ ...query, ...(after && { after }), limit: limit + 1 });
    seen.push(...rows.filter(sees));
    after = rows.at(-1);
    if (seen.length > limit || rows.length <= limit) break;
  }
  const page = seen.slice(0, limit);
  const last = page.at(-1);
  return { page, nextCursor: last && seen.length > limit ? spell(last) : null };
}

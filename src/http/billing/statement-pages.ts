import { z } from 'zod';
import type { StatementSummary } from '../../core/statement/summary.js';
import type { StatementPlace, StatementQuery } from '../../store/statement-store.js';
import { text, type Reading } from '../route/input.js';

const place = z.tuple([z.string(), z.string(), z.int(), z.enum(['draft', 'sealed'])]);

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

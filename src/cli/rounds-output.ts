import type { SlotSummary } from '../core/measurement/summary.js';
import type { RoundQuery, RoundStore } from '../store/store.js';
import type { Context } from './context.js';
import { rawOutput, wantsColor, widthOf } from './terminal.js';

const pageSize = 1000;

/** A month of a large mesh does not fit into memory at once. */
export async function* pagesOf(
  store: Pick<RoundStore, 'list'>,
  query: Omit<RoundQuery, 'limit' | 'after'>,
  limit: number,
): AsyncGenerator<readonly SlotSummary[]> {
  let left = limit;
  let after: RoundQuery['after'];
  for (;;) {
    const size = Math.min(left, pageSize);
    const page = await store.list({ ...query, limit: size, ...(after && { after }) });
    yield page;
    left -= page.length;
    after = page.at(-1);
    if (page.length < size || left === 0) return;
  }
}

/** Rounds in the form asked for; CSV and JSON page by page. */
export async function printRounds(
  found: AsyncIterable<readonly SlotSummary[]>,
  options: { readonly json?: true; readonly csv?: true },
  context: Context,
): Promise<void> {
  const { stdout } = context;
  if (options.csv === true) {
    const { roundsCsv } = await import('../render/rounds/csv.js');
    let header = true;
    for await (const page of found) {
      stdout.write(roundsCsv(page, { header }));
      header = false;
    }
  } else if (options.json === true) {
    const { roundJson } = await import('../render/rounds/json.js');
    let separator = '';
    stdout.write('{ "rounds": [');
    for await (const page of found) {
      for (const round of page) {
        stdout.write(`${separator}\n  ${JSON.stringify(roundJson(round))}`);
        separator = ',';
      }
    }
    stdout.write('\n] }\n');
  } else {
    const { roundsTable } = await import('../render/rounds/table.js');
    const all: SlotSummary[] = [];
    for await (const page of found) all.push(...page);
    const color = wantsColor(stdout, context);
    const text = roundsTable(all, { width: widthOf(stdout), color });
    (color ? rawOutput(stdout) : stdout).write(text);
  }
}

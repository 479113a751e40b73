import type { SizeCounts } from '../../core/measurement/round.js';
import {
  countColumns,
  type MeasuredRow,
  type MissingRow,
  selectedColumns,
  summaryOf,
} from '../round-rows.js';
import type { RoundQuery, RoundStore } from '../store.js';
import type { Connection } from './database.js';

/** A row of `roundWithSizes`. */
export type RoundWithSizes = (MeasuredRow | MissingRow) & { readonly sizes: SizeCounts[] | null };

/** A round's sizes are selected with it, so that a list is one statement and one snapshot. */
const sizesOfRound = `(SELECT json_agg(json_build_object(${Object.entries(countColumns)
  .map(([name, column]) => `'${name}', ${column}`)
  .join(', ')}) ORDER BY position)
  FROM size WHERE size.path_id = round.path_id AND size.slot = round.slot)`;

/** The selected columns of `round`, with its path and sizes. */
export const roundWithSizes = `${selectedColumns}, ${sizesOfRound} AS sizes`;

export function roundList({ read }: Connection): Pick<RoundStore, 'list'> {
  return {
    async list(query) {
      const { sql, values } = listQuery(query);
      const rows = await read<RoundWithSizes>(sql, values);
      return rows.map(({ sizes, ...row }) => summaryOf(row, () => sizes ?? []));
    },
  };
}

function listQuery({ path, from, to, limit, order, after }: RoundQuery) {
  const newest = order !== 'oldest';
  const [within, beyond] = newest ? ['<=', 'DESC'] : ['>=', 'ASC'];
  const ofPath = path === undefined ? '' : 'AND path_id = (SELECT id FROM path WHERE name = :path)';
  const behind =
    after === undefined
      ? ''
      : `AND slot ${within} :afterSlot AND (slot <> :afterSlot OR path.name > :afterPath)`;
  return {
    values: {
      from: from ?? Number.MIN_SAFE_INTEGER,
      to: to ?? Number.MAX_SAFE_INTEGER,
      limit,
      path: path ?? null,
      afterSlot: after?.slot ?? null,
      afterPath: after?.path ?? null,
    },
    sql: `SELECT ${roundWithSizes} FROM round JOIN path ON path.id = round.path_id
      WHERE slot >= :from AND slot < :to ${ofPath} ${behind}
      ORDER BY slot ${beyond}, path.name LIMIT :limit`,
  };
}

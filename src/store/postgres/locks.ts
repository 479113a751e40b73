import type { Query } from './database.js';

/** Advisory locks: what only one program at a time may do on a database. Numbers of our own, the same in every version. */
export const locks = {
  schema: 0x504f5001,
  partitions: 0x504f5002,
  ledger: 0x504f5003,
  trail: 0x504f5004,
  faults: 0x504f5005,
  statements: 0x504f5006,
  /** With the number of a month: a work that lasts. */
  month: 0x504f5007,
  copy: 0x504f5008,
  watch: 0x504f5010,
  /** With a number made of schema and agent: who measures into it. */
  writer: 0x504f5011,
} as const;

/** Takes it until the end of the transaction; waits for whoever has it. */
export async function lock(query: Query, which: keyof typeof locks): Promise<void> {
  await query('SELECT pg_advisory_xact_lock($1)', [locks[which]]);
}

/** Advisory locks: what only one program at a time may do on a database. Numbers of our own, the same in every version. */
export const locks = {
  schema: 0x504f5001,
  partitions: 0x504f5002,
  ledger: 0x504f5003,
} as const;

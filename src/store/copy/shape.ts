/** A value as a copy moves it: what both databases have in common. */
export type CopyCell = string | number | Uint8Array | null;
export type CopyRow = readonly CopyCell[];

/** A table as both databases show it, whatever it is made of in each. */
export interface CopyTable {
  readonly name: string;
  readonly columns: readonly CopyColumn[];
  /** The columns that its rows are in the order of. */
  readonly key: readonly string[];
}

export interface CopyColumn {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'bytes';
}

/** What is read: one snapshot, whoever writes meanwhile. */
export interface CopySource {
  /** What it is called in messages. */
  readonly name: string;
  /** False: it has no such table, and nothing to say of it. */
  holds(table: CopyTable): boolean;
  count(table: CopyTable): Promise<number>;
  /** In batches, in the order of the key by bytes. */
  rows(table: CopyTable): AsyncIterable<readonly CopyRow[]>;
  close(): Promise<void>;
}

/** What is written, all or nothing: until it is kept nobody sees any of it. */
export interface CopyTarget extends CopySource {
  put(table: CopyTable, rows: readonly CopyRow[]): Promise<void>;
  /** Makes what was written stay; resolves when it is durable. */
  keep(): Promise<void>;
}

/** Packets lie with their rounds: each database keys them in a way of its own. */
export const withPackets = 'round';
export const notCopied: readonly string[] = ['packets', 'probe', 'pop_sla_schema'];

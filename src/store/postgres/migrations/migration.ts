/** One step of the schema, forward only. Its number is that of the SQLite step that brings the same. */
export interface Migration {
  readonly version: number;
  readonly sql: string;
}

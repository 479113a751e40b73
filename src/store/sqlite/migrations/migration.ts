/** One step of the schema, forward only. A landed one is never edited: what it left behind is on people's disks. */
export interface Migration {
  readonly version: number;
  readonly sql: string;
}

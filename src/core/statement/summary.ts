import type { EpochMs } from '../types.js';

/** A sealed statement's inputs are others than they were. */
export interface ChangedSince {
  readonly at: EpochMs;
  readonly why: readonly string[];
}

/** A statement without its document, as it is listed. */
export interface StatementSummary {
  readonly id: string;
  readonly month: string;
  readonly service: string;
  readonly customer: string;
  readonly site: string;
  readonly revision: number;
  readonly state: 'draft' | 'sealed';
  readonly currency: string;
  readonly rent: string;
  readonly credit: string;
  readonly complete: boolean;
  readonly hash: string;
  /** When it was drawn up or sealed. */
  readonly at: EpochMs;
  readonly sealedBy: string | null;
  /** Of the latest revision: its inputs have changed. */
  readonly changed: ChangedSince | null;
}

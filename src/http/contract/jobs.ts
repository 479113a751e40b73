import type { Evaluated } from '../../engine/evaluate.js';
import type { EvidenceMade } from '../../engine/evidence/make.js';
import type { Verified } from '../../engine/evidence/verify.js';

/** What came of work that can be told to be of no use: the message is for whoever asked. */
export type Worked<T> = { readonly done: T } | { readonly refused: string };

export interface PackWorked {
  readonly pack: Uint8Array;
  readonly made: EvidenceMade;
}

/**
 * What takes longer than a probe may wait, done beside everything else. Each rejects with `TooMany` where too much of
 * it waits already, and with `Unavailable` where it takes too long, or the store does not answer.
 */
export interface Jobs {
  /** Judges a case, as `pop-sla evaluate`. `bytes`: its JSON. */
  evaluate(task: { readonly bytes: Uint8Array; readonly details: boolean }): Promise<Evaluated>;
  evidence(task: { readonly service: string; readonly month: string }): Promise<Worked<PackWorked>>;
  /** Refused: the file is no pack, or not the one that was made. */
  verify(task: { readonly pack: Uint8Array }): Promise<Worked<Verified>>;
}

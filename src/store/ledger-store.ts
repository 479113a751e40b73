import type { LedgerEvent } from '../core/ledger/actions.js';
import type { EpochMs } from '../core/types.js';

/** What people entered: exclusions, corrections of outages, and who did what. Append-only. */
export interface LedgerStore {
  /**
   * Appends events, all or none, when the first one's `previous` is the hash of the last that is there; `moved`:
   * another came before, and these have to be thought over.
   */
  append(events: readonly LedgerEvent[]): Promise<'stored' | 'moved'>;
  /** Those after the event `after`, in their order. */
  events(query?: { readonly after?: number; readonly limit?: number }): Promise<LedgerEvent[]>;
}

/** The largest file that is kept. */
export const maxAttachmentBytes = 10 * 2 ** 20;

/** Files that prove something, kept by the SHA-256 of their content. */
export interface AttachmentStore {
  /** Keeps a file once. Rejects with `RangeError` for one of more than `maxAttachmentBytes`. */
  put(file: AttachmentFile): Promise<void>;
  /** Null: there is no such file. */
  get(sha256: string): Promise<Uint8Array | null>;
}

export interface AttachmentFile {
  /** Hexadecimal, in small letters. */
  readonly sha256: string;
  readonly content: Uint8Array;
  readonly at: EpochMs;
}

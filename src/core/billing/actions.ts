/** What is done with statements and what they owe. Ids are those of statements (`2026-10/service`) and credits. */
export type BillingAction =
  | {
      readonly type: 'statement-sealed';
      readonly id: string;
      readonly revision: number;
      readonly hash: string;
      readonly key: string;
      readonly acceptedIncomplete: string | null;
      /** Why it was sealed before an earlier month of its service; absent: the earlier ones were sealed. */
      readonly outOfOrder?: string;
    }
  /** `digest`: of what the revision rests on. */
  | {
      readonly type: 'statement-prepared';
      readonly id: string;
      readonly revision: number;
      readonly digest: string;
    }
  | { readonly type: 'credit-claimed'; readonly id: string; readonly note: string | null }
  | { readonly type: 'credit-settled'; readonly id: string; readonly note: string | null }
  | { readonly type: 'credit-reversed'; readonly id: string; readonly note: string }
  /** `id`: the last of them. */
  | { readonly type: 'credits-exported'; readonly id: string; readonly credits: readonly string[] }
  /** `id`: of the batch. */
  | {
      readonly type: 'batch-made';
      readonly id: string;
      readonly mapping: string;
      readonly hash: string;
      readonly postingDate: string;
      readonly notes: readonly string[];
      readonly credits: readonly string[];
    }
  | { readonly type: 'batch-fetched'; readonly id: string; readonly hash: string }
  | { readonly type: 'batch-confirmed'; readonly id: string; readonly note: string | null }
  | { readonly type: 'batch-withdrawn'; readonly id: string; readonly note: string }
  /** `id`: the month. */
  | { readonly type: 'period-locked'; readonly id: string; readonly note: string | null }
  | { readonly type: 'period-unlocked'; readonly id: string; readonly reason: string }
  | { readonly type: 'claim-reminded'; readonly id: string; readonly claimBy: string };
/** What is done with a person's data, and nothing of the data. */
export type ContactAction =
  | { readonly type: 'contact-added'; readonly id: string; readonly customer: string }
  | { readonly type: 'contact-corrected'; readonly id: string; readonly fields: readonly string[] }
  | { readonly type: 'contact-erased'; readonly id: string };

/** What of a statement a dispute may concern. */
export const disputedFigures = ['availability', 'latency', 'loss', 'outage', 'credit'] as const;

export interface DisputeSubject {
  readonly figure: (typeof disputedFigures)[number];
  /** The path of a latency or a loss, or the reference of an outage; null: no single one. */
  readonly of: string | null;
}

/** What a customer says against a statement, and what became of it. Texts stay for ever: they name nobody. */
export type DisputeAction =
  | {
      readonly type: 'dispute-opened';
      readonly id: string;
      readonly statement: string;
      readonly revision: number;
      readonly text: string;
      /** Who at the customer said it: the id of a contact. */
      readonly contact: string | null;
      /** Absent where nobody was asked, as in disputes of version 0.2.0. */
      readonly about?: DisputeSubject;
    }
  /** The customer adds something: whoever answered before is asked again. */
  | { readonly type: 'dispute-commented'; readonly id: string; readonly text: string }
  | { readonly type: 'dispute-answered'; readonly id: string; readonly text: string }
  | {
      readonly type: 'dispute-accepted';
      readonly id: string;
      readonly text: string;
      /** The ledger entries that correct what was disputed, by their ids; absent: none was named. */
      readonly entries?: readonly string[];
    }
  | { readonly type: 'dispute-rejected'; readonly id: string; readonly text: string }
  | { readonly type: 'dispute-withdrawn'; readonly id: string; readonly text: string };

/** What is done with statements and what they owe. Ids are those of statements (`2026-10/service`) and credits. */
export type BillingAction =
  | {
      readonly type: 'statement-sealed';
      readonly id: string;
      readonly revision: number;
      readonly hash: string;
      readonly key: string;
      readonly acceptedIncomplete: string | null;
    }
  | { readonly type: 'credit-claimed'; readonly id: string; readonly note: string | null }
  | { readonly type: 'credit-settled'; readonly id: string; readonly note: string | null }
  | { readonly type: 'credit-reversed'; readonly id: string; readonly note: string }
  /** `id`: the last of them. */
  | { readonly type: 'credits-exported'; readonly id: string; readonly credits: readonly string[] }
  | { readonly type: 'claim-reminded'; readonly id: string; readonly claimBy: string };

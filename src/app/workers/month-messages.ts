import type { Config } from '../../config/config.js';
import type { StatementDocument } from '../../core/statement/document.js';
import type { EpochMs } from '../../core/types.js';
import type { Impact } from '../../services/months/impact.js';
import type { AvailabilityJson } from '../../render/availability.js';

export type JudgeTask =
  | { readonly kind: 'availability'; readonly month: string }
  | { readonly kind: 'impact'; readonly id: string }
  | {
      readonly kind: 'draw';
      readonly month: string;
      readonly services: readonly string[];
      readonly fresh: boolean;
    };

/** To the thread that judges. */
export interface JudgeRequest {
  readonly id: number;
  readonly task: JudgeTask;
  /** Left out where it is that of the request before. */
  readonly config?: Config;
  /** What may change what is judged, beside time. */
  readonly basis: string;
  readonly now: EpochMs;
}

export type JudgeResult =
  | { readonly kind: 'availability'; readonly month: AvailabilityJson }
  | { readonly kind: 'impact'; readonly impacts: Impact[] }
  | {
      readonly kind: 'draw';
      readonly services: readonly string[];
      readonly unjudged: ReadonlyMap<string, string>;
    };

/** From it: documents come some at a time, so that nobody has to wait for all of them at once. */
export type JudgeReply =
  | { readonly id: number; readonly documents: readonly StatementDocument[] }
  | { readonly id: number; readonly result: JudgeResult }
  | { readonly id: number; readonly error: string };

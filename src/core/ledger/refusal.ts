import type { Saying } from './saying.js';

/** Why something can't be entered: which of its fields is wrong, in what, and what is allowed. */
export interface Refusal {
  readonly field: string;
  readonly what: string;
  readonly allowed: string;
  /** The same for those who show it in another language. */
  readonly said?: Saying;
}

export const refuse = (field: string, what: string, allowed: string, said?: Saying): Refusal => ({
  ...{ field, what, allowed },
  ...(said && { said }),
});

/** One line: `notices: is missing; allowed: …`. */
export const formatRefusal = ({ field, what, allowed }: Refusal): string =>
  `${field}: ${what}; allowed: ${allowed}`;

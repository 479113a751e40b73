/** Why something can't be entered: which of its fields is wrong, in what, and what is allowed. */
export interface Refusal {
  readonly field: string;
  readonly what: string;
  readonly allowed: string;
}

export const refuse = (field: string, what: string, allowed: string): Refusal => ({ field, what, allowed });

/** One line: `notices: is missing; allowed: …`. */
export const formatRefusal = ({ field, what, allowed }: Refusal): string =>
  `${field}: ${what}; allowed: ${allowed}`;

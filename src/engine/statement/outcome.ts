/** What became of one statement that was to be sealed or revised. */
export interface Outcome {
  readonly id: string;
  readonly outcome: 'sealed' | 'already-sealed' | 'unchanged' | 'incomplete' | 'refused';
  /** The revision that stands now; null: none is sealed. */
  readonly revision: number | null;
  readonly hash: string | null;
  readonly credit: string;
  readonly currency: string;
  /** Of a later revision: what is credited more or less. */
  readonly creditDifference: string | null;
  /** What changed, or why not; a line each. */
  readonly why: readonly string[];
}

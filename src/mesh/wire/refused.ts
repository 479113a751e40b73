export const refusals = [
  'unreadable', // no message of ours, or cut off, or altered on the way
  'version', // of a format that this program does not know
  'invalid', // its rows are none
  'forged', // it says that it is another PoP's than the one that may send it
  'refused', // the store can't take its rows, whatever else it is given
] as const;
export type Refusal = (typeof refusals)[number];

/** A message whose rows can not be taken, now or ever, by this program. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly reason: Refusal,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

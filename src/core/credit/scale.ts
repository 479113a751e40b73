/** An amount with the name that decides between equals. */
export interface Claim {
  readonly id: string;
  /** Decides between segments of the same service. */
  readonly start: string;
  readonly amount: bigint;
}

/**
 * Scales amounts down so that they sum up to `cap` to the minor unit, each in proportion to what it was: whole parts
 * first, then one unit each to the largest remainders (ties: the smaller id by code points). Amounts that are within
 * the cap stay as they are. In the order given.
 */
export function scaleToCap(claims: readonly Claim[], cap: bigint): bigint[] {
  const sum = claims.reduce((total, claim) => total + claim.amount, 0n);
  if (sum <= cap) return claims.map((claim) => claim.amount);
  const shares = claims.map((claim, index) => ({
    claim,
    index,
    whole: (claim.amount * cap) / sum,
    remainder: (claim.amount * cap) % sum,
  }));
  const scaled = shares.map((share) => share.whole);
  let left = cap - scaled.reduce((total, whole) => total + whole, 0n);
  const byRemainder = [...shares].sort(
    (a, b) =>
      order(b.remainder, a.remainder) ||
      compareCodePoints(a.claim.id, b.claim.id) ||
      compareCodePoints(a.claim.start, b.claim.start),
  );
  for (const { index, whole } of byRemainder) {
    if (left === 0n) break;
    scaled[index] = whole + 1n;
    left -= 1n;
  }
  return scaled;
}

const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Texts by their code points; `<` on strings goes by UTF-16 units, which sorts U+FF5E behind an emoji. */
export function compareCodePoints(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (const [index, character] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const difference = (character.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

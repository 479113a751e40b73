import { refuse, type Refusal } from '../ledger/refusal.js';

const classes = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u];
const rule =
  '8 to 200 characters of at least three of the four classes: small letters, capital letters, digits, others';

/** Why a text can't be a password; null: it can. */
export function passwordFault(text: string): Refusal | null {
  const length = Array.from(text).length;
  if (length < 8) return refuse('password', `has ${length} characters`, rule, ['password']);
  if (length > 200) return refuse('password', `has ${length} characters`, rule, ['password']);
  const found = classes.filter((one) => one.test(text)).length;
  return found < 3 ? refuse('password', `has characters of ${found} classes`, rule, ['password']) : null;
}

import { currencyDecimals } from '../../core/money/currency.js';
import { parseAmount, type Money } from '../../core/money/money.js';
import { pathEnds } from '../../core/path/path.js';
import { parseInstant } from '../../core/time/instant.js';
import { isLocalDate, localDateRule, type LocalDate } from '../../core/time/date.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { checkObject, checkParsed, checkText } from './check.js';
import type { Faults, Node } from './fault.js';
import { found } from './fault.js';
import { moneyKeys } from './keys.js';

export function checkInstant(node: Node, faults: Faults): EpochMs | null {
  return checkParsed(node, parseInstant, faults)?.at ?? null;
}

export function checkDate(node: Node, faults: Faults): LocalDate | null {
  const date = checkParsed(
    node,
    (text) => (isLocalDate(text) ? { text } : { fault: `must be ${localDateRule}` }),
    faults,
  );
  return date?.text ?? null;
}

export function checkPath(node: Node, faults: Faults): PathId | null {
  const path = checkParsed(
    node,
    (text) =>
      pathEnds(text) ? { id: text as PathId } : { fault: 'must be a path "A>B" of two different PoPs' },
    faults,
  );
  return path?.id ?? null;
}

/** `from` before `to`; either null where it has a fault of its own. */
export function checkOrder(node: Node, from: EpochMs | null, to: EpochMs | null, faults: Faults): void {
  if (from === null || to === null || from < to) return;
  faults.add(node, `is ${from === to ? 'empty' : 'reversed'}: "to" must be after "from"`);
}

export function checkCurrency(node: Node, faults: Faults): string | null {
  const code = checkText(node, faults);
  if (code === null || currencyDecimals(code) !== null) return code;
  faults.add(node, `must be a currency of ISO 4217, as "HKD", found ${found(code)}`);
  return null;
}

/** More than any currency has. */
const manyDecimals = 100;

/** An amount in whole minor units; where its currency has a fault (null), any decimals are right. */
export function checkAmount(node: Node, currency: string | null, faults: Faults): bigint | null {
  const decimals = currency === null ? manyDecimals : (currencyDecimals(currency) ?? 0);
  return checkParsed(node, (text) => parseAmount(text, decimals), faults)?.minor ?? null;
}

export function checkMoney(node: Node, faults: Faults): Money | null {
  if (node.value === undefined) return null;
  const at = checkObject(node, moneyKeys, faults);
  if (!at) return null;
  const currency = checkCurrency(at('currency'), faults);
  const minor = checkAmount(at('amount'), currency, faults);
  return minor === null || currency === null ? null : { minor, currency };
}

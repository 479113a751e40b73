import { currencyDecimals } from '../../../core/money/currency.js';
import { parseAmount } from '../../../core/money/money.js';
import { scalar, wrong, type Wrong } from '../../scalars/scalar.js';

/** Amounts by currency, in minor units. */
export const amounts = () =>
  scalar(
    'a mapping of currencies to amounts in quotes, such as { HKD: "50.00" }',
    (input): ReadonlyMap<string, bigint> | Wrong => {
      if (typeof input !== 'object' || input === null || Array.isArray(input))
        return wrong('is not a mapping');
      const read = new Map<string, bigint>();
      for (const [currency, text] of Object.entries(input)) {
        const decimals = currencyDecimals(currency);
        if (decimals === null)
          return wrong(`has ${JSON.stringify(currency)}, which is no currency of ISO 4217`);
        const amount = parseAmount(String(text), decimals);
        if ('fault' in amount) return wrong(`at ${currency}: ${amount.fault}`);
        read.set(currency, amount.minor);
      }
      return read;
    },
  ).meta({
    type: 'object',
    additionalProperties: { type: ['string', 'number'] },
    examples: [{ HKD: '50.00' }],
  });

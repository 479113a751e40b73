import { formatAmount, minorOf } from '../../core/money.js';
import type { CustomerRegistry } from '../../core/customer/book.js';
import type { Caller } from '../../http/access/caller.js';
import type { Api } from '../../http/http.js';
import type { Answer } from '../page.js';
import { byService, statementsOf } from '../finance/statement.js';

type Impact = Answer<'getExclusionImpact'>['impacts'][number];

/** What an approval costs, and whom. */
interface Effect {
  /** The difference in credit by currency, in minor units as an amount; positive: more is credited. */
  readonly differences: readonly {
    readonly currency: string;
    readonly amount: string;
    readonly less: boolean;
  }[];
  /** Whether there are services whose amounts the caller may not see. */
  readonly hidden: boolean;
  readonly customers: readonly string[];
  readonly services: readonly string[];
  /** Sealed statements that would say something else: a revision follows. Null: the caller sees no statements. */
  readonly sealed:
    readonly { readonly month: string; readonly service: string; readonly credit: boolean }[] | null;
}

interface EffectInput {
  readonly impacts: readonly Impact[];
  readonly book: Pick<CustomerRegistry, 'services' | 'customers'>;
}

/** Sums what an exclusion changes, and finds the sealed statements among it. */
export async function effectOf(api: Api, caller: Caller, { impacts, book }: EffectInput): Promise<Effect> {
  const sums = new Map<string, bigint>();
  let hidden = false;
  for (const { currency, without, with: after } of impacts) {
    if (without.credit === null || after.credit === null) {
      hidden = true;
      continue;
    }
    const difference = minorOf(after.credit, currency) - minorOf(without.credit, currency);
    sums.set(currency, (sums.get(currency) ?? 0n) + difference);
  }
  const services = [...new Set(impacts.map(({ service }) => service))].sort();
  const names = new Map(book.customers.map(({ id, name }) => [id, name]));
  const owners = book.services.filter(({ id }) => services.includes(id)).map(({ customer }) => customer);
  return {
    differences: [...sums].flatMap(([currency, minor]) =>
      minor === 0n
        ? []
        : [{ currency, less: minor < 0n, amount: formatAmount(minor < 0n ? -minor : minor, currency) }],
    ),
    hidden,
    services,
    customers: [...new Set(owners)].filter((id) => id !== '').map((id) => names.get(id) ?? id),
    sealed: caller.may('statements:read') ? await sealedOf(api, caller, impacts) : null,
  };
}

async function sealedOf(api: Api, caller: Caller, impacts: readonly Impact[]) {
  const sealed: { month: string; service: string; credit: boolean }[] = [];
  for (const month of new Set(impacts.map((one) => one.month))) {
    const rows = byService(await statementsOf(api, caller, { month }));
    for (const { service, without, with: after } of impacts.filter((one) => one.month === month)) {
      if (rows.find((row) => row.service === service)?.latest.state !== 'sealed') continue;
      sealed.push({ month, service, credit: without.credit !== after.credit });
    }
  }
  return sealed;
}

import type { Config } from '../../config/config.js';
import type { BookBase } from '../../config/customers/parse.js';

/** A configuration that goes to another thread: data, and no function. */
export interface TravellingConfig extends Omit<Config, 'bookBase'> {
  readonly bookBase: (Omit<BookBase, 'plans'> & { readonly plans: ReturnType<BookBase['plans']> }) | null;
}

export const packConfig = ({ bookBase, ...config }: Config): TravellingConfig => ({
  ...config,
  bookBase: bookBase && { ...bookBase, plans: bookBase.plans() },
});

export function unpackConfig({ bookBase, ...config }: TravellingConfig): Config {
  if (bookBase === null) return { ...config, bookBase };
  const { plans } = bookBase;
  return { ...config, bookBase: { ...bookBase, plans: () => plans } };
}

import type * as App from '../app.js';
import type { Config } from '../config/config.js';
import { type ConfigOptions, type Context, readConfig } from './context.js';

interface BillingOptions extends ConfigOptions {
  readonly write?: boolean;
}

export async function withBilling(
  options: BillingOptions,
  context: Context,
  work: (billing: App.OpenBilling, config: Config) => Promise<void>,
): Promise<void> {
  const config = await readConfig(options, context);
  const { openBilling } = await context.app();
  const { now, version } = context;
  const billing = await openBilling({ config, now, version, write: options.write ?? false });
  try {
    await work(billing, config);
  } finally {
    await billing.close();
  }
}

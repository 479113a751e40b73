import type * as App from '../../app.js';
import { readConfig } from '../config-file.js';
import type { Context } from '../context.js';
import type { ConfigOptions } from '../options.js';

type Registry = App.OpenRegistry;

export async function withRegistry(
  options: ConfigOptions & { readonly write?: boolean },
  context: Context,
  work: (registry: Registry) => Promise<void>,
): Promise<void> {
  const config = await readConfig(options, context);
  const { openRegistry } = await context.app();
  const registry = await openRegistry({ config, now: context.now, write: options.write ?? false });
  try {
    await work(registry);
  } finally {
    await registry.close();
  }
}

/** Writes down that a command did something. */
export function traceOf(registry: Registry, { env }: Context, action: string, target: string): Promise<void> {
  const name = env['POP_SLA_ACTOR']?.trim() ?? '';
  const who = { principal: 'cli', name: name === '' ? 'cli' : name.slice(0, 100), from: 'cli' };
  return registry.leaveTrace({ ...who, action, target, status: 0, amounts: false });
}

import type { Config } from '../config/config.js';
import type { Plan, PlanVersion } from '../core/plan.js';
import { formatAmount } from '../core/money.js';
import { type ConfigOptions, type Context, exitCodes, ExitError } from './context.js';
import { withLedger } from './with-ledger.js';

export interface DiffOptions extends ConfigOptions {
  readonly before: string;
  readonly after: string;
  readonly month?: string;
}

interface Named {
  readonly plan: Plan;
  readonly version: PlanVersion;
}

/** Prints what differs between two plans and, with a month, what its credits are by one and by the other. */
export async function printDiff(
  options: DiffOptions,
  open: (name: string) => Promise<Plan>,
  context: Context,
): Promise<void> {
  const [before, after] = [await named(options.before, open), await named(options.after, open)];
  const title = ({ plan, version }: Named): string => `${plan.id}, version ${version.version}`;
  context.stdout.write(`Before: ${title(before)}\nAfter:  ${title(after)}\n`);
  const { planDifference } = await import('../render/plan/diff.js');
  context.stdout.write(planDifference(before.version, after.version, 'en'));
  if (options.month !== undefined) await printMonth(options, options.month, { before, after }, context);
}

async function named(text: string, open: (name: string) => Promise<Plan>): Promise<Named> {
  const at = text.lastIndexOf('@');
  const [name, wanted] = at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
  const plan = await open(name);
  const { versionNamed } = await import('../render/plan/diff.js');
  const version = versionNamed(plan, wanted);
  if (version !== null) return { plan, version };
  throw new ExitError(
    exitCodes.badInput,
    `pop-sla: plan ${plan.id} has no version ${JSON.stringify(wanted)}; it has ${plan.versions.map((each) => each.version).join(', ')}`,
  );
}

/** Every service that the first plan judges in the month, judged by each of the two. */
async function printMonth(
  options: DiffOptions,
  month: string,
  { before, after }: { readonly before: Named; readonly after: Named },
  context: Context,
): Promise<void> {
  const credits = async ({ plan, version }: Named): Promise<ReadonlyMap<string, string>> => {
    const amounts = new Map<string, string>();
    await withLedger(
      options,
      context,
      async (ledger) => {
        for (const { case: judged, services, unjudged } of await ledger.month(month)) {
          if (judged.planId !== before.plan.id) continue;
          for (const { terms, amount } of services) {
            const { currency } = terms.monthlyRent;
            amounts.set(terms.id, `${formatAmount(amount, currency)} ${currency}`);
          }
          for (const { terms, reason } of unjudged) {
            // It was judged under the first plan's id, which is not where a class is missing.
            const why = version.classes.has(terms.class)
              ? reason
              : `plan ${plan.id} has no class ${terms.class}`;
            amounts.set(terms.id, `not judged: ${why}`);
          }
        }
      },
      (config) => judgedBy(config, before.plan.id, version),
    );
    return amounts;
  };
  const [old, now] = [await credits(before), await credits(after)];
  const services = [...new Set([...old.keys(), ...now.keys()])].sort();
  context.stdout.write(`\nCredits of ${month}\n`);
  if (services.length === 0) {
    context.stdout.write(`No service was judged by plan ${before.plan.id} in ${month}.\n`);
    return;
  }
  const rows = services.map((id) => [id, old.get(id) ?? 'not judged', now.get(id) ?? 'not judged']);
  const { tableLines } = await import('../render/table.js');
  const lines = tableLines(
    [{ head: 'SERVICE' }, { head: 'BEFORE', align: 'right' }, { head: 'AFTER', align: 'right' }],
    rows,
  );
  context.stdout.write(`${lines.join('\n')}\n`);
}

/** The configuration with one version in place of a plan, in force since ever. */
function judgedBy(config: Config, id: string, version: PlanVersion): Config {
  const replace = (plans: ReadonlyMap<string, Plan>): ReadonlyMap<string, Plan> =>
    new Map(
      [...plans].map(([key, plan]) =>
        key === id
          ? [key, { ...plan, versions: [{ ...version, effectiveFrom: '1970-01-01' }] }]
          : [key, plan],
      ),
    );
  const { bookBase, book } = config;
  return {
    ...config,
    book: { ...book, plans: replace(book.plans) },
    bookBase: bookBase && { ...bookBase, plans: () => replace(bookBase.plans()) },
  };
}

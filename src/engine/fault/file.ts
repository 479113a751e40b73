import type { Config } from '../../config/config.js';
import type { ExternalId, FaultActor, FaultChannel, FaultTargets } from '../../core/fault/actions.js';
import { lineFault, mostAttachments, textFault } from '../../core/fault/text.js';
import type { AttachmentRef } from '../../core/ledger/actions.js';
import { refuse, type Refusal } from '../../core/ledger/refusal.js';
import { versionFor } from '../../core/plan/version.js';
import type { WindowKind } from '../../core/quality/windows.js';
import { formatInstant } from '../../core/time/zone.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { serviceAt } from './bands.js';

/** What is said when a report is filed; what is null or left out is filled in from the band, where there is one. */
export interface FilingRequest {
  readonly customer: string;
  readonly path: PathId | null;
  readonly service: string | null;
  /** The band that it is filed from; null: none. */
  readonly window: WindowKind | null;
  readonly since: EpochMs | null;
  readonly subject: string | null;
  readonly text: string | null;
  readonly severity: string | null;
  readonly kind: string | null;
  readonly channel: FaultChannel;
  readonly reporter: string | null;
  readonly attachments: readonly AttachmentRef[];
  readonly externalIds: readonly ExternalId[];
}

/** What a report is about, as the customer's book has it. */
export interface FilingScope {
  readonly service: string | null;
  readonly plan: string | null;
  readonly paths: readonly PathId[];
  readonly pops: readonly string[];
}

const oldestMs = 366 * 86_400_000;

/** Everything that is wrong with a filing by itself. */
export function filingFaults(request: FilingRequest, actor: FaultActor, now: EpochMs): Refusal[] {
  const { path, service, window, since, subject, text, severity, kind, reporter } = request;
  const faults: (Refusal | null)[] = [];
  if (request.channel === 'phone' && actor.side === 'customer')
    faults.push(refuse('channel', 'is phone, which the NOC answers', 'customer, system'));
  if (window !== null && path === null && service === null)
    faults.push(
      refuse('window', 'has no path and no service', 'a band of a path or service, or none', [
        'band-of-nothing',
      ]),
    );
  if (window === null && (text ?? '').trim() === '')
    faults.push(refuse('text', 'is missing', 'what is wrong, as there is no band that says it', ['missing']));
  if (subject !== null) faults.push(lineFault('subject', subject));
  if (text !== null && text.trim() !== '') faults.push(textFault('text', text));
  if (severity !== null) faults.push(lineFault('severity', severity, 50));
  if (kind !== null) faults.push(lineFault('kind', kind, 50));
  if (reporter !== null && !/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/.test(reporter))
    faults.push(
      refuse('reporter', "is no person's id", 'letters, digits, ".", "_", ":" and "-", at most 64', [
        'no-person',
      ]),
    );
  if (since !== null && (since > now || since < now - oldestMs))
    faults.push(
      refuse(
        'since',
        since > now ? 'lies in the future' : 'is long ago',
        'within the last 366 days',
        since > now ? ['future'] : ['long-ago', 366],
      ),
    );
  if (request.attachments.length > mostAttachments)
    faults.push(
      refuse('attachments', `are ${request.attachments.length}`, `at most ${mostAttachments}`, [
        'too-many',
        request.attachments.length,
        mostAttachments,
      ]),
    );
  for (const { id, owner, type } of request.externalIds)
    for (const each of [id, owner, type]) if (each !== null) faults.push(lineFault('externalIds', each, 100));
  return faults.filter((fault) => fault !== null);
}

/** What the report is about, or what of it the customer does not have. */
export function scopeOf(
  config: Config,
  { customer, path, service }: FilingRequest,
  at: EpochMs,
): FilingScope | Refusal {
  const { book } = config;
  if (!book.customers.some(({ id }) => id === customer)) {
    const known = book.customers.map(({ id }) => id).slice(0, 12);
    return refuse(
      'customer',
      `is unknown, ${JSON.stringify(customer)}`,
      known.join(', ') || 'there are none',
      ['not-known', customer],
    );
  }
  const own = book.services.filter((one) => one.customer === customer).map(({ id }) => id);
  // An id may be another customer's by now.
  const inService = [...new Set(own)]
    .flatMap((id) => serviceAt(config, id, at) ?? [])
    .filter((segment) => segment.customer === customer);
  if (service !== null) {
    const found = inService.find(({ id }) => id === service);
    if (!found) {
      const names = inService.map(({ id }) => id).join(', ');
      return refuse(
        'service',
        `is none of ${customer}'s, ${JSON.stringify(service)}`,
        names || 'there are none',
        ['of-customer'],
      );
    }
    if (path !== null && !found.paths.includes(path))
      return refuse('path', `is none of ${service}'s, ${path}`, found.paths.join(', ') || 'it has none', [
        'of-customer',
      ]);
    return { service, plan: found.plan, paths: path === null ? found.paths : [path], pops: found.pops };
  }
  if (path === null) return { service: null, plan: null, paths: [], pops: [] };
  const found = inService.find(({ paths }) => paths.includes(path));
  if (found) return { service: null, plan: found.plan, paths: [path], pops: [] };
  const names = [...new Set(inService.flatMap(({ paths }) => paths))].join(', ');
  return refuse('path', `is in none of ${customer}'s services, ${path}`, names || 'there are none', [
    'of-customer',
  ]);
}

/** What the plan promises of a report that is filed now. */
export function targetsOf(config: Config, plan: string | null, now: EpochMs): FaultTargets | null {
  const found = plan === null ? undefined : config.book.plans.get(plan);
  if (!found) return null;
  const zone = found.versions[0]?.timeZone ?? 'UTC';
  const rules = versionFor(found, formatInstant(now, zone).slice(0, 7))?.faultReports;
  if (!rules) return null;
  const ms = (minutes: number | null): number | null => minutes && minutes * 60_000;
  return {
    plan: found.id,
    firstResponseMs: ms(rules.firstResponseMinutes),
    repairMs: ms(rules.repairMinutes),
  };
}

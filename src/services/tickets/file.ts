import type { Config } from '../../config/config.js';
import { segmentsOf } from '../../core/customer/book.js';
import type { AttachmentRef, LedgerEvent } from '../../core/ledger/actions.js';
import { type Rejection, validationError } from '../../core/ledger/errors.js';
import { approvedExcuses, foldExclusions } from '../../core/ledger/exclusions.js';
import { memoizeByIdentity } from '../../core/memoize.js';
import { versionFor } from '../../core/plan.js';
import type { PathWindow, WindowKind } from '../../core/standing.js';
import type {
  AttachmentLink,
  ExternalId,
  FaultChannel,
  FaultTargets,
  TicketActor,
} from '../../core/ticket/actions.js';
import {
  allowedExtensions,
  fileType,
  lineFault,
  maxAttachments,
  textFault,
} from '../../core/ticket/report.js';
import { hasControls } from '../../core/text/control-characters.js';
import { formatInstant } from '../../core/time/calendar.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { fileFaultText } from '../../i18n/refusals.js';
import { sha256 } from '../../seal/canonical.js';
import { type AttachmentStore, maxAttachmentBytes } from '../../store/ledger-store.js';
import type { Store } from '../../store/store.js';
import { ValidationError } from '../ledger/entries.js';
import { plansOfPath, storedBands } from '../quality.js';

/** A service on a day: its plan, its paths and the PoPs of its lines; null: it is not in service then. */
export function serviceAt({ book }: Pick<Config, 'book'>, id: string, at: EpochMs) {
  for (const service of book.services.filter((one) => one.id === id)) {
    for (const segment of segmentsOf(service)) {
      const zone = book.plans.get(segment.plan)?.versions[0]?.timeZone ?? 'UTC';
      const day = formatInstant(at, zone).slice(0, 10);
      if (segment.start > day || (segment.end !== null && day >= segment.end)) continue;
      const pops = book.lines.filter((line) => segment.lines.includes(line.id)).map(({ pop }) => pop);
      return { ...segment, pops };
    }
  }
  return null;
}

export interface PathBands {
  readonly plan: string;
  readonly windows: readonly PathWindow[];
}

interface BandsOfOptions {
  readonly store: Pick<Store, 'rounds' | 'ledger'>;
  readonly config: Config;
  readonly now: EpochMs;
}

/** Calculated once for each history. */
const excusesOf = memoizeByIdentity((events: readonly LedgerEvent[]) =>
  approvedExcuses(foldExclusions(events)),
);

/** The bands of a path under every plan that judges it, or under the plan that is named. */
export async function bandsOf(
  { store, config, now }: BandsOfOptions,
  path: PathId,
  plan?: string,
): Promise<PathBands[]> {
  const exclusions = excusesOf(await store.ledger.events());
  const plans = plansOfPath(config.book, path, now).filter(({ id }) => plan === undefined || id === plan);
  const all: PathBands[] = [];
  for (const each of plans) {
    const query = { rounds: store.rounds, config, plan: each, path, now, exclusions };
    all.push({ plan: each.id, windows: await storedBands(query) });
  }
  return all;
}

/** The input for filing a ticket; values that are null or absent are taken from the band, if there is one. */
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
  /** Files that another system has. */
  readonly links?: readonly AttachmentLink[];
  readonly externalIds: readonly ExternalId[];
  readonly priority?: string | null;
  readonly requestedResolutionAt?: EpochMs | null;
  /** Comments that are filed with it, or nothing is. */
  readonly notes?: readonly { readonly text: string; readonly externalId: string | null }[];
}

/** What a ticket is about, by the customer's services. */
interface FilingScope {
  readonly service: string | null;
  readonly plan: string | null;
  readonly paths: readonly PathId[];
  readonly pops: readonly string[];
}

const oldestMs = 366 * 86_400_000;

/** All errors of a filing by itself, before the customer's services are looked up. */
export function filingFaults(request: FilingRequest, actor: TicketActor, now: EpochMs): Rejection[] {
  const { path, service, window, since, subject, text, severity, kind, reporter } = request;
  const faults: (Rejection | null)[] = [];
  if (request.channel === 'phone' && actor.side === 'customer')
    faults.push(validationError('channel', 'is phone, which the NOC answers', 'customer, system'));
  if (window !== null && path === null && service === null)
    faults.push(
      validationError('window', 'has no path and no service', 'a band of a path or service, or none', [
        'band-of-nothing',
      ]),
    );
  if (window === null && (text ?? '').trim() === '')
    faults.push(
      validationError('text', 'is missing', 'what is wrong, as there is no band that says it', ['missing']),
    );
  if (subject !== null) faults.push(lineFault('subject', subject));
  if (text !== null && text.trim() !== '') faults.push(textFault('text', text));
  if (severity !== null) faults.push(lineFault('severity', severity, 50));
  if (kind !== null) faults.push(lineFault('kind', kind, 50));
  if (request.priority != null) faults.push(lineFault('priority', request.priority, 50));
  if (reporter !== null && !/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/.test(reporter))
    faults.push(
      validationError('reporter', "is no person's id", 'letters, digits, ".", "_", ":" and "-", at most 64', [
        'no-person',
      ]),
    );
  if (since !== null && (since > now || since < now - oldestMs))
    faults.push(
      validationError(
        'since',
        since > now ? 'lies in the future' : 'is long ago',
        'within the last 366 days',
        since > now ? ['future'] : ['long-ago', 366],
      ),
    );
  if (request.attachments.length > maxAttachments)
    faults.push(
      validationError('attachments', `are ${request.attachments.length}`, `at most ${maxAttachments}`, [
        'too-many',
        request.attachments.length,
        maxAttachments,
      ]),
    );
  for (const { name, url } of request.links ?? []) {
    faults.push(lineFault('attachments', name, 200));
    if (!isWebAddress(url))
      faults.push(
        validationError(
          'attachments',
          `has the address ${JSON.stringify(url)}`,
          'http:// or https:// without credentials',
        ),
      );
  }
  for (const { id, owner, type } of request.externalIds)
    for (const each of [id, owner, type]) if (each !== null) faults.push(lineFault('externalIds', each, 100));
  return faults.filter((fault) => fault !== null);
}

/** Whether people may be shown it as the address of a file. */
function isWebAddress(url: string): boolean {
  if (!URL.canParse(url) || hasControls(url)) return false;
  const { protocol, username, password } = new URL(url);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

/** The scope of the ticket, or errors for parts that the customer does not have. */
export function scopeOf(
  config: Config,
  { customer, path, service }: FilingRequest,
  at: EpochMs,
): FilingScope | Rejection {
  const { book } = config;
  if (!book.customers.some(({ id }) => id === customer)) {
    const known = book.customers.map(({ id }) => id).slice(0, 12);
    return validationError(
      'customer',
      `is unknown, ${JSON.stringify(customer)}`,
      known.join(', ') || 'there are none',
      ['not-known', customer],
    );
  }
  const serviceIds = book.services.filter((one) => one.customer === customer).map(({ id }) => id);
  // An id may belong to another customer by now.
  const inService = [...new Set(serviceIds)]
    .flatMap((id) => serviceAt(config, id, at) ?? [])
    .filter((segment) => segment.customer === customer);
  if (service !== null) {
    const found = inService.find(({ id }) => id === service);
    if (!found) {
      const names = inService.map(({ id }) => id).join(', ');
      return validationError(
        'service',
        `is none of ${customer}'s, ${JSON.stringify(service)}`,
        names || 'there are none',
        ['of-customer'],
      );
    }
    if (path !== null && !found.paths.includes(path))
      return validationError(
        'path',
        `is none of ${service}'s, ${path}`,
        found.paths.join(', ') || 'it has none',
        ['of-customer'],
      );
    return { service, plan: found.plan, paths: path === null ? found.paths : [path], pops: found.pops };
  }
  if (path === null) return { service: null, plan: null, paths: [], pops: [] };
  const found = inService.find(({ paths }) => paths.includes(path));
  if (found) return { service: null, plan: found.plan, paths: [path], pops: [] };
  const names = [...new Set(inService.flatMap(({ paths }) => paths))].join(', ');
  return validationError('path', `is in none of ${customer}'s services, ${path}`, names || 'there are none', [
    'of-customer',
  ]);
}

/** The plan's targets for a ticket that is filed now. */
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

/**
 * Stores a file of a ticket. Rejects with a `ValidationError` when it is too large or its content does not match its
 * name.
 */
export async function attachFile(
  attachments: AttachmentStore,
  name: string,
  content: Uint8Array,
  at: EpochMs,
): Promise<AttachmentRef> {
  if (content.byteLength > maxAttachmentBytes) {
    const what = `${name} has ${content.byteLength} bytes`;
    throw new ValidationError([
      validationError('attachment', what, `files of at most ${maxAttachmentBytes} bytes`, [
        'file-too-large',
        name,
        maxAttachmentBytes,
      ]),
    ]);
  }
  checkFile(name, content);
  const ref = { sha256: sha256(content), name, bytes: content.byteLength };
  await attachments.put({ sha256: ref.sha256, content, at });
  return ref;
}

/** Files that are named have to exist, and their content has to match their names. */
export async function checkFiles(
  attachments: AttachmentStore,
  refs: readonly AttachmentRef[],
): Promise<void> {
  if (refs.length > maxAttachments)
    throw new ValidationError([
      validationError('attachments', `are ${refs.length}`, `at most ${maxAttachments}`, [
        'too-many',
        refs.length,
        maxAttachments,
      ]),
    ]);
  for (const { sha256: hash, name, bytes } of refs) {
    const content = await attachments.get(hash);
    if (content?.byteLength !== bytes) {
      const what = `has no file ${JSON.stringify(name)} of ${bytes} bytes with the hash ${hash}`;
      throw new ValidationError([validationError('attachments', what, 'files that were attached before')]);
    }
    checkFile(name, content);
  }
}

function checkFile(name: string, content: Uint8Array): void {
  const bad = lineFault('attachment', name);
  if (bad) throw new ValidationError([bad]);
  if (/[/\\]/.test(name))
    throw new ValidationError([
      validationError('attachment', 'has a folder in its name', 'a name', ['file-name']),
    ]);
  const type = fileType(name, content);
  if ('fault' in type)
    throw new ValidationError([
      validationError(
        'attachment',
        `${JSON.stringify(name)} ${fileFaultText(type.fault)}`,
        `files that are what their endings say: ${allowedExtensions}`,
        ['file-type', name, allowedExtensions],
      ),
    ]);
}

import type { Config } from '../../config/config.js';
import type { Actor, AttachmentRef } from '../../core/ledger/actions.js';
import { chainFault } from '../../core/ledger/chain.js';
import { validationError } from '../../core/ledger/errors.js';
import { isPathId } from '../../core/path.js';
import {
  type TicketAction,
  type TicketActor,
  type TicketRecord,
  parseReportId,
} from '../../core/ticket/actions.js';
import { checkTransition, incidentOf, samenessOf } from '../../core/ticket/lifecycle.js';
import { type Ticket, foldReport, textFault } from '../../core/ticket/report.js';
import type { Suggestion } from '../../core/ticket/suggestion.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { chainFaultText } from '../../i18n/refusals.js';
import { digestOf, sha256 } from '../../seal/canonical.js';
import { madeSubject, madeText } from '../../render/ticket-words.js';
import type { ContactStore } from '../../store/access-store.js';
import type { TicketQuery, SuggestionQuery } from '../../store/ledger-store.js';
import type { OutboxStore } from '../../store/statement-store.js';
import type { Store } from '../../store/store.js';
import type { LedgerService } from '../ledger/service.js';
import { ValidationError } from '../ledger/entries.js';
import { createTargetService, type TargetService } from '../notifications/targets.js';
import { createNotifier } from '../notifications/notifier.js';
import { appendEvents, noSuchReport } from './append.js';
import {
  attachFile,
  bandsOf,
  checkFiles,
  filingFaults,
  type FilingRequest,
  type PathBands,
  scopeOf,
  serviceAt,
  targetsOf,
} from './file.js';
import { decideTransitions, type TransitionRequest } from './decide.js';
import { makeEvidence } from './evidence.js';
import { enterOutage, type ExclusionRequest, type OutageRequest, proposeExclusion } from './to-ledger.js';

/** The ticket service together with notification targets and the outbox. */
export interface TicketBacklog {
  readonly ticketService: TicketService;
  readonly targets: TargetService;
  readonly outbox: Pick<OutboxStore, 'list' | 'get' | 'retry' | 'drop' | 'depth'>;
}

interface TicketBacklogOptions extends TicketServiceOptions {
  readonly store: TicketServiceOptions['store'] & { readonly outbox: OutboxStore };
}

export function createTicketBacklog(options: TicketBacklogOptions): TicketBacklog {
  const { store, config, now } = options;
  return {
    ticketService: createTicketService(options),
    targets: createTargetService({ targets: store.targets, config, now }),
    outbox: store.outbox,
  };
}

interface TicketServiceOptions {
  readonly store: Pick<
    Store,
    'faults' | 'suggestions' | 'targets' | 'attachments' | 'rounds' | 'ledger' | 'watch' | 'contacts'
  >;
  readonly ledger: LedgerService;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

interface TicketList extends TicketQuery {
  readonly limit: number;
  /** Only tickets filed before this one. */
  readonly before?: number;
  readonly offset?: number;
}

/** Files and processes tickets. Every method rejects with a `ValidationError` for input that is not allowed. */
export interface TicketService {
  file(actor: TicketActor, request: FilingRequest): Promise<Ticket>;
  report(id: string): Promise<Ticket>;
  /** Every event of a ticket, and where its hash chain is broken; null: it is intact. */
  history(id: string): Promise<{ readonly events: readonly TicketRecord[]; readonly fault: string | null }>;
  list(query: TicketList): Promise<Ticket[]>;
  count(query: TicketQuery): Promise<number>;
  /** Applies all transitions in order, or none. */
  do(actor: TicketActor, id: string, ...requests: readonly TransitionRequest[]): Promise<Ticket>;
  /** `by`: who it is in the ledger; the actor's name when absent. */
  toOutage(actor: TicketActor, id: string, request: OutageRequest, by?: string | Actor): Promise<Ticket>;
  toExclusion(
    actor: TicketActor,
    id: string,
    request: ExclusionRequest,
    by?: string | Actor,
  ): Promise<Ticket>;
  /** The frozen evidence, byte for byte; null: it was filed without a band. Throws where it does not match its hash. */
  evidence(id: string): Promise<Uint8Array | null>;
  attach(name: string, content: Uint8Array): Promise<AttachmentRef>;
  /** The content of a file by its hash; the caller has to check permission. */
  content(hash: string): Promise<Uint8Array | null>;
  suggestions(query: SuggestionQuery): Promise<Suggestion[]>;
  /** The bands of a path, or of each path of a service, under the plans that judge them. */
  bands(of: { readonly path: PathId } | { readonly service: string }): Promise<PathBands[]>;
}

export function createTicketService({ store, ledger, config, now }: TicketServiceOptions): TicketService {
  const { faults, attachments } = store;
  const tell = createNotifier({ targets: store.targets, config });
  const append = (
    actor: TicketActor,
    number: number | null,
    decide: Parameters<typeof appendEvents>[0]['decide'],
  ): Promise<Ticket> => appendEvents({ faults, now, actor, number, decide, tell });
  const numberOf = (id: string): number => {
    const number = parseReportId(id);
    if (number === null) throw noSuchReport(id);
    return number;
  };
  const report = async (id: string): Promise<Ticket> => {
    const found = foldReport(await faults.events(numberOf(id)));
    if (!found) throw noSuchReport(id);
    return found;
  };
  const incidentOfOther = async (id: string): Promise<string> => {
    const number = parseReportId(id);
    const other = number === null ? null : foldReport(await faults.events(number));
    if (other) return other.incident;
    throw new ValidationError([
      validationError('to', `is no report: ${JSON.stringify(id)}`, 'F and a number', ['no-such', id]),
    ]);
  };
  /**
   * Writes to the ledger first, then records the result in the ticket; a ticket that changed meanwhile is decided
   * again.
   */
  const enter = async (
    actor: TicketActor,
    id: string,
    what: 'outage' | 'exclusion',
    work: (before: Ticket) => Promise<string>,
  ): Promise<Ticket> =>
    append(actor, numberOf(id), async (before) => {
      if (!before) throw noSuchReport(id);
      const fault = checkTransition(before, `to-${what}`, actor);
      if (fault) return [fault];
      const entry = await work(before);
      const known = before.entries.some((one) => one.id === entry);
      return known ? [] : [{ type: 'entered', what, id: entry }];
    });
  return {
    report,
    async file(actor, request) {
      const at = now();
      const wrong = [
        ...filingFaults(request, actor, at),
        ...(request.notes ?? []).flatMap(({ text }, index) => textFault(`note.${index}.text`, text) ?? []),
      ];
      const scope = scopeOf(config(), request, at);
      if (wrong.length > 0 || 'field' in scope)
        throw new ValidationError([...wrong, ...('field' in scope ? [scope] : [])]);
      await checkReporter(store.contacts, request.reporter, request.customer);
      await checkFiles(attachments, request.attachments);
      const { window, path, service } = request;
      const evidence =
        window === null || scope.plan === null
          ? null
          : await makeEvidence({
              store,
              outages: (query) => ledger.outages(query),
              config: config(),
              now: at,
              window,
              paths: scope.paths,
              service,
              plan: scope.plan,
              pops: scope.pops,
            });
      const frozen = evidence && {
        sha256: sha256(evidence.content),
        content: evidence.content,
        at,
      };
      if (frozen) await attachments.put(frozen);
      const severities = { best: 'minor', middle: 'major', last: 'critical' } as const;
      const of = path ?? service ?? request.customer;
      const band = evidence?.worst?.id ?? null;
      const since = request.since ?? (window === 'round' ? (evidence?.from ?? at) : at);
      const filed = {
        customer: request.customer,
        path,
        service,
        since,
        channel: request.channel,
        subject: request.subject ?? (window === null ? of : madeSubject(of, band)),
        text: request.text?.trim() ? request.text : madeText(window ?? '', band),
        severity: request.severity ?? (evidence?.worst ? severities[evidence.worst.place] : 'minor'),
        kind: request.kind ?? 'fault',
        reporter: request.reporter,
        evidence:
          frozen && window !== null
            ? { sha256: frozen.sha256, bytes: frozen.content.byteLength, window }
            : null,
        targets: targetsOf(config(), scope.plan, at),
        attachments: request.attachments,
        ...(request.links && request.links.length > 0 && { links: request.links }),
        externalIds: request.externalIds,
        ...(request.priority != null && { priority: request.priority }),
        ...(request.requestedResolutionAt != null && {
          requestedResolutionAt: request.requestedResolutionAt,
        }),
      };
      const sameness = samenessOf(filed);
      return append(actor, null, async (_before, number) => {
        const others = sameness ? await faults.same(sameness) : [];
        const text = { ...filed, incident: incidentOf(sameness, others, number) };
        const actions: TicketAction[] = [{ type: 'filed', text }];
        // A ticket filed by phone has been acknowledged by whoever took the call.
        if (request.channel === 'phone') actions.push({ type: 'taken' });
        for (const { text: note, externalId } of request.notes ?? []) {
          const named = externalId === null ? {} : { externalId };
          actions.push({ type: 'commented', text: note, internal: false, attachments: [], ...named });
        }
        return actions;
      });
    },
    async history(id) {
      const events = await faults.events(numberOf(id));
      if (events.length === 0) throw noSuchReport(id);
      const broken = chainFault(events, digestOf);
      return { events, fault: broken && chainFaultText(broken) };
    },
    async list(query) {
      const heads = await faults.heads(query);
      const reports = await Promise.all(heads.map(({ number }) => faults.events(number)));
      return reports.flatMap((events) => foldReport(events) ?? []);
    },
    count: (query) => faults.count(query),
    async do(actor, id, ...requests) {
      const number = numberOf(id);
      let incident = '';
      for (const request of requests) {
        if (request.transition === 'comment') await checkFiles(attachments, request.attachments);
        if (request.transition === 'link') incident = await incidentOfOther(request.to);
      }
      return append(actor, number, (before) => {
        if (!before) throw noSuchReport(id);
        return decideTransitions(before, requests, actor, incident, now());
      });
    },
    toOutage: (actor, id, request, by = actor.name) =>
      enter(actor, id, 'outage', (before) => enterOutage(ledger, before, by, request)),
    toExclusion: (actor, id, request, by = actor.name) =>
      enter(actor, id, 'exclusion', (before) => proposeExclusion(ledger, before, by, request)),
    async evidence(id) {
      const { evidence } = await report(id);
      if (evidence === null) return null;
      const content = await attachments.get(evidence.sha256);
      if (content === null || sha256(content) !== evidence.sha256)
        throw new Error(`the evidence of ${id} is not what was frozen`);
      return content;
    },
    attach: (name, content) => attachFile(attachments, name, content, now()),
    content: (hash) => attachments.get(hash),
    suggestions: (query) => store.suggestions.list(query),
    async bands(of) {
      const options = { store, config: config(), now: now() };
      if ('path' in of) return isPathId(of.path) ? bandsOf(options, of.path) : [];
      const found = serviceAt(config(), of.service, now());
      const all = (found?.paths ?? []).map((path) => bandsOf(options, path, found?.plan));
      return (await Promise.all(all)).flat();
    },
  };
}

/**
 * Checks that the reporter is a contact of the ticket's customer. A contact of another customer gets the same message
 * as an unknown one, so that it does not reveal who works there.
 */
async function checkReporter(
  contacts: Pick<ContactStore, 'get'>,
  reporter: string | null,
  customer: string,
): Promise<void> {
  if (reporter === null) return;
  const found = await contacts.get(reporter);
  if (found?.customer === customer && found.erasedAt === null) return;
  throw new ValidationError([
    validationError(
      'reporter',
      `is nobody at ${customer}, ${JSON.stringify(reporter)}`,
      'the id of a person, as `pop-sla person list` prints it, or nobody',
      ['no-person'],
    ),
  ]);
}

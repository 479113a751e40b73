import type { Config } from '../../config/config.js';
import type { CustomerRegistry } from '../../core/customer/book.js';
import { actorFault, actorOf } from '../../core/ledger/proposals.js';
import type { Actor } from '../../core/ledger/actions.js';
import { validationError } from '../../core/ledger/errors.js';
import type { Assembler } from '../../core/statement/assemble.js';
import { changeOf } from '../../core/statement/compare.js';
import {
  ruleSetOf,
  statementId,
  type SealedStatement,
  type StatementDocument,
} from '../../core/statement/document.js';
import { storedNames } from '../../core/statement/names.js';
import type { EpochMs } from '../../core/types.js';
import { digestOf } from '../../seal/canonical.js';
import type { Signer } from '../../seal/keys.js';
import type { DraftStatement, StatementQuery, StatementSummary } from '../../store/statement-store.js';
import type { StatementFigures } from '../../render/report/statement-figures.js';
import type { Store } from '../../store/store.js';
import { namesOf, withLedgerEntries } from '../customers/in-force.js';
import { ValidationError, withShortReasons } from '../ledger/entries.js';
import { billingTeller } from '../notifications/billing-notices.js';
import type { RecipientStore } from '../notifications/people.js';
import { adjustmentOf, creditOf, drawMonth } from './draw.js';
import { storedFigures } from './figures.js';
import { changedDrafts, freshDrafts } from './fresh-drafts.js';
import type { Judging } from '../months/impact.js';
import { mustBeOver, servicesAsked, type MonthOfBook } from './months.js';
import {
  alreadySealed,
  englishReasons,
  incomplete,
  noReason,
  notInOrder,
  type Outcome,
  outcomeOf,
  unjudged,
  sealer,
} from './seal.js';
import {
  type Preparation,
  preparationsIn,
  prepareRevisions,
  secondPersonFault,
  unsealedBefore,
  validPreparations,
} from './before-sealing.js';

export interface StatementsOptions {
  readonly store: Pick<Store, 'ledger' | 'watch' | 'rounds' | 'statements' | 'paths'> & RecipientStore;
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** The program version. */
  readonly software: string;
  /** Rejects with a `KeyError`. */
  readonly signer: () => Promise<Signer>;
  /** Creates statements, for example in a worker thread; in this thread by default. */
  readonly judging?: Pick<Judging, 'draw'>;
}

interface SealRequest {
  readonly month: string;
  /** Null: all services of the month. */
  readonly services: readonly string[] | null;
  /** The reason to seal incomplete statements; null: they are not sealed. */
  readonly acceptIncomplete: string | null;
}

interface FirstSealRequest extends SealRequest {
  /** The reason to seal before an earlier month of the service; without one it is refused. */
  readonly outOfOrder?: string | null;
}

/** What closing a month gave. */
interface ClosedMonth {
  /** How many drafts were created. */
  readonly drafts: number;
  /** The services that can't be judged, and so have no draft, each with its reason. */
  readonly unjudged: readonly { readonly service: string; readonly reason: string }[];
}

/**
 * A month's statements from draft to revision. Every method rejects with a `ValidationError` for an invalid request.
 */
export interface Statements {
  list(query?: StatementQuery): Promise<StatementSummary[]>;
  /** The figures of a listed statement; null: it is there no more. */
  figures(row: StatementSummary): Promise<StatementFigures | null>;
  /** Creates the drafts of a month anew whose source data has changed since. */
  freshen(month: string): Promise<void>;
  /** The drafts whose source data has changed, as they would be created now, without storing them. */
  changedDrafts(query: { readonly month: string; readonly service?: string }): Promise<StatementDocument[]>;
  /** A sealed revision (the latest by default), else the draft. */
  show(month: string, service: string, revision?: number): Promise<SealedStatement | DraftStatement>;
  /** Statements as of now, without storing them; also for a month in progress. */
  draw(month: string, services: readonly string[] | null): Promise<StatementDocument[]>;
  /** Creates and stores drafts for services of a past month that are not sealed. */
  close(month: string, services?: readonly string[] | null): Promise<ClosedMonth>;
  /** The same unless any process closed the month before; then it resolves to null. */
  closeOnce(month: string): Promise<ClosedMonth | null>;
  /** The services of which earlier months are not sealed, with those months. */
  unsealedBefore(month: string): Promise<ReadonlyMap<string, readonly string[]>>;
  /**
   * Notes that somebody looked at what would be sealed next: the drafts, and the revisions of what has changed. Where two
   * persons have to, only another one may seal those then.
   */
  prepare(actor: string | Actor, request: Pick<SealRequest, 'month' | 'services'>): Promise<Outcome[]>;
  /** Who prepared what would be sealed next of a month, as long as that is the same. */
  preparations(month: string): Promise<Preparation[]>;
  /** Refuses a service of which an earlier month is not sealed, unless the request says why. */
  seal(actor: string | Actor, request: FirstSealRequest): Promise<Outcome[]>;
  /** Seals a further revision of statements whose source data changed. `dryRun`: only reports what it would seal. */
  revise(actor: string | Actor, request: SealRequest & { readonly dryRun?: boolean }): Promise<Outcome[]>;
  /**
   * Gives sealed statements of an earlier version of the program, which stored no names, those that are in force.
   * Resolves to their number.
   */
  nameSealed(): Promise<number>;
  /** Records which sealed statements of a month would differ now. Resolves to their number. */
  check(month: string): Promise<number>;
}

/** How many drafts share a transaction, so that probes and page requests are served in between. */
const draftsAtOnce = 16;

export function createStatements(options: StatementsOptions): Statements {
  const { store, config, now, software } = options;
  const tell = billingTeller({ store, config });
  /** `fresh` for statements that are stored or signed. */
  const drawn = (month: string, of: readonly string[], fresh = true): Promise<Assembler> =>
    options.judging
      ? options.judging.draw(month, of, fresh)
      : drawMonth({ store, config: config(), now: now(), software }, month);
  const inForce = async () => withLedgerEntries(config(), await store.ledger.events());
  const book = async (): Promise<CustomerRegistry> => (await inForce()).book;
  const asked = async (month: string, services: readonly string[] | null): Promise<MonthOfBook> =>
    servicesAsked(await book(), month, services);
  const requireMonthOver = async (month: string, services: readonly string[] | null): Promise<MonthOfBook> =>
    mustBeOver(await asked(month, services), month, now());
  const started = async (actor: string | Actor) =>
    sealer({ store, now, actor, tell, signer: await options.signer(), config: await inForce() });
  /** Returns what tells why somebody may not seal a revision; it tells nothing where one person is enough. */
  const secondPerson = async (actor: string | Actor) => {
    if (!config().statements.twoPersonSealing) return () => null;
    const known = preparationsIn(await store.ledger.events());
    return (of: StatementDocument, next: number) => secondPersonFault({ ...of, next }, actor, known);
  };
  const inTurn: Store['statements']['inTurn'] = (month, work) => store.statements.inTurn(month, work);
  /** What somebody with a name does with a month, one at a time. */
  const acting = async <R extends { readonly month: string }>(
    actor: string | Actor,
    request: R,
    work: (actor: string | Actor, request: R) => Promise<Outcome[]>,
  ): Promise<Outcome[]> => {
    const fault = actorFault(actorOf(actor).name);
    if (fault) throw new ValidationError([fault]);
    return inTurn(request.month, () => work(actor, request));
  };

  const storeDraft = (document: StatementDocument): Promise<void> =>
    store.statements.putDraft({ document, hash: digestOf(document), at: now() }, creditOf(document));

  /** The draft was looked at as it is no more: it is stored as it is now, to be looked at again. */
  async function redrawn(draft: DraftStatement, fresh: StatementDocument): Promise<Outcome> {
    await storeDraft(fresh);
    const why = englishReasons(changeOf(draft.document, fresh));
    const what = 'source data changed: its draft was created anew; review it, and seal again';
    return { ...outcomeOf(fresh, 'refused'), why: [what, ...why] };
  }

  /** Does one thing with the statements of a month as they would be created now, one after the other. */
  async function ofEach(
    services: readonly string[],
    month: string,
    work: (fresh: StatementDocument) => Promise<Outcome>,
  ): Promise<Outcome[]> {
    const assembler = await drawn(month, services);
    const outcomes: Outcome[] = [];
    for (const service of services)
      outcomes.push(unjudged(month, service, assembler) ?? (await work(assembler.draft(service))));
    return outcomes;
  }

  async function close(month: string, services: readonly string[] | null): Promise<ClosedMonth> {
    const found = await requireMonthOver(month, services);
    const assembler = await drawn(month, found.services);
    const listed = await store.statements.list({ month });
    const sealed = new Set(listed.filter(({ state }) => state === 'sealed').map(({ id }) => id));
    const open = found.services.filter(
      (service) => assembler.services.includes(service) && !sealed.has(statementId(month, service)),
    );
    for (let at = 0; at < open.length; at += draftsAtOnce) {
      await Promise.all(
        open.slice(at, at + draftsAtOnce).map((service) => storeDraft(assembler.draft(service))),
      );
      await new Promise(setImmediate);
    }
    const waiting = { about: month, party: null, detail: String(open.length) };
    const drafts = open.length === 0 ? [] : [{ event: 'draft-waiting' as const, at: now(), ...waiting }];
    if (services === null) await store.statements.markClosed(month, now(), await tell(drafts));
    const unjudged = found.services.flatMap((service) => {
      const reason = assembler.unjudged.get(service);
      return reason === undefined ? [] : [{ service, reason }];
    });
    return { drafts: open.length, unjudged };
  }

  async function seal(actor: string | Actor, request: FirstSealRequest): Promise<Outcome[]> {
    const { month, services, acceptIncomplete, outOfOrder = null } = withShortReasons(request);
    const found = await requireMonthOver(month, services);
    const earlier = await unsealedBefore(store, await book(), month);
    const sealOne = await started(actor);
    const lacksSecond = await secondPerson(actor);
    return ofEach(found.services, month, sealFirst);

    async function sealFirst(fresh: StatementDocument): Promise<Outcome> {
      const before = await store.statements.sealed(fresh.id);
      if (before) return alreadySealed(before, fresh);
      const skipped = earlier.get(fresh.service) ?? [];
      if (skipped.length > 0 && outOfOrder === null) return notInOrder(fresh, skipped);
      const draft = await store.statements.draft(fresh.id);
      if (draft && draft.document.inputs.digest !== fresh.inputs.digest) return redrawn(draft, fresh);
      const reviewed = draft?.document ?? fresh;
      const lacks = lacksSecond(reviewed, 1);
      if (lacks !== null) return { ...outcomeOf(fresh, 'refused'), why: [lacks] };
      if (!reviewed.complete && acceptIncomplete === null) return incomplete(reviewed);
      const document: StatementDocument = {
        ...reviewed,
        state: 'sealed',
        acceptedIncomplete: reviewed.complete ? null : acceptIncomplete,
      };
      const hash = await sealOne(document, creditOf(document), skipped.length > 0 ? outOfOrder : null);
      const sealedMeanwhile = hash === null ? await store.statements.sealed(fresh.id) : null;
      if (sealedMeanwhile) return alreadySealed(sealedMeanwhile, fresh);
      return { ...outcomeOf(document, 'sealed'), revision: 1, hash };
    }
  }

  async function revise(
    actor: string | Actor,
    request: SealRequest & { readonly dryRun?: boolean },
  ): Promise<Outcome[]> {
    const { month, services, acceptIncomplete, dryRun = false } = withShortReasons(request);
    const found = await requireMonthOver(month, services);
    const sealOne = dryRun ? null : await started(actor);
    const lacksSecond = dryRun ? () => null : await secondPerson(actor);
    return ofEach(found.services, month, reviseOne);

    async function reviseOne(fresh: StatementDocument): Promise<Outcome> {
      const before = await store.statements.sealed(fresh.id);
      if (!before) {
        return { ...outcomeOf(fresh, 'refused'), why: ['is not sealed yet: pop-sla statements seal'] };
      }
      const [revision, previous] = [before.document.revision, before.hash];
      const change = changeOf(before.document, fresh);
      if (change === null) {
        // To look at what a revision would say writes nothing.
        if (!dryRun) await store.statements.markChanged(fresh.id, null);
        return { ...outcomeOf(before.document, 'unchanged'), revision, hash: previous };
      }
      const { creditDifference } = change;
      const why = englishReasons(change);
      const standing = { revision, hash: previous, creditDifference };
      const lacks = lacksSecond(fresh, revision + 1);
      if (lacks !== null) return { ...outcomeOf(fresh, 'refused'), ...standing, why: [lacks, ...why] };
      if (!fresh.complete && acceptIncomplete === null)
        return { ...incomplete(fresh), ...standing, why: [noReason, ...why] };
      const document: StatementDocument = {
        ...fresh,
        revision: revision + 1,
        state: 'sealed',
        // Documents of the earlier formats contain the reasons as sentences.
        change: ruleSetOf(fresh) < 4 ? { ...change, why } : change,
        previous,
        acceptedIncomplete: fresh.complete ? null : acceptIncomplete,
      };
      if (sealOne === null)
        return { ...outcomeOf(document, 'sealed'), revision: revision + 1, creditDifference, why };
      const rows = await store.statements.credits({ statement: fresh.id });
      const hash = await sealOne(document, adjustmentOf(document, before.document, rows));
      if (hash === null)
        return {
          ...outcomeOf(fresh, 'refused'),
          revision,
          why: ['somebody else revised it at the same time'],
        };
      return { ...outcomeOf(document, 'sealed'), revision: revision + 1, hash, creditDifference, why };
    }
  }

  async function prepare(
    actor: string | Actor,
    { month, services }: Pick<SealRequest, 'month' | 'services'>,
  ): Promise<Outcome[]> {
    const found = await requireMonthOver(month, services);
    const revisions: (StatementDocument & { readonly next: number })[] = [];
    const outcomes = await ofEach(found.services, month, prepareOne);
    const { twoPersonSealing } = config().statements;
    await prepareRevisions({ store, now, actor, revisions, month, tell: twoPersonSealing ? tell : null });
    return outcomes;

    async function prepareOne(fresh: StatementDocument): Promise<Outcome> {
      const before = await store.statements.sealed(fresh.id);
      const revision = before?.document.revision ?? 0;
      const change = before && changeOf(before.document, fresh);
      if (before && !change)
        return { ...outcomeOf(before.document, 'unchanged'), revision, hash: before.hash };
      const draft = before ? null : await store.statements.draft(fresh.id);
      if (draft && draft.document.inputs.digest !== fresh.inputs.digest) return redrawn(draft, fresh);
      if (!before) await storeDraft(fresh);
      revisions.push({ ...fresh, next: revision + 1 });
      return {
        ...outcomeOf(fresh, 'prepared'),
        revision: revision + 1,
        creditDifference: change?.creditDifference ?? null,
        why: englishReasons(change),
      };
    }
  }

  return {
    list: (query) => store.statements.list(query),
    figures: storedFigures(store.statements),
    freshen: freshDrafts({ store, config, now, drawn }),
    changedDrafts: (query) => changedDrafts({ store, drawn }, query),
    async show(month, service, revision) {
      const id = statementId(month, service);
      const sealed = await store.statements.sealed(id, revision);
      const found = sealed ?? (revision === undefined ? await store.statements.draft(id) : null);
      if (found) return found;
      const latest = await store.statements.sealed(id);
      if (latest) {
        const allowed = `1 to ${latest.document.revision}`;
        throw new ValidationError([
          validationError('revision', `${id} has no revision ${revision ?? ''}`, allowed, [
            'no-revision',
            latest.document.revision,
          ]),
        ]);
      }
      await asked(month, [service]);
      throw new ValidationError([
        validationError(
          'service',
          `${id} has no statement yet`,
          'a month that was closed: pop-sla statements close',
          ['no-statement'],
        ),
      ]);
    },
    async draw(month, services) {
      const found = await asked(month, services);
      const assembler = await drawn(month, found.services, false);
      return found.services
        .filter((service) => !assembler.unjudged.has(service))
        .map((service) => assembler.draft(service));
    },
    close: (month, services = null) => inTurn(month, () => close(month, services)),
    closeOnce: (month) =>
      inTurn(month, async () =>
        (await store.statements.closed(month)) === null ? close(month, null) : null,
      ),
    prepare: (actor, request) => acting(actor, request, prepare),
    preparations: (month) => validPreparations(store, month),
    async unsealedBefore(month) {
      await asked(month, null);
      return unsealedBefore(store, await book(), month);
    },
    seal: (actor, request) => acting(actor, request, seal),
    revise: (actor, request) => acting(actor, request, revise),
    async nameSealed() {
      const unnamed = await store.statements.unnamed();
      if (unnamed.length === 0) return 0;
      const names = namesOf(await inForce());
      for (const { id, revision } of unnamed) {
        const sealed = await store.statements.sealed(id, revision);
        if (sealed) await store.statements.putNames(id, revision, storedNames(sealed.document, names));
      }
      return unnamed.length;
    },
    async check(month) {
      const sealed = (await store.statements.list({ month })).filter(({ state }) => state === 'sealed');
      if (sealed.length === 0) return 0;
      const assembler = await drawn(
        month,
        sealed.map(({ service }) => service),
      );
      let changed = 0;
      for (const id of new Set(sealed.map((each) => each.id))) {
        const before = await store.statements.sealed(id);
        if (!before || !assembler.services.includes(before.document.service)) continue;
        const change = changeOf(before.document, assembler.draft(before.document.service));
        await store.statements.markChanged(id, change && { at: now(), why: englishReasons(change) });
        if (change) changed += 1;
      }
      return changed;
    },
  };
}

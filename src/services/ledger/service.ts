import type { Config } from '../../config/config.js';
import type { CustomerRegistry } from '../../core/customer/book.js';
import {
  type Actor,
  type AttachmentRef,
  type ExclusionText,
  idOfAction,
  type LedgerAction,
  type OutageRef,
} from '../../core/ledger/actions.js';
import { validationError } from '../../core/ledger/errors.js';
import { foldExclusions, type LedgerExclusion } from '../../core/ledger/exclusions.js';
import { correctionFaults, foldCorrections, refKey } from '../../core/ledger/outages.js';
import {
  actorOf,
  type Decision,
  decisionFault,
  knownNames,
  proposalFaults,
} from '../../core/ledger/proposals.js';
import { memoizeByIdentity } from '../../core/memoize.js';
import { type ExclusionRules, versionFor } from '../../core/plan.js';
import { formatInstant } from '../../core/time/calendar.js';
import type { Interval } from '../../core/time/intervals.js';
import type { EpochMs } from '../../core/types.js';
import { networkNames, type NetworkOf } from '../../render/ledger/traces.js';
import type { FeedStore } from '../../store/ledger-store.js';
import type { Store } from '../../store/store.js';
import { withLedgerEntries } from '../customers/in-force.js';
import { attributedLately } from './attribution.js';
import { countedOutages, enter, ValidationError, type ShownOutage, showOutages } from './entries.js';
import { traceOutages } from './trace-outages.js';

/** The rules of the carrier's contract, used where no plan has rules. */
const withoutPlan: ExclusionRules = {
  plannedMaintenance: { noticeHours: 0, allowance: null },
  forceMajeure: { noticeWithinDays: 15, proof: true },
};

/** The rules of every plan that judges services, in the versions of the months in which the intervals begin. */
function rulesFor(book: CustomerRegistry, intervals: readonly Interval[]): ExclusionRules[] {
  const found = new Set<ExclusionRules>();
  for (const plan of book.plans.values()) {
    for (const { from } of intervals) {
      const zone = plan.versions[0]?.timeZone ?? 'UTC';
      const version = Number.isSafeInteger(from)
        ? versionFor(plan, formatInstant(from, zone).slice(0, 7))
        : null;
      if (version) found.add(version.exclusions);
    }
  }
  return found.size === 0 ? [withoutPlan] : [...found];
}

interface LedgerServiceOptions {
  /** Without `rounds`, outages have no attribution; without `feeds`, no text of a calendar is older than another. */
  readonly store: Pick<Store, 'ledger' | 'watch' | 'attachments'> & Partial<Pick<Store, 'rounds' | 'feeds'>>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

/** A correction of an outage, or a new outage. */
interface CorrectionRequest {
  /** The corrected outage; null: a new one, on `port`. */
  readonly of: OutageRef | null;
  readonly port: string;
  /** Null: the outage shall not count. */
  readonly interval: Interval | null;
  readonly reason: string;
  readonly evidence: string | null;
  readonly attachments: readonly AttachmentRef[];
}

/**
 * Enters exclusions and corrections, which no probe can measure. Every method rejects with a `ValidationError` for
 * input that is not allowed.
 */
export interface LedgerService {
  exclusions(): Promise<LedgerExclusion[]>;
  exclusion(id: string): Promise<LedgerExclusion>;
  /** What was read of calendars. */
  readonly feeds: Pick<FeedStore, 'versions' | 'putVersions'> | null;
  /**
   * Proposes all of them or none, and rejects the proposals that they take the place of; each error names the place of
   * its text, or its number.
   */
  propose(
    actor: string | Actor,
    texts: readonly ExclusionText[],
    withdrawn?: readonly { readonly id: string; readonly reason: string }[],
    places?: readonly (string | null)[],
  ): Promise<LedgerExclusion[]>;
  decide(
    actor: string | Actor,
    decision: Decision,
    id: string,
    reason: string | null,
  ): Promise<LedgerExclusion>;
  outages(query?: {
    readonly port?: string;
    readonly from?: EpochMs;
    readonly to?: EpochMs;
  }): Promise<ShownOutage[]>;
  /**
   * Adds the attribution by all observers, and traces of the path to the port: for one page of outages at a time,
   * because each takes many rows to compute.
   */
  attributed(outages: readonly ShownOutage[]): Promise<ShownOutage[]>;
  /** The network that an address belongs to, by the configuration; null: not configured. */
  readonly networkOf: NetworkOf;
  /** Resolves to the correction's id. */
  correct(actor: string | Actor, request: CorrectionRequest): Promise<string>;
}

export function createLedgerService({ store, config, now }: LedgerServiceOptions): LedgerService {
  const { ledger, watch } = store;
  const attribute = attributedLately();
  const folded = memoizeByIdentity(foldExclusions);
  const corrections = memoizeByIdentity(foldCorrections);
  const exclusions = async (): Promise<LedgerExclusion[]> => folded(await ledger.events());
  const exclusion = async (id: string): Promise<LedgerExclusion> => {
    const all = await exclusions();
    const found = all.find((one) => one.id === id);
    if (!found) {
      const known = all.map((one) => one.id).slice(-12);
      throw new ValidationError([
        validationError('id', 'is no exclusion', known.join(', ') || 'nothing: there are no exclusions', [
          'no-such',
          id,
        ]),
      ]);
    }
    return found;
  };
  return {
    exclusions,
    exclusion,
    feeds: store.feeds ?? null,
    async propose(actor, texts, withdrawn = [], places = []) {
      await attached(
        store,
        texts.flatMap(({ attachments }) => attachments),
      );
      const links = await enter({
        ledger,
        now,
        actor,
        decide: (events, nextSeq) => {
          const { pops, book } = withLedgerEntries(config(), events);
          const popIds = pops.map(({ id }) => id);
          const known = knownNames(popIds, book);
          const reasonOf = new Map(withdrawn.map(({ id, reason }) => [id, reason]));
          const others: LedgerExclusion[] = [];
          const actions: LedgerAction[] = [];
          for (const one of foldExclusions(events)) {
            const reason = one.state === 'proposed' ? reasonOf.get(one.id) : undefined;
            if (reason === undefined) others.push(one);
            else actions.push({ type: 'exclusion-rejected', id: one.id, reason });
          }
          const firstSeq = nextSeq + actions.length;
          const refusals = texts.flatMap((text, index) => {
            const rules = rulesFor(book, text.intervals);
            const faults = proposalFaults(text, { now: now(), known, rules, others });
            const id = `X${firstSeq + index}`;
            actions.push({ type: 'exclusion-proposed', id, ...text });
            const proposed = { actor: actorOf(actor).name, at: now(), reason: null };
            const none = { approved: null, rejected: null, revoked: null };
            others.push({ id, ...text, state: 'proposed', proposed, ...none });
            const place = places[index] ?? (texts.length === 1 ? null : String(index + 1));
            return faults.map((fault) => ({
              ...fault,
              field: place === null ? fault.field : `${place}: ${fault.field}`,
            }));
          });
          return refusals.length > 0 ? refusals : actions;
        },
      });
      return (await exclusions()).filter(({ id }) =>
        links.some(({ action }) => action.type === 'exclusion-proposed' && action.id === id),
      );
    },
    async decide(actor, decision, id, reason) {
      if (decision !== 'approve' && (reason ?? '').trim() === '') {
        throw new ValidationError([
          validationError(
            'reason',
            'is missing',
            `why it is ${decision === 'reject' ? 'rejected' : 'revoked'}, as text`,
            ['missing'],
          ),
        ]);
      }
      await enter({
        ledger,
        now,
        actor,
        decide: (events) => {
          const all = foldExclusions(events);
          const fault = decisionFault(
            all.find((one) => one.id === id),
            decision,
            actor,
            all.map((one) => one.id),
          );
          if (fault) return [fault];
          if (decision === 'approve') return [{ type: 'exclusion-approved', id, reason }];
          const type = decision === 'reject' ? 'exclusion-rejected' : 'exclusion-revoked';
          return [{ type, id, reason: reason ?? '' }];
        },
      });
      return exclusion(id);
    },
    async outages(query = {}) {
      const handMade = corrections(await ledger.events());
      const { port, from = -Infinity, to = Infinity } = query;
      const measured = await watch.outages(port === undefined ? {} : { port });
      return showOutages(measured, handMade).filter(
        (one) => (port === undefined || one.port === port) && touchesWindow(one, from, to),
      );
    },
    async attributed(outages) {
      if (!store.rounds) return [...outages];
      const seen = { watch, rounds: store.rounds };
      const found = await attribute({ store: seen, quorum: config().watch.quorum, now: now() }, outages);
      return traceOutages(watch, found, now());
    },
    networkOf: (address) => networkNames(config().networks)(address),
    async correct(actor, { of, port, interval, ...said }) {
      const measured = await watch.outages();
      const pops = config().pops.map(({ id }) => id);
      await attached(store, said.attachments);
      const [link] = await enter({
        ledger,
        now,
        actor,
        decide: (events, nextSeq) => {
          const shown = showOutages(measured, foldCorrections(events));
          const ref = of && refKey(of);
          const target = shown.find((one) => one.ref === ref);
          if (ref !== null && !target) {
            return [
              validationError(
                'of',
                `is no outage: ${ref}`,
                'PORT@OBSERVER/START or C…, as `pop-sla outages` prints it',
                ['no-such', ref],
              ),
            ];
          }
          const on = target?.port ?? port;
          const text = { port: on, of: ref, interval, reason: said.reason };
          const faults = correctionFaults(text, { now: now(), pops, outages: countedOutages(shown) });
          if (faults.length > 0) return faults;
          const id = `C${nextSeq}`;
          if (of === null)
            return interval === null ? [] : [{ type: 'outage-added', id, port, ...interval, ...said }];
          if (interval === null) return [{ type: 'outage-voided', id, of, ...said }];
          return [{ type: 'outage-corrected', id, of, ...interval, ...said }];
        },
      });
      if (!link)
        throw new ValidationError([validationError('from', 'is missing', 'a start and an end', ['missing'])]);
      return idOfAction(link.action);
    },
  };
}

function touchesWindow(one: ShownOutage, from: EpochMs, to: EpochMs): boolean {
  const measured = one.measured && { from: one.measured.start.at, to: one.measured.end?.at ?? null };
  const times = [one.counts, measured, ...one.corrections.map(({ interval }) => interval)];
  return times.some((time) => time !== null && time.from < to && (time.to ?? Infinity) > from);
}

/** Checks that every attachment that is referred to exists. */
async function attached(
  { attachments }: Pick<Store, 'attachments'>,
  refs: readonly AttachmentRef[],
): Promise<void> {
  for (const { sha256, name, bytes } of refs) {
    if ((await attachments.get(sha256))?.byteLength === bytes) continue;
    throw new ValidationError([
      validationError(
        'attachments',
        `has no file ${name} of ${bytes} bytes with the hash ${sha256}`,
        'files that were attached before',
      ),
    ]);
  }
}

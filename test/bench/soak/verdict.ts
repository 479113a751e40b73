import type { BlindTime } from '../../../src/core/watch/outage.js';
import type { ForwardStore } from '../../../src/store/forward-store.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { integrityOf } from '../../support/database.js';
import { compareStored, readStored, type Request, requestsOf, type StoredSize } from './compare.js';
import { blindBehind, type MadeKind, type Made, missingBehind, statusBehind, uplinkKinds } from './faults.js';
import { lostAfterMs, packetIntervalMs, sizes, type SoakRun, spreadMs, targets } from './soak.js';

/** What must be empty, or 0, when nothing is wrong; each entry is a sentence for people. */
export interface Verdict {
  readonly falseLoss: readonly string[];
  readonly twice: readonly string[];
  readonly unmatched: readonly string[];
  /** Packets that the network saw and no round has. */
  readonly orphans: readonly string[];
  /** Slots that have no row, two, or one that no fault explains. */
  readonly unexplained: readonly string[];
  /** Rounds that were logged as stored and are not. */
  readonly forgotten: readonly string[];
  readonly falseOutages: readonly string[];
  /** Blind time that no fault explains. */
  readonly unexplainedBlindness: readonly string[];
  /** Time in which the process did not run, and that it says to have watched. */
  readonly claimedWhileDark: readonly string[];
  /** Seconds that are neither watched nor blind. */
  readonly unaccountedSeconds: number;
  /** Seconds that are called blind, and nothing was wrong. */
  readonly blindInQuiet: readonly string[];
  /** Rows that were sent and that the hub has not got, or differently. */
  readonly differentAtHub: readonly string[];
  readonly integrity: readonly string[];
}

export interface Judged {
  readonly verdict: Verdict;
  readonly figures: readonly string[];
}

export const nothingWrong: Verdict = {
  falseLoss: [],
  twice: [],
  unmatched: [],
  orphans: [],
  unexplained: [],
  forgotten: [],
  falseOutages: [],
  unexplainedBlindness: [],
  claimedWhileDark: [],
  unaccountedSeconds: 0,
  blindInQuiet: [],
  differentAtHub: [],
  integrity: ['ok', 'ok'],
};

const iso = (at: number): string => new Date(at).toISOString();
/** The longest that a round takes from its slot on, and a little. */
const roundMs = spreadMs + 10 * packetIntervalMs + lostAfterMs + 300 + 1_500;
/** A process that is killed may send this much longer. */
const killMs = 500;
/** A target gets a fresh identifier after five seconds without an answer; an outage ends some seconds after it did. */
const settleMs = 8_000;
/** A NAT keeps translating for half a minute what was sent by an identifier before. */
const natMs = 32_000;

type Near = (from: number, to: number, kinds: readonly MadeKind[]) => boolean;

/** Whether a fault of these kinds was made between two instants of the true clock. */
const nearBy =
  (made: readonly Made[]): Near =>
  (from, to, kinds) =>
    made.some((one) => kinds.includes(one.kind) && one.from <= to && one.to >= from);

export async function judge(run: SoakRun): Promise<Judged> {
  const { made, truth, databases, startNs, startMs } = run;
  const near = nearBy(made);
  const measured = new Set<string>(Object.values(targets));
  // Others are pieces of packets that a router had to cut: none of those has an answer.
  const requests = requestsOf(truth, startNs).filter(
    ({ destination, bytes }) => measured.has(destination) && sizes.includes(bytes),
  );
  const stored = await readStored(databases.agent, targets, { startMs, intervalMs: packetIntervalMs });
  const differences = compareStored(requests, stored, {
    lostAfterUs: lostAfterMs * 1_000,
    clockOffsets: made.flatMap(({ offsetMs, from, to }) =>
      offsetMs === undefined ? [] : { offsetMs, fromMs: from - startMs, toMs: to - startMs },
    ),
    isExcused: (atMs) =>
      near(startMs + atMs - settleMs, startMs + atMs + lostAfterMs, uplinkKinds) ||
      near(startMs + atMs - natMs, startMs + atMs, ['nat-changed']),
  });
  // What was in flight when the daemon was killed is stored nowhere: nobody was left to do that.
  const wasKilled = (at: number): boolean =>
    made.some(({ kind, from }) => kind === 'kill' && from >= at - killMs && from <= at + roundMs);
  const orphans = requests.filter(({ round, atMs }) => round === null && !wasKilled(startMs + atMs));
  const rounds = await judgeRounds(run, near);
  const watch = await judgeWatch(run, near);
  return {
    verdict: {
      ...differences,
      orphans: orphans.map((orphan) => `${nameOf(startMs)(orphan)}; ${besides(orphan, stored)}`),
      unexplained: rounds.unexplained,
      forgotten: rounds.forgotten,
      ...watch.verdict,
      differentAtHub: await differentAtHub(databases),
      integrity: [integrityOf(databases.agent), integrityOf(databases.hub)],
    },
    figures: [
      `${made.filter(({ kind }) => kind !== 'machine-busy').length} faults: ${countsOf(made.map(({ kind }) => kind))}`,
      `${requests.length} requests seen by the network, ${requests.filter(({ round }) => round !== null).length} of them stored, ` +
        `${requests.filter(({ round }) => round === null).length} in flight at a kill`,
      `slots: ${rounds.counts}`,
      watch.figures,
    ],
  };
}

const nameOf =
  (startMs: number) =>
  ({ destination, bytes, atMs }: Request): string =>
    `${destination} ${bytes} B at ${iso(startMs + atMs)}`;

/** The stored packets that were due about then, for people. */
function besides({ destination, bytes, atMs }: Request, stored: readonly StoredSize[]): string {
  return stored
    .filter(
      (one) =>
        one.destination === destination && one.bytes === bytes && Math.abs(one.dueMs(0) - atMs) < 20_000,
    )
    .map(({ round, status, packets, dueMs, lateMs }) => {
      const outcomes = packets.map((packet) => (packet.kind === 'not-sent' ? packet.reason : packet.kind));
      const off = Math.round(atMs - dueMs(0));
      return `${round} ${status}, first due ${off} ms before, late ${Math.round(lateMs)} ms: ${outcomes.join(' ')}`;
    })
    .join('; ');
}

function countsOf(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${word} ${count}`).join(', ');
}

async function judgeRounds(
  { databases, slotMs, from, to, logged, made, endedAt }: SoakRun,
  near: Near,
): Promise<{ unexplained: string[]; forgotten: string[]; counts: string }> {
  const store = await openSqliteStore({ path: databases.agent, readOnly: true });
  const rows = await store.rounds.list({ limit: 100_000, order: 'oldest' });
  await store.close();
  const unexplained: string[] = [];
  const words: string[] = [];
  const explains = (slot: number, kinds: readonly MadeKind[]): boolean =>
    near(slot - slotMs, slot + roundMs, kinds);
  const wasEnding = (slot: number): boolean => slot + roundMs > endedAt;
  for (const path of Object.keys(targets).map((id) => `HKG>${id}`))
    for (let slot = from; slot < to - slotMs; slot += slotMs) {
      const [row, ...more] = rows.filter((one) => one.path === path && one.slot === slot);
      const name = `${path} ${iso(slot)}`;
      if (more.length > 0) unexplained.push(`${name}: ${more.length + 1} rows`);
      if (!row) {
        unexplained.push(`${name}: nothing`);
        continue;
      }
      words.push(row.status === 'missing' ? `missing ${row.reason}` : row.status);
      if (row.status === 'ok' || (row.status === 'aborted' && wasEnding(slot))) continue;
      const kinds =
        row.status === 'missing' ? (missingBehind[row.reason] ?? []) : (statusBehind[row.status] ?? []);
      if (!explains(slot, kinds))
        unexplained.push(`${name}: ${row.status}: ${row.reason}; near: ${nearest(made, slot)}`);
    }
  const known = new Set(rows.map((row) => `${row.path} ${iso(row.slot)} ${row.status}`));
  return {
    unexplained,
    forgotten: logged.filter((line) => !known.has(line)),
    counts: countsOf(words.sort()),
  };
}

/** The faults around an instant, for people. */
const nearest = (made: readonly Made[], at: number): string =>
  made
    .filter((one) => one.from < at + 30_000 && one.to > at - 30_000)
    .map(
      (one) => `${one.kind} ${Math.round((one.from - at) / 1_000)}..${Math.round((one.to - at) / 1_000)} s`,
    )
    .join(', ');

const blindText =
  (made: readonly Made[]) =>
  ({ port, from, to, reason }: BlindTime): string =>
    `${port ?? 'all'} ${iso(from)} ${to === null ? 'lasts' : `${to - from} ms`} ${reason}; near: ${nearest(made, from)}`;

type WatchVerdict = Pick<
  Verdict,
  'falseOutages' | 'unexplainedBlindness' | 'claimedWhileDark' | 'unaccountedSeconds' | 'blindInQuiet'
>;

async function judgeWatch(
  { databases, slotMs, from, to, made }: SoakRun,
  near: Near,
): Promise<{ verdict: WatchVerdict; figures: string }> {
  const store = await openSqliteStore({ path: databases.agent, readOnly: true });
  const all = await store.watch.outages();
  const spans = await store.watch.spans('HKG');
  const blind = await store.watch.blind({ observer: 'HKG' });
  await store.close();
  const outages = all.filter(({ voided }) => voided === null);
  const falseOutages = outages.filter(
    ({ start, end }) => !near(start.at - 500, (end?.at ?? Infinity) + 500, ['outage']),
  );
  /** Around a step instants are others, and a clock that is set back tells seconds twice: the blind time says which. */
  const isByAnotherClock = (at: number): boolean =>
    made.some(
      ({ offsetMs, ...one }) =>
        offsetMs !== undefined && one.from + Math.min(0, offsetMs) <= at + 3_000 && one.to >= at - 12_000,
    );
  const unexplained = blind.filter(({ from: since, to: until, reason }) => {
    const last = until ?? Infinity;
    if (near(since - 3_000, last + settleMs, blindBehind[reason] ?? [])) return false;
    // Its instants are by a clock that was off.
    return !made.some(
      ({ offsetMs, from: at, to: back }) =>
        offsetMs !== undefined && since - offsetMs < back + 12_000 && last - offsetMs > at - 12_000,
    );
  });
  const blinding = [...new Set(Object.values(blindBehind).flat())];
  let [seconds, unaccounted, blindSeconds] = [0, 0, 0];
  const blindInQuiet: string[] = [];
  for (let at = from; at < to - slotMs; at += 1_000) {
    if (isByAnotherClock(at)) continue;
    seconds += 1;
    const isSeen = spans.some((span) => at >= span.from && at <= span.to + 1_500);
    const blindNow = blind.filter((time) => at >= time.from - 1_500 && at <= (time.to ?? Infinity) + 1_500);
    if (blindNow.length > 0) blindSeconds += 1;
    if (blindNow.length > 0 && !near(at - 2 * settleMs, at + 3_000, blinding))
      blindInQuiet.push(`${iso(at)}: ${blindNow.map(blindText(made)).join('; ')}`);
    if (!isSeen && blindNow.length === 0) unaccounted += 1;
  }
  const dark = made.filter(({ kind }) => kind === 'kill' || kind === 'stop');
  const claimed = dark.filter((fault) =>
    spans.some(
      (span) =>
        span.from < fault.to - 500 &&
        span.to > fault.from + 1_500 &&
        span.to >= fault.to - 500 &&
        span.from <= fault.from,
    ),
  );
  return {
    verdict: {
      falseOutages: falseOutages.map(
        ({ port, start, end }) =>
          `${port} ${iso(start.at)} ${end ? `${end.at - start.at} ms` : 'lasts'}; near: ${nearest(made, start.at)}`,
      ),
      unexplainedBlindness: unexplained.map(blindText(made)),
      claimedWhileDark: claimed.map((fault) => `${fault.kind} at ${iso(fault.from)}`),
      unaccountedSeconds: unaccounted,
      blindInQuiet,
    },
    figures:
      `watch: ${outages.length} outages of ${made.filter(({ kind }) => kind === 'outage').length} made, ` +
      `${all.length - outages.length} voided; ${seconds} s looked at, ${blindSeconds} s of them blind`,
  };
}

/** Compares every round of the agent with the hub's, but for those that still wait for being sent. */
async function differentAtHub({ agent, hub }: SoakRun['databases']): Promise<string[]> {
  const [own, theirs] = [await openSqliteStore({ path: agent }), await openSqliteStore({ path: hub })];
  try {
    const waiting = await waitingSlots(own.forward);
    const different: string[] = [];
    for (const row of await own.rounds.list({ limit: 100_000, order: 'oldest' })) {
      if (waiting.has(`${row.path} ${row.slot}`)) continue;
      const name = `${row.path} ${iso(row.slot)} ${row.status}`;
      const [there] = await theirs.rounds.list({
        path: row.path,
        from: row.slot,
        to: row.slot + 1,
        limit: 1,
      });
      if (!there) different.push(`${name}: not there`);
      else if (JSON.stringify(there) !== JSON.stringify(row))
        different.push(`${name}: there ${there.status}`);
    }
    return different;
  } finally {
    await own.close();
    await theirs.close();
  }
}

async function waitingSlots(forward: ForwardStore): Promise<ReadonlySet<string>> {
  await forward.start('HKG');
  const { rows } = await forward.next({ line: 'slots', order: 'oldest', limit: 100_000 });
  return new Set(rows.slots.map(({ path, slot }) => `${path} ${slot}`));
}

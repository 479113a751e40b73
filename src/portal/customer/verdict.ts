import { formatAmount, minorOf } from '../../core/money.js';
import { merge } from '../../core/time/intervals.js';
import type { EpochMs } from '../../core/types.js';
import type { PortalWords } from '../../i18n/portal.js';
import { wordFor } from '../../i18n/report.js';
import type { Answer } from '../page.js';
import type { Shell } from '../shell.js';
import { type MeshPath, type ShownBand, worse } from './paths-shown.js';

type Standing = Answer<'getStanding'>['services'][number];
type Outage = Pick<Answer<'listOutages'>['outages'][number], 'port' | 'counts'>;
type Suggestion = Answer<'listFaultSuggestions'>['suggestions'][number];

/** A path that is worse than normal, in its latest round or over 24 hours. */
interface WorsePath {
  readonly path: MeshPath;
  readonly band: ShownBand;
  readonly window: 'round' | 'last-24h';
  /** Since when its rounds have been worse without a break; null: for fewer rounds than a suggestion takes. */
  readonly since: string | null;
}

interface Verdict {
  readonly tone: 'good' | 'warn' | 'bad';
  readonly text: string;
  readonly worse: readonly WorsePath[];
}

interface VerdictInput {
  readonly services: readonly Standing[];
  readonly paths: readonly MeshPath[];
  /** Of the ports that the caller sees, those that last. */
  readonly outages: readonly Outage[];
  readonly suggestions: readonly Suggestion[];
}

/** What of a page's words and forms a sentence takes. */
interface Speech {
  readonly w: Pick<Shell['w'], 'first'>;
  readonly r: Pick<Shell['r'], 'bandName'>;
  readonly f: Pick<Shell['f'], 'short' | 'amount'>;
}

/** So many paths and ports are named; of the others the number is told. */
const named = 3;

/** How everything stands, in a sentence: what is down, which paths are worse, which commitment is missed, what is owed. */
export function verdictOf(
  { services, paths, outages, suggestions }: VerdictInput,
  { w, r, f }: Speech,
): Verdict {
  const words = w.first.verdict;
  const since = new Map<string, string>(suggestions.map(({ path, firstSlot }) => [path, firstSlot]));
  const bad = paths.flatMap((path): WorsePath[] => {
    const found = worstOf(path);
    return found ? [{ path, ...found, since: since.get(path.id) ?? null }] : [];
  });
  bad.sort((a, b) => b.band.level - a.band.level);
  const down = portsDown(outages);
  const missed = services.filter(({ met }) => met === false).map(({ service }) => service);
  const notShown = services.filter(({ met }) => met === null).map(({ service }) => service);
  const unmeasured = paths.filter(({ windows }) => windows['last-24h'].held === 0).length;
  const parts = [
    ...down.slice(0, named).map(({ port, at }) => words.down(port, f.short(at))),
    ...pathParts(paths, { bad: bad.length, unmeasured }, words),
    ...bad.slice(0, named).map(({ path, band, window, since: from }) => {
      const name = `${path.source} → ${path.destination}`;
      const bandName = wordFor(r.bandName, band.id);
      return from === null
        ? words.worse(name, bandName, words.window[window])
        : words.worseSince(name, bandName, f.short(from));
    }),
    ...(bad.length > named ? [words.more(bad.length - named)] : []),
    ...(missed.length > 0 ? [words.missed(missed.slice(0, named).join(', '), missed.length)] : []),
    ...(notShown.length > 0 ? [words.notShown(notShown.slice(0, named).join(', '), notShown.length)] : []),
    ...creditPart(services, words, f),
  ];
  const worst = Math.max(0, ...bad.map(({ band }) => band.level));
  // What nobody observed is not well.
  const isUncertain = unmeasured > 0 || notShown.length > 0;
  return {
    tone:
      down.length > 0 || missed.length > 0 || worst > 1 ? 'bad' : worst > 0 || isUncertain ? 'warn' : 'good',
    text: words.sentence(parts),
    worse: bad,
  };
}

function worstOf({ windows }: MeshPath): Pick<WorsePath, 'band' | 'window'> | null {
  const [day, round] = [windows['last-24h'].worst, windows.round.worst];
  const band = worse(day, round);
  if (band === null || band.level === 0) return null;
  return { band, window: band.level === day?.level ? 'last-24h' : 'round' };
}

function pathParts(
  paths: readonly MeshPath[],
  { bad, unmeasured }: { readonly bad: number; readonly unmeasured: number },
  words: PortalWords['first']['verdict'],
): readonly string[] {
  const judged = paths.filter(({ windows }) => windows['last-24h'].worst ?? windows.round.worst);
  return [
    ...(judged.length > 0 ? [words.paths(judged.length - bad, judged.length)] : []),
    ...(unmeasured > 0 ? [words.unmeasured(unmeasured)] : []),
  ];
}

/** Several observers see the same outage: the first of them says since when. */
function portsDown(outages: readonly Outage[]): { readonly port: string; readonly at: string }[] {
  const first = new Map<string, string>();
  for (const { port, counts } of outages) {
    if (counts?.to !== null) continue;
    const known = first.get(port);
    if (known === undefined || counts.from < known) first.set(port, counts.from);
  }
  return [...first].map(([port, at]) => ({ port, at }));
}

function creditPart(
  services: readonly Standing[],
  words: PortalWords['first']['verdict'],
  f: Speech['f'],
): readonly string[] {
  const sums = new Map<string, bigint>();
  let seen = false;
  for (const { money } of services) {
    if (money.credit === null) continue;
    seen = true;
    const { currency, credit } = money;
    sums.set(currency, (sums.get(currency) ?? 0n) + minorOf(credit, currency));
  }
  if (!seen) return [];
  const owed = [...sums].filter(([, minor]) => minor > 0n);
  if (owed.length === 0) return [words.noCredit];
  return [words.credit(owed.map(([currency, minor]) => f.amount(formatAmount(minor, currency), currency)))];
}

/** An outage of a port, whoever saw it. */
interface PortOutage {
  readonly port: string;
  readonly from: EpochMs;
  /** Null while it lasts. */
  readonly to: EpochMs | null;
}

/** The outages that count, those of one port that touch as one, the latest first. */
export function mergedOutages(outages: readonly Outage[]): PortOutage[] {
  const ports = new Map<string, { from: EpochMs; to: EpochMs }[]>();
  for (const { port, counts } of outages) {
    if (counts === null) continue;
    const to = counts.to === null ? Infinity : Date.parse(counts.to);
    ports.set(port, [...(ports.get(port) ?? []), { from: Date.parse(counts.from), to }]);
  }
  return [...ports]
    .flatMap(([port, spans]) =>
      merge(spans).map(({ from, to }) => ({ port, from, to: to === Infinity ? null : to })),
    )
    .sort((a, b) => b.from - a.from);
}

import type { EpochMs } from '../types.js';
import type { Outage, OutageEdge } from './outage.js';
import type { Echo, PortNews, PortWatch, Step } from './port.js';
import { burstEchoes, type WatchRules } from './rules.js';

const rttOf = (port: PortWatch): number => Math.ceil(port.usualRttMs ?? 0);

/** Is the doubt settled? The port is down when no echo from the first on, through the whole burst, was answered. */
export function confirm(rules: WatchRules, port: PortWatch, at: EpochMs): Step {
  const needed = (port.burstAt ?? Infinity) + burstEchoes(rules);
  const first = port.echoes[0];
  const decisive = port.echoes[needed - 1];
  const silent = port.echoes.slice(0, needed).every((echo) => echo.answered === false);
  if (!first || !decisive || !silent || at < decisive.sentAt + rules.thresholdMs) return { port, news: [] };
  const start: OutageEdge = {
    at: first.sentAt,
    earliest: Math.min(port.lastAnsweredAt ?? first.sentAt, first.sentAt),
    latest: first.sentAt + rttOf(port),
  };
  const outage: Outage = { start, end: null, openedAt: at, closedAt: null, inferred: [], voided: null };
  const down: PortWatch = { ...port, standing: 'down', burstAt: null, outage, gaps: [], silentInARow: 0 };
  const news: PortNews[] = [
    { kind: 'outage', outage },
    { kind: 'standing', standing: 'down', at: start.at },
  ];
  const next = recover(rules, down, at);
  return { port: next.port, news: [...news, ...next.news] };
}

/** Takes the settled echoes of a port that is down: is it still, or up again? */
export function recover(rules: WatchRules, before: PortWatch, at: EpochMs): Step {
  const { port, news } = passSilent(rules, before);
  const answered = port.echoes.slice(0, rules.recovery);
  const back = answered.length === rules.recovery && answered.every((echo) => echo.answered === true);
  const [first] = answered;
  if (!back || !first || !port.outage) return { port, news };
  const outage = close(port.outage, endOf(port, first), at);
  const last = answered[answered.length - 1] ?? first;
  const up: PortWatch = {
    ...port,
    standing: 'up',
    echoes: port.echoes.slice(rules.recovery),
    lastAnsweredAt: last.sentAt,
    outage: null,
    gaps: [],
    silentInARow: 0,
  };
  return {
    port: up,
    news: [...news, { kind: 'outage', outage }, { kind: 'standing', standing: 'up', at: first.sentAt }],
  };
}

/** Drops what is before and up to the latest unanswered echo that a recovery can't start before. */
function passSilent(rules: WatchRules, before: PortWatch): Step {
  let port = before;
  const news: PortNews[] = [];
  for (;;) {
    const head = port.echoes.slice(0, rules.recovery);
    // Those behind one that is waited for have to wait too: its answer may still make them a row.
    const open = head.findIndex((echo) => echo.answered === null);
    const settled = open < 0 ? head : head.slice(0, open);
    const silentAt = settled.findLastIndex((echo) => echo.answered === false);
    const silent = settled[silentAt];
    if (!silent) return { port, news };
    const inARow = settled.slice(0, silentAt).every((echo) => echo.answered === false);
    const silentInARow = inARow
      ? port.silentInARow + silentAt + 1
      : silentAt - settled.slice(0, silentAt).findLastIndex((echo) => echo.answered === true);
    port = {
      ...port,
      echoes: port.echoes.slice(silentAt + 1),
      silentInARow,
      ...(port.gaps.length === 0 ? { lastUnansweredAt: silent.sentAt } : {}),
    };
    // Down with the certainty of a burst: it was down all through the blind time.
    if (port.gaps.length > 0 && silentInARow >= burstEchoes(rules) && port.outage) {
      const outage = { ...port.outage, inferred: [...port.outage.inferred, ...port.gaps] };
      port = { ...port, outage, gaps: [], lastUnansweredAt: silent.sentAt };
      news.push({ kind: 'outage', outage });
    }
  }
}

/** Where an outage ends whose recovery begins with `first`. */
function endOf(port: PortWatch, first: Echo): OutageEdge {
  const latest = first.sentAt + rttOf(port);
  const [gap] = port.gaps;
  // It came back while nobody looked: down is what was seen to be.
  if (gap) return { at: gap.from, earliest: Math.min(port.lastUnansweredAt ?? gap.from, gap.from), latest };
  return {
    at: first.sentAt,
    earliest: Math.min(port.lastUnansweredAt ?? first.sentAt, first.sentAt),
    latest,
  };
}

export function close(outage: Outage, end: OutageEdge, at: EpochMs): Outage {
  const least = outage.start.at;
  const clamped = {
    at: Math.max(end.at, least),
    earliest: Math.max(end.earliest, least),
    latest: Math.max(end.latest, least),
  };
  return { ...outage, end: clamped, closedAt: at };
}

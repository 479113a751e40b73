import type { EpochMs } from '../types.js';
import type { BlindReason, Outage, OutageEdge } from './outage.js';
import {
  burstEchoes,
  type Echo,
  maxWhileBlind,
  overdueMs,
  type PortInput,
  type PortNews,
  type PortWatch,
  type Step,
  type WatchRules,
} from './port.js';

const rttOf = (port: PortWatch): number => Math.ceil(port.usualRttMs ?? 0);

/**
 * Decides a suspicion: the port is down when no echo, from the first suspected one through the whole burst, was
 * answered.
 */
function confirm(rules: WatchRules, port: PortWatch, at: EpochMs): Step {
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

/** Evaluates the settled echoes of a port that is down: whether it is still down or has recovered. */
function recover(rules: WatchRules, before: PortWatch, at: EpochMs): Step {
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

/** Drops echoes up to the latest unanswered one that can't be part of a recovery. */
function passSilent(rules: WatchRules, before: PortWatch): Step {
  let port = before;
  const news: PortNews[] = [];
  for (;;) {
    const head = port.echoes.slice(0, rules.recovery);
    // Echoes after a pending one have to wait for it: its answer may still complete a row of answered echoes.
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
    // Down, as certain as after a burst: the port is taken to have been down all through the blind time.
    if (port.gaps.length > 0 && silentInARow >= burstEchoes(rules) && port.outage) {
      const outage = { ...port.outage, inferred: [...port.outage.inferred, ...port.gaps] };
      port = { ...port, outage, gaps: [], lastUnansweredAt: silent.sentAt };
      news.push({ kind: 'outage', outage });
    }
  }
}

/** The end edge of an outage whose recovery begins with the echo `first`. */
function endOf(port: PortWatch, first: Echo): OutageEdge {
  const latest = first.sentAt + rttOf(port);
  const [gap] = port.gaps;
  // It recovered while nobody was watching: only observed downtime counts.
  if (gap) return { at: gap.from, earliest: Math.min(port.lastUnansweredAt ?? gap.from, gap.from), latest };
  return {
    at: first.sentAt,
    earliest: Math.min(port.lastUnansweredAt ?? first.sentAt, first.sentAt),
    latest,
  };
}

function close(outage: Outage, end: OutageEdge, at: EpochMs): Outage {
  const least = outage.start.at;
  const clamped = {
    at: Math.max(end.at, least),
    earliest: Math.max(end.earliest, least),
    latest: Math.max(end.latest, least),
  };
  return { ...outage, end: clamped, closedAt: at };
}

const quiet = (port: PortWatch): Step => ({ port, news: [] });

/** The state of a port after one more input, and the events to store. Pure; never throws. */
export function step(rules: WatchRules, port: PortWatch, input: PortInput): Step {
  switch (input.kind) {
    case 'sent':
      return quiet(sent(rules, port, input));
    case 'answered':
      return answered(rules, port, input);
    case 'unanswered':
      return unanswered(rules, port, input);
    case 'unsent':
      return blinded(without(port, input.id), input.at, 'not-sent');
    case 'tick':
      return tick(rules, port, input.at);
    case 'blinded':
      return blinded(port, input.from, input.reason);
    case 'observed-again':
      return observedAgain(port, input.at);
    case 'void':
      return voided(port, input);
    case 'cut':
      return cut(port, input.at);
  }
}

function sent(rules: WatchRules, port: PortWatch, { id, at }: { id: number; at: EpochMs }): PortWatch {
  const echoes = [...port.echoes, { id, sentAt: at, answered: null }];
  return { ...port, echoes: port.blind ? echoes.slice(-maxWhileBlind(rules)) : echoes };
}

function answered(
  rules: WatchRules,
  before: PortWatch,
  { id, at, sentAt, rttMs }: Extract<PortInput, { kind: 'answered' }>,
): Step {
  const known = before.echoes.some((echo) => echo.id === id);
  if (!known) return quiet(before);
  const weighed = before.usualRttMs === null ? rttMs : before.usualRttMs + (rttMs - before.usualRttMs) / 8;
  const seen = sawSent({ ...resolved(before, id, sentAt, true), usualRttMs: weighed }, sentAt);
  const { port } = seen;
  if (port.blind) return seen;
  if (port.standing === 'down') return then(seen, recover(rules, port, at));
  // An answer after the burst is no evidence about the burst; it is used once the burst is decided.
  const decisive = port.burstAt === null ? 0 : port.burstAt + burstEchoes(rules);
  const place = port.echoes.findIndex((echo) => echo.answered === true);
  if (port.burstAt !== null && place >= decisive) return then(seen, confirm(rules, port, at));
  const latest = port.echoes.findLastIndex((echo) => echo.answered === true);
  const reached = port.echoes[latest]?.sentAt ?? sentAt;
  const up: PortWatch = {
    ...port,
    standing: 'up',
    // Earlier echoes that stayed unanswered were lost packets, not an outage.
    echoes: port.echoes.slice(latest + 1),
    burstAt: null,
    lastAnsweredAt: Math.max(reached, port.lastAnsweredAt ?? reached),
  };
  const isNew = port.standing === 'unknown';
  return then(seen, { port: up, news: isNew ? [{ kind: 'standing', standing: 'up', at: sentAt }] : [] });
}

function unanswered(
  rules: WatchRules,
  before: PortWatch,
  { id, at, sentAt }: Extract<PortInput, { kind: 'unanswered' }>,
): Step {
  if (!before.echoes.some((echo) => echo.id === id)) return quiet(before);
  const seen = sawSent(resolved(before, id, sentAt, false), sentAt);
  const { port } = seen;
  if (port.blind) return seen;
  return then(seen, port.standing === 'down' ? recover(rules, port, at) : confirm(rules, port, at));
}

function tick(rules: WatchRules, port: PortWatch, at: EpochMs): Step {
  const [first] = port.echoes;
  if (port.blind || port.standing === 'down' || !first) return quiet(port);
  if (port.burstAt !== null) return confirm(rules, port, at);
  if (at - first.sentAt < overdueMs(rules, port.usualRttMs)) return quiet(port);
  return quiet({ ...port, burstAt: port.echoes.length });
}

/** Marks the port blind: results of echoes under way are ignored, a suspicion is dropped, an outage continues. */
function blinded(port: PortWatch, from: EpochMs, reason: BlindReason): Step {
  if (port.blind) return quiet(port);
  return {
    port: { ...port, echoes: [], burstAt: null, blind: { from, reason } },
    news: [{ kind: 'blinded', from, reason }],
  };
}

function observedAgain(port: PortWatch, at: EpochMs): Step {
  if (!port.blind) return quiet(port);
  const blind = { ...port.blind, to: Math.max(at, port.blind.from) };
  const down = port.standing === 'down';
  return {
    port: {
      ...port,
      blind: null,
      echoes: port.echoes.filter((echo) => echo.sentAt >= at),
      gaps: down ? [...port.gaps, blind] : port.gaps,
      silentInARow: 0,
    },
    news: [{ kind: 'observed-again', blind, standing: port.standing }],
  };
}

/** An echo that was sent ends the time in which the observer could not send. */
function sawSent(port: PortWatch, sentAt: EpochMs): Step {
  return port.blind?.reason === 'not-sent' ? observedAgain(port, sentAt) : quiet(port);
}

function voided(port: PortWatch, { since, at, reason }: Extract<PortInput, { kind: 'void' }>): Step {
  const { outage } = port;
  if (!outage || outage.openedAt < since) return quiet(port);
  return {
    port: {
      ...port,
      standing: 'unknown',
      outage: null,
      gaps: [],
      silentInARow: 0,
      echoes: [],
      burstAt: null,
    },
    news: [{ kind: 'outage', outage: { ...outage, voided: { at, reason } } }],
  };
}

function cut(port: PortWatch, at: EpochMs): Step {
  const fresh: PortWatch = {
    ...port,
    standing: 'unknown',
    echoes: [],
    burstAt: null,
    lastAnsweredAt: null,
    lastUnansweredAt: null,
    outage: null,
    blind: null,
    gaps: [],
    silentInARow: 0,
  };
  const { outage, blind } = port;
  const news: Step['news'] = blind
    ? [
        {
          kind: 'observed-again',
          blind: { ...blind, to: Math.max(at, blind.from) },
          standing: 'unknown',
        },
      ]
    : [];
  if (!outage) return { port: fresh, news };
  const until = port.gaps[0]?.from ?? blind?.from ?? at;
  const ended = close(outage, { at: until, earliest: until, latest: Math.max(at, until) }, at);
  return { port: fresh, news: [...news, { kind: 'outage', outage: ended }] };
}

const without = (port: PortWatch, id: number): PortWatch => ({
  ...port,
  echoes: port.echoes.filter((echo) => echo.id !== id),
});

const resolved = (port: PortWatch, id: number, sentAt: EpochMs, isAnswered: boolean): PortWatch => ({
  ...port,
  echoes: port.echoes.map((echo): Echo => (echo.id === id ? { id, sentAt, answered: isAnswered } : echo)),
});

const then = (first: Step, second: Step): Step => ({
  port: second.port,
  news: [...first.news, ...second.news],
});

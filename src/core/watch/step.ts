import type { EpochMs } from '../types.js';
import { close, confirm, recover } from './decide.js';
import type { BlindReason } from './outage.js';
import { mostWhileBlind, type Echo, type PortInput, type PortWatch, type Step } from './port.js';
import { burstEchoes, overdueMs, type WatchRules } from './rules.js';

const quiet = (port: PortWatch): Step => ({ port, news: [] });

/** The watch of a port after one more input, and what that is worth writing down. */
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
    case 'sighted':
      return sighted(port, input.at);
    case 'void':
      return voided(port, input);
    case 'cut':
      return cut(port, input.at);
  }
}

function sent(rules: WatchRules, port: PortWatch, { id, at }: { id: number; at: EpochMs }): PortWatch {
  const echoes = [...port.echoes, { id, sentAt: at, answered: null }];
  return { ...port, echoes: port.blind ? echoes.slice(-mostWhileBlind(rules)) : echoes };
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
  // An answer behind the burst says nothing of the burst: it is told when the burst is decided.
  const decisive = port.burstAt === null ? 0 : port.burstAt + burstEchoes(rules);
  const place = port.echoes.findIndex((echo) => echo.answered === true);
  if (port.burstAt !== null && place >= decisive) return then(seen, confirm(rules, port, at));
  const latest = port.echoes.findLastIndex((echo) => echo.answered === true);
  const reached = port.echoes[latest]?.sentAt ?? sentAt;
  const up: PortWatch = {
    ...port,
    standing: 'up',
    // Earlier ones that stayed unanswered were packets lost on the way, and no outage.
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

/** Of what was on its way nothing is learned any more; a doubt is dropped, an outage goes on. */
function blinded(port: PortWatch, from: EpochMs, reason: BlindReason): Step {
  if (port.blind) return quiet(port);
  return {
    port: { ...port, echoes: [], burstAt: null, blind: { from, reason } },
    news: [{ kind: 'blinded', from, reason }],
  };
}

function sighted(port: PortWatch, at: EpochMs): Step {
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
    news: [{ kind: 'sighted', blind, standing: port.standing }],
  };
}

/** An echo that could be sent ends the time in which none could. */
function sawSent(port: PortWatch, sentAt: EpochMs): Step {
  return port.blind?.reason === 'not-sent' ? sighted(port, sentAt) : quiet(port);
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
          kind: 'sighted',
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

import { describe, expect, test } from 'vitest';
import {
  attribute,
  type AttributionInput,
  type PortView,
  type RoundView,
} from '../../../src/core/watch/attribution.js';
import { pathId } from '../../../src/core/path.js';

const during = { from: 1_000, to: 61_000 };
const all = { from: 0, to: 100_000 };

/** `HKG>SIN` up, `HKG!SIN` down, `HKG?SIN` blind; each an observer's view of a port. */
function viewsOf(text: string): PortView[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [observer = '', port = ''] = word.split(/[>!?]/);
      return {
        observer,
        port,
        outages: word.includes('!') ? [during] : [],
        unobserved: word.includes('?') ? [all] : [],
      };
    });
}

const round = (source: string, destination: string, received: number, at = 2_000): RoundView => ({
  path: pathId(source, destination),
  source,
  destination,
  sent: 300,
  received,
  startedAt: at,
  endedAt: at + 50_000,
});

const of = (views: string, over: Partial<AttributionInput> = {}) =>
  attribute({
    observer: 'HKG',
    port: 'SIN',
    during,
    isolated: false,
    quorum: 'majority',
    rounds: [],
    views: viewsOf(views),
    ...over,
  });

describe('what an outage was, by what all saw', () => {
  test.each([
    // [what it is about, the views, the cause, who is alive in the PoP]
    ['one observer alone', 'HKG!SIN HKG>FRA', 'unconfirmed', null],
    ['one observer, the others blind', 'HKG!SIN HKG>FRA FRA?SIN LAX?SIN', 'unconfirmed', null],
    ['one of three does not reach it', 'HKG!SIN HKG>FRA FRA>SIN LAX>SIN', 'path', null],
    ['one of two does not reach it', 'HKG!SIN HKG>FRA FRA>SIN', 'path', null],
    ['two of five do not reach it', 'HKG!SIN HKG>FRA FRA!SIN FRA>HKG LAX>SIN NYC>SIN LON>SIN', 'path', null],
    ['all see it down, nobody is in the PoP', 'HKG!SIN HKG>FRA FRA!SIN LAX!SIN', 'port', null],
    [
      'most see it down, its agent reaches others',
      'HKG!SIN HKG>FRA FRA!SIN LAX>SIN SIN>HKG SIN>FRA',
      'port',
      true,
    ],
    ['all see it down, its agent reaches nobody', 'HKG!SIN HKG>FRA FRA!SIN SIN!HKG SIN!FRA', 'pop', false],
    ['all see it down, its agent is silent', 'HKG!SIN HKG>FRA FRA!SIN SIN?HKG SIN?FRA', 'pop', false],
    [
      'the observer reaches nobody, others reach the port',
      'HKG!SIN HKG!FRA FRA>SIN LAX>SIN',
      'isolated-agent',
      null,
    ],
    [
      'the observer reaches nobody, nor do the others the port',
      'HKG!SIN HKG!FRA FRA!SIN LAX!SIN',
      'port',
      null,
    ],
    ['the observer sees one port only', 'HKG!SIN FRA>SIN LAX>SIN', 'path', null],
    ['the port’s own agent has no voice on it', 'HKG!SIN HKG>FRA SIN>HKG', 'unconfirmed', true],
  ] as const)('%s', (_about, views, cause, alive) => {
    expect(of(views)).toMatchObject({ cause, alive });
  });

  test('names who saw what, and the paths that failed', () => {
    expect(of('HKG!SIN HKG>FRA FRA!SIN FRA>HKG LAX>SIN NYC>SIN LON>SIN TYO?SIN')).toEqual({
      cause: 'path',
      needed: 3,
      alive: null,
      paths: ['FRA>SIN', 'HKG>SIN'],
      down: ['FRA', 'HKG'],
      up: ['LAX', 'LON', 'NYC'],
      blind: ['TYO'],
    });
  });

  test('an outage that its observer took back because it was cut off is its own', () => {
    expect(of('HKG?SIN HKG?FRA FRA>SIN', { isolated: true }).cause).toBe('isolated-agent');
  });

  test.each([
    [1, 'port'],
    [2, 'path'],
    [9, 'path'],
  ] as const)('a quorum of %i decides between path and port', (quorum, cause) => {
    expect(of('HKG!SIN HKG>FRA FRA>SIN LAX>SIN', { quorum }).cause).toBe(cause);
  });
});

describe('who does not watch the port', () => {
  test.each([
    ['a round that reached it', [round('FRA', 'SIN', 300)], 'path'],
    ['a round that lost everything', [round('FRA', 'SIN', 0)], 'port'],
    ['a round that lost some', [round('FRA', 'SIN', 17)], 'path'],
    ['a round that began before the outage', [round('FRA', 'SIN', 300, 500)], 'unconfirmed'],
    ['a round that ended after it', [round('FRA', 'SIN', 300, 30_000)], 'unconfirmed'],
    ['a round that could not send', [{ ...round('FRA', 'SIN', 0), sent: 0 }], 'unconfirmed'],
  ] as const)('speaks by %s', (_about, rounds, cause) => {
    expect(of('HKG!SIN HKG>FRA', { rounds }).cause).toBe(cause);
  });

  test('speaks by its watch where it has one', () => {
    expect(of('HKG!SIN HKG>FRA FRA>SIN', { rounds: [round('FRA', 'SIN', 0)] }).cause).toBe('path');
  });

  test('is alive in its PoP by the rounds that it ran', () => {
    const rounds = [round('SIN', 'HKG', 300)];
    expect(of('HKG!SIN HKG>FRA FRA!SIN', { rounds })).toMatchObject({ cause: 'port', alive: true });
  });
});

describe('two clocks', () => {
  const shifted = (byMs: number): PortView[] => [
    ...viewsOf('HKG!SIN HKG>FRA'),
    {
      observer: 'FRA',
      port: 'SIN',
      unobserved: [],
      outages: [{ from: during.from + byMs, to: during.to + byMs }],
    },
  ];

  test('that differ by less than half of the outage see the same', () => {
    expect(of('', { views: shifted(29_000) }).cause).toBe('port');
    expect(of('', { views: shifted(31_000) }).cause).toBe('path');
  });
});

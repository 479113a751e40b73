import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fpingArgs, fpingVersion, joinSize, printsJson } from '../../../probes/fping/driver.js';
import { parseFping, parseIcmpErrors, parseTried } from '../../../probes/fping/output.js';
import { roundOf } from '../support/rounds.js';

const signal = new AbortController().signal;
const size = { bytes: 64, icmpBytes: 64 };

/** What the program printed: 5.1 on standard error, 5.5 and later with -J on standard output. */
const recorded: [what: string, text: string, json: string, rttsUs: (number | null)[] | null][] = [
  [
    'every digit it has',
    '10.77.0.1 : 0.031 1.38 20.3 203\n',
    '{"vSum": {"host": "10.77.0.1", "values": [0.031, 1.38, 20.3, 203]}}\n',
    [31, 1380, 20_300, 203_000],
  ],
  [
    'packets that were lost',
    '10.77.0.1 : 20.1 - -\n',
    '{"vSum": {"host": "10.77.0.1", "values": [20.1, null, null]}}\n',
    [20_100, null, null],
  ],
  ['IPv6', 'fd77::1 : 0.05 -\n', '{"vSum": {"host": "fd77::1", "values": [0.05, null]}}\n', [50, null]],
  [
    'lines of other kinds around it',
    'ICMP Host Unreachable from 10.77.0.9 for ICMP Echo sent to 10.77.0.8\n\n10.77.0.8 : - 1.5\n',
    '{"resp": {"host": "10.77.0.8", "seq": 0, "size": 64, "rtt": 1.5}}\n{"vSum": {"host": "10.77.0.8", "values": [null, 1.5]}}\n',
    [null, 1500],
  ],
  ['nothing', '', '', null],
  ['a complaint', "fping: can't create socket (must run as root?)\n", '{"vSum"', null],
  ['a result that is none', '10.77.0.1 : abc\n', '{"vSum": {"host": "x", "values": ["a"]}}\n', null],
];

describe('what fping prints', () => {
  test.each(recorded)('as text and as JSON: %s', (_what, text, json, rttsUs) => {
    const expected = rttsUs?.map((us) => (us === null ? null : us * 1000)) ?? null;
    expect(parseFping(text)).toEqual(expected);
    expect(parseFping(json)).toEqual(expected);
  });

  test('whatever it is, is read without a throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.stringMatching(/^\S+ :( [-\d.e]+)*$/)), (text) => {
        for (const rtt of parseFping(text) ?? []) if (rtt !== null) expect(rtt).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('the arguments', () => {
  test('say the round', () => {
    const request = {
      ...roundOf('10.77.0.1', { count: 7, intervalMs: 20 }),
      lostAfterMs: 2000,
      lateWaitMs: 1000,
      signal,
    };
    expect(fpingArgs(request, size, false).join(' ')).toBe(
      '-C 7 -p 20 -i 10 -t 3000 -b 56 -r 0 -B 1 10.77.0.1',
    );
  });

  test('say what a path asks of its packets', () => {
    const options = { dscp: 46, ttl: 9, source: '10.77.255.254', dontFragment: true, interface: 'pl0' };
    const request = { ...roundOf('10.77.0.1', { intervalMs: 5 }), options, signal };
    const args = fpingArgs(request, size, true).join(' ');
    expect(args).toContain('-J -C');
    expect(args).toContain('-p 5 -i 5');
    expect(args).toContain('-O 184 -H 9 -S 10.77.255.254 -I pl0 -M 10.77.0.1');
  });

  test.each([
    ['fping: Version 5.1', false],
    ['fping: Version 5.2\n', false],
    ['fping: Version 5.4', false],
    ['fping: Version 5.5', true],
    ['fping: Version 6.0', true],
  ])('ask %j for JSON: %s', (text, json) => {
    const version = fpingVersion(text);
    expect(version && printsJson(version)).toBe(json);
  });
});

type Said = Parameters<typeof joinSize>[2];
const said = (rtts: Said['rtts'], more: Partial<Said> = {}): Said => ({
  rtts,
  tried: null,
  errors: [],
  ...more,
});

describe('what fping says meanwhile', () => {
  test('ICMP errors by their words, and what is none is none', () => {
    const text = [
      'ICMP Unreachable (Communication Administratively Prohibited) from 10.5.0.2 for ICMP Echo sent to 10.9.9.9',
      'ICMP Time Exceeded from 10.5.0.3 for ICMP Echo sent to pop.example (10.9.9.9)',
      'ICMP Unreachable (Something New) from 10.5.0.4 for ICMP Echo sent to 10.9.9.9',
      'ICMP Host Unreachable from nowhere for ICMP Echo sent to 10.9.9.9',
      '10.9.9.9 : - - -',
    ].join('\n');
    expect(parseIcmpErrors(text)).toEqual([
      { type: 3, code: 13, from: '10.5.0.2' },
      { type: 11, code: 0, from: '10.5.0.3' },
      { type: 3, code: 255, from: '10.5.0.4' },
    ]);
  });

  test('which packets the system took, as far as the output tells', () => {
    const text =
      '10.5.0.2 : [0], 64 bytes, 0.035 ms (0.035 avg, 0% loss)\n10.5.0.2 : [2], timed out (0.035 avg, 50% loss)\n';
    expect(parseTried(text, false)).toEqual(new Set([0, 2]));
    expect(parseTried('', false)).toEqual(new Set());
    const answers = '{"resp": {"host": "10.5.0.2", "seq": 0, "size": 64, "rtt": 0.035}}\n';
    expect(parseTried(answers, true)).toBeNull();
    expect(parseTried(`${answers}{"timeout": {"host": "10.5.0.2", "seq": 2}}\n`, true)).toEqual(
      new Set([0, 2]),
    );
  });
});

describe('the packets', () => {
  const request = { count: 4, intervalMs: 500, lostAfterMs: 1000, lateWaitMs: 500 };

  test('are received, late or lost by the threshold', () => {
    const { packets } = joinSize(request, size, said([1e9, 1e9 + 1, null, 1.5e9 + 1]), false);
    expect(packets).toEqual([
      { kind: 'received', rttUs: 1_000_000 },
      { kind: 'late', rttUs: 1_000_000 },
      { kind: 'lost' },
      { kind: 'lost' },
    ]);
  });

  test('of a round that was broken off are lost only if they were waited for', () => {
    const { packets } = joinSize({ ...request, count: 6 }, size, said([null, 5e6, null, null]), true);
    expect(packets.map((packet) => (packet.kind === 'not-sent' ? packet.reason : packet.kind))).toEqual([
      ...['lost', 'received', 'in-flight', 'in-flight'],
      ...['aborted', 'aborted'],
    ]);
  });

  test('that the system did not take are not sent, for the reason that it gives', () => {
    const { packets } = joinSize(
      request,
      size,
      said([5e6, null, null, null], { tried: new Set([0, 3]) }),
      false,
      (index) => (index === 1 ? 'no-route' : 'too-big'),
    );
    expect(packets.slice(1)).toEqual([
      { kind: 'not-sent', reason: 'no-route' },
      { kind: 'not-sent', reason: 'too-big' },
      { kind: 'lost' },
    ]);
  });

  test('that met with an ICMP error have it, in order; one of this machine’s own says that it did not leave', () => {
    const errors = ['admin-prohibited', 'own-host-unreachable'] as const;
    const { packets } = joinSize(request, size, said([null, 5e6, null, null], { errors }), false);
    expect(packets).toEqual([
      { kind: 'error', error: 'admin-prohibited' },
      { kind: 'received', rttUs: 5_000 },
      { kind: 'not-sent', reason: 'host-unreachable' },
      { kind: 'lost' },
    ]);
  });
});

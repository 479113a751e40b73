import type { Refusal } from '../../../src/core/ledger/errors.js';
import { describe, expect, test } from 'vitest';
import { parseReportId } from '../../../src/core/ticket/actions.js';
import { fileType, lineFault, textFault } from '../../../src/core/ticket/report.js';
import { incidentOf, samenessOf } from '../../../src/core/ticket/lifecycle.js';
import { followSuggestion, type BandedRound } from '../../../src/core/ticket/suggestion.js';
import { at0 } from './support.js';
import { fileFaultText, worded } from '../../../src/i18n/refusals.js';

describe('reports of the same path and hour', () => {
  const hour = Date.UTC(2026, 9, 12, 3);
  const one = { number: 1, incident: 'I1', state: 'closed', subject: 'HKG>SIN', hour } as const;

  test('are one incident, that of the first', () => {
    const same = samenessOf({ path: 'HKG>SIN', service: 's1', since: at0 });
    expect(same).toEqual({ subject: 'HKG>SIN', hour });
    expect(incidentOf(same, [{ ...one, number: 4, incident: 'I4' }, one], 9)).toBe('I1');
    expect(samenessOf({ path: 'HKG>SIN', service: null, since: hour + 3_600_000 })?.hour).toBe(
      hour + 3_600_000,
    );
  });

  test('are none where the path, the hour or the answer is another', () => {
    const same = samenessOf({ path: 'HKG>SIN', service: null, since: at0 });
    expect(incidentOf(same, [{ ...one, subject: 'SIN>HKG' }], 9)).toBe('I9');
    expect(incidentOf(same, [{ ...one, hour: hour - 3_600_000 }], 9)).toBe('I9');
    expect(incidentOf(same, [{ ...one, state: 'rejected' }], 9)).toBe('I9');
    expect(incidentOf(null, [one], 9)).toBe('I9');
    expect(samenessOf({ path: null, service: 's1', since: at0 })?.subject).toBe('service:s1');
    expect(samenessOf({ path: null, service: null, since: at0 })).toBeNull();
  });
});

describe('a text', () => {
  test('is kept as it is, a script and any language with it', () => {
    expect(textFault('text', '<script>alert(1)</script>\n線路中斷\t🙂')).toBeNull();
    expect(textFault('text', 'a\r\nb')).toBeNull();
  });

  test('is refused when it is none, or too long', () => {
    const text = (value: string) => refusedWords(textFault('text', value));
    const line = (value: string) => refusedWords(lineFault('subject', value));
    expect(text(' \n')).toBe('is missing; allowed: text of 1 to 10000 characters');
    expect(text('x'.repeat(10_001))).toBe('has 10001 characters; allowed: text of 1 to 10000 characters');
    for (const value of ['a\u0000b', '\u001b[31mred', 'a\ud800b', '\u0085'])
      expect(text(value)).toContain('has characters that are no text');
    expect(line('a\nb')).toBe(
      'has characters that are no text; allowed: one line of 1 to 200 characters, without control characters',
    );
    expect(line('x'.repeat(201))).toBe('has 201 characters; allowed: one line of 1 to 200 characters');
  });
});

function refusedWords(fault: Refusal | null): string | null {
  if (fault === null) return null;
  const { what, allowed } = worded(fault);
  return `${what}; allowed: ${allowed}`;
}

describe('a file', () => {
  const bytes = (...all: (number | string)[]) =>
    Buffer.concat(all.map((b) => Buffer.from(typeof b === 'string' ? b : [b])));
  const png = bytes(0x89, 'PNG\r\n', 26, 10, 'rest');

  test.each([
    ['a.png', png, 'image/png'],
    ['A.JPG', bytes(0xff, 0xd8, 0xff, 0xe0), 'image/jpeg'],
    ['a.gif', bytes('GIF89a'), 'image/gif'],
    ['a.webp', bytes('RIFF0000WEBPVP8 '), 'image/webp'],
    ['a.pdf', bytes('%PDF-1.7'), 'application/pdf'],
    ['a.pcap', bytes(0xd4, 0xc3, 0xb2, 0xa1), 'application/vnd.tcpdump.pcap'],
    ['a.pcapng', bytes(0x0a, 0x0d, 0x0d, 0x0a), 'application/x-pcapng'],
    ['a.json', bytes('{"a":1}'), 'application/json'],
    ['a.csv', bytes('時延,1\n'), 'text/csv'],
    ['mtr.log', bytes('<b>kept</b>'), 'text/plain'],
  ])('%s is what its name says', (name, content, type) => {
    expect(fileType(name, content)).toEqual({ type });
  });

  test.each([
    ['a.png', bytes('<svg onload=alert(1)>'), 'is no .png: its content is text/csv'],
    ['a.txt', png, 'is no .txt: its content is image/png'],
    ['a.pdf', bytes('MZ', 0x90, 0), 'is no .pdf: its content is of another type'],
    ['a.json', bytes('{"a":'), 'is no .json: its content is text/csv'],
    ['a.log', bytes('a', 0xff), 'is no .log: its content is of another type'],
    ['a.html', bytes('<p>'), 'ends in .html'],
    ['a.svg', bytes('<svg/>'), 'ends in .svg'],
    ['a.png.exe', png, 'ends in .exe'],
    ['png', png, 'has no ending'],
    ['a.txt', bytes(), 'is empty'],
  ])('%s is refused when it is not', (name, content, fault) => {
    const type = fileType(name, content);
    expect('fault' in type && fileFaultText(type.fault)).toBe(fault);
  });
});

describe('a suggestion', () => {
  const rounds = (...worse: BandedRound['worse'][]): BandedRound[] =>
    worse.map((each, index) => ({ slot: 1000 - index, worse: each }));
  const follow = (given: BandedRound[], over: object = {}) =>
    followSuggestion({ path: 'HKG>SIN', open: null, rounds: given, afterRounds: 2, now: 5000, ...over });
  const open = {
    path: 'HKG>SIN',
    firstSlot: 998,
    lastSlot: 999,
    metrics: ['latency'],
    raisedAt: 1,
    endedSlot: null,
  } as const;

  test('is raised after so many rounds in a row, of either metric', () => {
    expect(follow(rounds(['loss'], ['latency'], []))).toEqual({
      path: 'HKG>SIN',
      firstSlot: 999,
      lastSlot: 1000,
      metrics: ['latency', 'loss'],
      raisedAt: 5000,
      endedSlot: null,
    });
    expect(follow(rounds(['loss'], [], ['loss']))).toBeNull();
    expect(follow(rounds(['loss']))).toBeNull();
    expect(follow(rounds(['loss'], ['loss']), { afterRounds: 3 })).toBeNull();
    expect(follow([])).toBeNull();
  });

  test('goes on, and ends with the first round that is normal', () => {
    expect(follow(rounds(['loss'], ['latency']), { open })).toMatchObject({
      lastSlot: 1000,
      metrics: ['latency', 'loss'],
    });
    expect(follow(rounds([], ['latency']), { open })).toEqual({ ...open, endedSlot: 1000 });
    expect(
      follow(
        rounds(['loss']).map((r) => ({ ...r, slot: 999 })),
        { open },
      ),
    ).toBeNull();
  });
});

test('an id of a report is F and a number', () => {
  expect(parseReportId('F12')).toBe(12);
  for (const id of ['F0', 'f1', 'F', '12', 'F1 ', 'F01', 'F1234567890123456', ''])
    expect(parseReportId(id)).toBeNull();
});

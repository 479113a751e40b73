import { describe, expect, test } from 'vitest';
import {
  correctionFaults,
  type CorrectionText,
  foldCorrections,
  lastWord,
  parseRef,
  refKey,
} from '../../../src/core/ledger/outages.js';
import { formatRefusal } from '../../../src/core/ledger/errors.js';
import { worded } from '../../../src/i18n/refusals.js';
import { dayMs, history, hourMs, now } from './support.js';

const said = { reason: 'a ticket', evidence: 'INC-7', attachments: [] } as const;
const hour = { from: now - dayMs, to: now - dayMs + hourMs };
const measured = { ref: `SIN@HKG/${hour.from}`, port: 'SIN', observer: 'HKG', ...hour };
const faults = (over: Partial<CorrectionText>): string[] =>
  correctionFaults(
    {
      port: 'SIN',
      of: null,
      interval: { from: now - hourMs, to: now },
      reason: 'a ticket',
      evidence: null,
      ...over,
    },
    {
      now,
      pops: ['HKG', 'SIN'],
      outages: [
        measured,
        { ref: 'C3', port: 'SIN', observer: null, from: now - 3 * dayMs, to: now - 2 * dayMs },
      ],
    },
  ).map((one) => formatRefusal(worded(one)));

describe('what is said of outages', () => {
  test('lies over the measured row, the last word on top', () => {
    const of = { observer: 'HKG', port: 'SIN', start: hour.from };
    const { ofMeasured } = foldCorrections(
      history(
        ['ann', { type: 'outage-voided', id: 'C1', of, ...said }],
        ['bob', { type: 'outage-corrected', id: 'C2', of, ...hour, ...said }],
      ),
    );
    const words = ofMeasured.get(refKey(of)) ?? [];
    expect(words.map(({ does, actor }) => [does, actor])).toEqual([
      ['void', 'ann'],
      ['correct', 'bob'],
    ]);
    expect(lastWord(words)?.interval).toEqual(hour);
  });

  test('may add one, and take it back', () => {
    const { added } = foldCorrections(
      history(
        ['ann', { type: 'outage-added', id: 'C1', port: 'SIN', ...hour, ...said }],
        ['bob', { type: 'outage-voided', id: 'C2', of: { added: 'C1' }, ...said }],
      ),
    );
    expect(added).toMatchObject([
      { id: 'C1', port: 'SIN', corrections: [{ does: 'add' }, { does: 'void' }] },
    ]);
  });

  test.each(['SIN@HKG/1791000000000', 'C7'])('has the name %s', (text) => {
    const ref = parseRef(text);
    expect(ref && refKey(ref)).toBe(text);
  });
  test.each(['', 'C0', 'SIN', 'SIN@HKG', 'X1', 'SIN@HKG/x'])('has no name %j', (text) => {
    expect(parseRef(text)).toBeNull();
  });

  test('is taken where it is right', () => {
    expect(faults({})).toEqual([]);
    expect(faults({ of: measured.ref, interval: { ...hour, to: hour.to + 1 } })).toEqual([]);
    expect(faults({ of: measured.ref, interval: null })).toEqual([]);
  });

  test.each<[string, Partial<CorrectionText>, string]>([
    ['reversed', { interval: { from: now, to: now - 1 } }, 'to: is reversed'],
    ['zero-length', { interval: { from: now, to: now } }, 'to: is "from" itself'],
    ['unbounded', { interval: { from: now - 1, to: Infinity } }, 'to: is unbounded; allowed: an instant'],
    [
      'future',
      { interval: { from: now - 1, to: now + 1 } },
      'to: lies in the future: it is 2026-10-20T00:00:00.001Z; allowed: an outage is entered when it is over',
    ],
    ['unknown port', { port: 'XXX' }, 'port: is an unknown PoP, "XXX"; allowed: HKG, SIN'],
    [
      'overlapping',
      { interval: hour },
      `from: overlaps the outage ${measured.ref}, 2026-10-19T00:00:00.000Z to 2026-10-19T01:00:00.000Z; allowed: a time outside of it, or correct ${measured.ref}`,
    ],
    ['no reason', { reason: '' }, 'reason: is missing; allowed: why, as text'],
    [
      'evidence that nobody reads',
      { evidence: 'x'.repeat(10_001) },
      'evidence: has 10001 characters; allowed: text of 1 to 10000 characters',
    ],
    [
      'void of nothing',
      { of: 'C9', interval: null },
      'of: counts for nothing already; allowed: an outage that counts',
    ],
  ])('is refused: %s', (_what, over, message) => {
    const found = faults(over);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  test('does not stand in the way of what another observer measured of the same outage', () => {
    const theirs = { ...measured, ref: `SIN@FRA/${hour.from}`, observer: 'FRA' };
    const context = { now, pops: ['HKG', 'SIN'], outages: [measured, theirs] };
    const text = {
      port: 'SIN',
      of: measured.ref,
      interval: { ...hour, to: hour.to + 1 },
      reason: 'x',
      evidence: null,
    };
    expect(correctionFaults(text, context)).toEqual([]);
    expect(correctionFaults({ ...text, of: null }, context)).toHaveLength(1);
  });
});

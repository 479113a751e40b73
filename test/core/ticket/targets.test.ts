import { describe, expect, test } from 'vitest';
import { targetClocks } from '../../../src/core/ticket/suggestion.js';
import { at0, customer, minuteMs, ann, reportOf, resolved, taken } from './support.js';

describe('what is left of the targets', () => {
  test('runs from the filing', () => {
    expect(targetClocks(reportOf(), at0 + 10 * minuteMs)).toEqual({
      firstResponse: {
        targetMs: 30 * minuteMs,
        elapsedMs: 10 * minuteMs,
        leftMs: 20 * minuteMs,
        running: true,
        met: null,
        dueAt: at0 + 30 * minuteMs,
      },
      repair: {
        targetMs: 240 * minuteMs,
        elapsedMs: 10 * minuteMs,
        leftMs: 230 * minuteMs,
        running: true,
        met: null,
        dueAt: at0 + 240 * minuteMs,
      },
    });
  });

  test('is over when it is over, and met to the millisecond', () => {
    const late = targetClocks(reportOf(), at0 + 30 * minuteMs + 1).firstResponse;
    expect(late).toMatchObject({ leftMs: -1, met: false, running: true });
    expect(targetClocks(reportOf(), at0 + 30 * minuteMs).firstResponse?.met).toBeNull();
    const answered = targetClocks(reportOf(taken), at0 + 99 * minuteMs).firstResponse;
    expect(answered).toMatchObject({ elapsedMs: minuteMs, met: true, running: false, dueAt: null });
  });

  test('stands still while it is resolved and goes on when it is opened again', () => {
    const reopened = [customer, { type: 'reopened', reason: 'again' }] as const;
    // Filed at 0, taken at 1, resolved at 2, reopened at 3.
    expect(targetClocks(reportOf(taken, resolved), at0 + 500 * minuteMs).repair).toMatchObject({
      elapsedMs: 2 * minuteMs,
      running: false,
      met: true,
      dueAt: null,
    });
    expect(targetClocks(reportOf(taken, resolved, reopened), at0 + 13 * minuteMs).repair).toMatchObject({
      elapsedMs: 12 * minuteMs,
      running: true,
      met: null,
      dueAt: at0 + 241 * minuteMs,
    });
  });

  test('is none where nothing is promised, and there is no repair of what was rejected', () => {
    const none = { ...reportOf(), targets: null };
    expect(targetClocks(none, at0)).toEqual({ firstResponse: null, repair: null });
    const rejected = targetClocks(reportOf([ann, { type: 'rejected', reason: 'x' }]), at0 + 5 * minuteMs);
    expect(rejected.repair).toBeNull();
    expect(rejected.firstResponse).toMatchObject({ met: true, elapsedMs: minuteMs });
  });
});

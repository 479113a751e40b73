/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- a case that a test breaks in every way has no type */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { planFiles, type PlanFiles, type PlanResult } from '../../../src/config/plan/parse.js';
import { readCase } from '../../../src/config/case/read-case.js';
import type { MonthCase } from '../../../src/core/statement/case.js';
import { judgeMonth } from '../../../src/core/statement/judge.js';
import { monthResult, type MonthResult } from '../../../src/core/statement/result.js';
import { root } from '../../support/source-files.js';

/** Any JSON, to be changed freely by a test. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test breaks cases in every way
export type Json = any;

/** A small case without a fault: a dual and a single service, an outage each, one round. */
export function sampleCase(): Json {
  return {
    plan: 'ctg-cloud-connection',
    month: '2026-10',
    lines: [
      { id: 'l1', pop: 'HKG' },
      { id: 'l2', pop: 'SZX' },
      { id: 'l3', pop: 'SIN' },
    ],
    services: [
      {
        id: 'svc-1',
        site: 'office-1',
        class: 'protected-dual',
        lines: ['l1', 'l2'],
        start: '2026-10-11',
        end: null,
        monthlyRent: { amount: '10000.00', currency: 'HKD' },
        paths: ['HKG>SIN'],
      },
      {
        id: 'svc-2',
        site: 'office-1',
        class: 'single',
        lines: ['l3'],
        start: '2026-01-01',
        end: null,
        monthlyRent: { amount: '3000.00', currency: 'HKD' },
        paths: [],
      },
    ],
    outages: [{ line: 'l1', from: '2026-10-12T03:00:00+08:00', to: '2026-10-12T04:00:00+08:00' }],
    unobserved: [{ line: 'l1', from: '2026-10-13T00:00:00Z', to: '2026-10-13T00:10:00Z' }],
    exclusions: [
      {
        kind: 'planned-maintenance',
        scope: { pops: ['HKG'] },
        from: '2026-10-12T03:30:00+08:00',
        to: '2026-10-12T05:00:00+08:00',
        noticeAt: '2026-10-05T00:00:00+08:00',
      },
    ],
    commitments: [{ path: 'HKG>SIN', latencyMs: '35.000' }],
    rounds: [
      {
        path: 'HKG>SIN',
        slot: '2026-10-11T00:00:00Z',
        sizes: [
          { bytes: 64, sent: 100, received: 99, rttSumUs: 3503000 },
          { bytes: 128, sent: 100, received: 100, rttSumUs: 3539000 },
          { bytes: 512, sent: 100, received: 100, rttSumUs: 3551000 },
        ],
      },
    ],
  };
}

const onDisk = planFiles(root);
const read = new Map<string, PlanResult | null>();

/** The plan files of the project, each read once. */
export const files: PlanFiles = {
  ...onDisk,
  byId: (id) => {
    const known = read.get(id);
    if (known !== undefined) return known;
    const result = onDisk.byId(id);
    read.set(id, result);
    return result;
  },
};

/** One line per fault, as `evaluate` prints them; none for a good case. */
export function faultsOf(input: Json): string[] {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  const result = readCase(text, files, root);
  return result.ok ? [] : result.faults.map(({ path, message }) => `${path} ${message}`);
}

/** One line per note on a good case. */
export function notesOf(input: Json): string[] {
  const result = readCase(JSON.stringify(input), files, root);
  if (!result.ok) throw new Error(result.faults.map(({ path, message }) => `${path} ${message}`).join('\n'));
  return result.notes.map(({ path, message }) => `${path} ${message}`);
}

/** The case of a text that must be good. */
export function caseOf(input: Json): MonthCase {
  const result = readCase(JSON.stringify(input), files, root);
  if (!result.ok) throw new Error(result.faults.map(({ path, message }) => `${path} ${message}`).join('\n'));
  return result.case;
}

/**
 * The case with the built-in plan as data, which holds rounds of whatever sizes and packets: for tests of the arithmetic
 * of a few packets.
 */
export function withAnyRounds(input: Json): Json {
  const plan: Json = parse(readFileSync(join(root, 'config/plans/ctg-cloud-connection.yaml'), 'utf8'));
  for (const version of plan.versions) version.measurement.minimumSent = 0;
  return { ...input, plan };
}

export const resultOf = (input: Json): MonthResult => monthResult(judgeMonth(caseOf(input)));

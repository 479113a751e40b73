import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { dayMs, ledgerConfig, minuteMs, november, october, watchedOctober } from '../support/ledger.js';

const start = october + 9 * dayMs;
const iso = (at: number): string => new Date(at).toISOString();

/** The command line over a store that watched October. */
async function setUp() {
  const file = ledgerConfig();
  const { store, config } = await watchedOctober(file);
  await store.close();
  const run = (...args: string[]) =>
    runCli([...args, '--config', file], { now: () => november, cwd: dirname(file) });
  const json = async (...args: string[]): Promise<unknown> => {
    const result = await run(...args, '--json');
    expect(result.stderr).toBe('');
    return JSON.parse(result.stdout);
  };
  return { run, json, folder: dirname(file), database: config.store.path };
}

const emergency = [
  ...['exclusions', 'propose', '--kind', 'emergency-maintenance', '--scope', 'pop:SIN', '--reason', 'a card'],
  ...['--from', iso(start), '--to', iso(start + 20 * minuteMs)],
];

describe('outages', () => {
  test('are shown, added, corrected and voided', async () => {
    const { run, json } = await setUp();
    const ref = `SIN@HKG/${start}`;
    const entered = ['--reason', 'INC-7', '--actor', 'ann'];
    expect((await run('outages')).stdout).toContain(
      `${ref}  SIN   2026-10-09T16:00:00Z  2026-10-09T16:44:00Z  2640.000`,
    );
    const times = (from: number, to: number) => ['--from', iso(from), '--to', iso(to)];
    const added = await run('outage', 'add', 'FRA', ...times(start, start + minuteMs), ...entered);
    expect(added).toMatchObject({ code: 0, stdout: 'C1 is entered\n', stderr: '' });
    await run('outage', 'correct', ref, ...times(start, start + 50 * minuteMs), ...entered);
    await run('outage', 'void', 'C1', ...entered);
    expect(await json('outages')).toMatchObject({
      outages: [
        { ref: 'C1', counts: null, measured: null, corrections: [{ does: 'add' }, { does: 'void' }] },
        {
          ref,
          counts: { from: iso(start).replace('.000', ''), to: '2026-10-09T16:50:00Z' },
          measured: { observer: 'HKG', end: { at: '2026-10-09T16:44:00Z' } },
          corrections: [{ id: 'C2', does: 'correct', actor: 'ann', reason: 'INC-7' }],
        },
      ],
    });
    expect((await run('outages', '--port', 'FRA')).stdout).toContain('counts for nothing');
  });
});

describe('availability', () => {
  test('is judged from the store', async () => {
    const { run, json } = await setUp();
    const { stdout } = await run('availability', '--month', '2026-10');
    expect(stdout).toMatch(
      /single +2026-10-01T00:00:00\+08:00 +protected-single +99\.9014 +99\.9014 +100\.00 +99\.9 +met +2640\.000/,
    );
    expect(await json('availability', '--month', '2026-10')).toMatchObject({
      month: '2026-10',
      final: true,
      services: [
        {
          id: 'single',
          customer: 'bank',
          unavailableMs: 44 * minuteMs,
          plan: { id: 'ctg-cloud-connection' },
        },
        { id: 'other' },
      ],
      sites: [{ site: 'central', credit: '0.00' }],
    });
    expect(await json('availability', '--month', '2026-12')).toMatchObject({ final: false });
  });
});

describe('exclusions', () => {
  test('go from a proposal over its impact to an approval by a second person, and back', async () => {
    const { run, json } = await setUp();
    await run(
      'outage',
      'add',
      'SIN',
      '--from',
      iso(start + dayMs),
      '--to',
      iso(start + dayMs + 6 * minuteMs),
      '--reason',
      'x',
      '--actor',
      'ann',
    );
    expect(await json(...emergency, '--actor', 'ann')).toMatchObject({
      exclusions: [{ id: 'X2', state: 'proposed', proposed: { actor: 'ann' } }],
    });
    const { stdout } = await run('exclusions', 'impact', 'X2');
    expect(stdout).toMatch(
      /2026-10 +single .*99\.8879 % → 99\.9327 % +99\.8879 % → 99\.9327 % +0\.000 +500\.00 → 0\.00 HKD/,
    );
    const same = await run('exclusions', 'approve', 'X2', '--actor', 'ann');
    expect(same).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'pop-sla: actor: is ann, who proposed X2; allowed: a second person: whoever proposed it may not approve it\n',
    });
    expect((await run('exclusions', 'approve', 'X2', '--actor', 'bob')).code).toBe(0);
    expect((await run('availability', '--month', '2026-10')).stdout).toContain('99.9327');
    expect((await run('exclusions', 'revoke', 'X2', '--actor', 'bob', '--reason', 'another card')).code).toBe(
      0,
    );
    expect((await run('exclusions', 'list')).stdout).toMatch(/X2 +revoked +emergency-maintenance +pop:SIN/);
    expect((await run('exclusions', 'reject', 'X9', '--actor', 'bob', '--reason', 'no')).stderr).toBe(
      'pop-sla: id: is no exclusion; allowed: X2\n',
    );
  });

  test('come again by a cron expression', async () => {
    const { json } = await setUp();
    const found = await json(
      ...['exclusions', 'propose', '--kind', 'planned-maintenance', '--scope', 'all', '--reason', 'weekly'],
      ...['--cron', '0 2 * * 0', '--duration', '2h', '--zone', 'Asia/Hong_Kong', '--actor', 'ann'],
      ...['--from', '2026-12-01', '--to', '2026-12-15', '--notice', '2026-10-30T08:00Z by mail'],
    );
    expect(found).toMatchObject({
      exclusions: [
        {
          intervals: [
            { from: '2026-12-05T18:00:00Z', to: '2026-12-05T20:00:00Z' },
            { from: '2026-12-12T18:00:00Z', to: '2026-12-12T20:00:00Z' },
          ],
          notices: [{ at: '2026-10-30T08:00:00Z', text: 'by mail' }],
        },
      ],
    });
  });

  test.each([
    [['--kind', 'storm'], /^pop-sla: kind: is not known; allowed: planned-maintenance, /],
    [
      ['--from', '2026-10-09T16:00'],
      /^pop-sla: from: "2026-10-09T16:00" has a time of day and no offset from UTC; allowed: /,
    ],
    [['--to', 'never'], /^pop-sla: to: "never" is not a date or an instant; allowed: /],
    [
      ['--scope', 'pop:XXX'],
      /^pop-sla: scope: names "XXX", which is none of the pops; allowed: HKG, SIN, FRA/,
    ],
    [['--scope', 'SIN'], /^pop-sla: scope: is not known: "SIN"; allowed: all, or any of pop:ID/],
    [['--actor', ''], /^pop-sla: --actor: is missing; allowed: /],
    [['--cron', '0 2 * * 0'], /^pop-sla: cron: is not complete; allowed: cron, duration and zone together/],
    [
      ['--attach', 'nothing.pdf'],
      /^pop-sla: attach: nothing\.pdf can't be read \(ENOENT\); allowed: a readable file/,
    ],
  ])('are refused with %j, and nothing is written', async (over, message) => {
    const { run, json } = await setUp();
    const result = await run(...emergency, '--actor', 'ann', ...over);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(message);
    expect(await json('exclusions', 'list')).toEqual({ exclusions: [] });
  });

  test.each(['csv', 'ical'])('come back from %s as they went out', async (format) => {
    const [from, to] = [await setUp(), await setUp()];
    const reason =
      '=SUM(A1), "quoted"; ünïcode 海港 and a rather long reason so that the line has to be folded';
    await from.run(
      ...emergency,
      '--scope',
      'line:l1',
      '--reason',
      reason,
      '--actor',
      'ann',
      '--notice',
      '2026-10-30T08:00:00Z by mail',
    );
    const exported = await from.run('exclusions', 'export', '--format', format);
    const file = join(to.folder, 'exported');
    writeFileSync(file, exported.stdout);
    const imported = await to.run('exclusions', 'import', file, '--actor', 'eve');
    expect(imported).toMatchObject({ stderr: '', stdout: 'proposed: X1\n' });
    expect(await to.json('exclusions', 'list')).toMatchObject({
      exclusions: [
        {
          kind: 'emergency-maintenance',
          scope: { pops: ['SIN'], lines: ['l1'] },
          intervals: [{ from: '2026-10-09T16:00:00Z', to: '2026-10-09T16:20:00Z' }],
          notices: [{ at: '2026-10-30T08:00:00Z', text: 'by mail' }],
          reason,
          proposed: { actor: 'eve' },
        },
      ],
    });
    expect((await to.run('exclusions', 'import', file, '--actor', 'eve')).stdout).toBe(
      'proposed: nothing; left out, there already: 1\n',
    );
  });

  test.each(['csv', 'ical'])('that came to nothing are not proposed again from %s', async (format) => {
    const { run, folder } = await setUp();
    await run(...emergency, '--actor', 'ann');
    await run('exclusions', 'reject', 'X1', '--reason', 'no', '--actor', 'bob');
    const file = join(folder, 'exported');
    writeFileSync(file, (await run('exclusions', 'export', '--format', format)).stdout);
    expect((await run('exclusions', 'import', file, '--actor', 'eve')).stdout).toBe('proposed: nothing\n');
  });

  const event = (...lines: string[]) =>
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'BEGIN:VEVENT',
      'UID:m1',
      'SUMMARY:works',
      ...lines,
      'END:VEVENT',
      'END:VCALENDAR',
    ].join('\r\n');
  const created = 'CREATED:20261001T000000Z';

  test('come from a maintenance calendar, in the zones that it names', async () => {
    const { run, json, folder } = await setUp();
    const file = join(folder, 'm.ics');
    writeFileSync(file, event(created, 'DTSTART;TZID=Asia/Singapore:20261201T020000', 'DURATION:PT2H'));
    expect((await run('exclusions', 'import', file, '--scope', 'pop:SIN', '--actor', 'ann')).stderr).toBe('');
    expect(await json('exclusions', 'list')).toMatchObject({
      exclusions: [
        {
          kind: 'planned-maintenance',
          source: 'm1',
          reason: 'works',
          intervals: [{ from: '2026-11-30T18:00:00Z', to: '2026-11-30T20:00:00Z' }],
          notices: [{ at: '2026-10-01T00:00:00Z' }],
        },
      ],
    });
  });

  test.each<[string, string, RegExp]>([
    [
      'floating',
      event(created, 'DTSTART:20261201T020000', 'DTEND:20261201T040000'),
      /m\.ics: event 1 \(m1\): dtstart: is floating: it has no zone; allowed: a time in UTC/,
    ],
    [
      'a whole day',
      event(created, 'DTSTART;VALUE=DATE:20261201', 'DTEND;VALUE=DATE:20261202'),
      /dtstart: is a whole day/,
    ],
    [
      'an unknown zone',
      event(created, 'DTSTART;TZID=Mars:20261201T020000', 'DTEND:20261201T040000Z'),
      /dtstart: has an unknown zone, "Mars"/,
    ],
    ['without an end', event(created, 'DTSTART:20261201T020000Z'), /dtend: is missing/],
    [
      'too many windows',
      event(created, 'DTSTART:20261201T020000Z', 'DTEND:20261201T020100Z', 'RRULE:FREQ=HOURLY;COUNT=1001'),
      /rrule: gives more than 1000 windows/,
    ],
    ['reversed', event(created, 'DTSTART:20261201T020000Z', 'DTEND:20261201T010000Z'), /to: is reversed/],
    ['no calendar', 'BEGIN:VCALENDAR', /is no iCalendar|is no CSV|lacks/],
    [
      'a CSV without a column',
      'kind,scope,from,to\n',
      /line 1: lacks the column reason; allowed: kind, scope/,
    ],
    ['a CSV with another', 'kind,scope,from,to,reason,colour\n', /line 1: has an unknown column, "colour"/],
    [
      'a CSV with a bad line',
      'kind,scope,from,to,reason\nthird-party,pop:SIN,2026-10-01,2026-10-02,x\nstorm,pop:SIN,2026-10-03,never,x\n',
      /^pop-sla: line 3: kind: is not known.*\npop-sla: line 3: to: "never" is not/,
    ],
    ['a CSV with a bad quote', 'kind,scope,from,to,reason\n"third,x\n', /is no CSV/],
  ])('are refused from a file: %s', async (_what, text, message) => {
    const { run, json, folder } = await setUp();
    writeFileSync(join(folder, 'm.ics'), text);
    const result = await run('exclusions', 'import', 'm.ics', '--scope', 'pop:SIN', '--actor', 'ann');
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(message);
    expect(await json('exclusions', 'list')).toEqual({ exclusions: [] });
  });
});

describe('audit verify', () => {
  test('finds a history whole, and finds a changed one', async () => {
    const { run, json, database, folder } = await setUp();
    writeFileSync(join(folder, 'warrant.pdf'), 'a warrant');
    await run(...emergency, '--actor', 'ann', '--attach', join(folder, 'warrant.pdf'));
    const whole = await run('audit', 'verify');
    expect(whole.stdout).toMatch(
      /^1 entries and 1 attachments are as they were written\nhead: [0-9a-f]{64}\nthe trail of 0 entries is as it was written\nhead of the trail: 0{64}\n$/,
    );
    const db = new Database(database);
    db.exec(`DROP TRIGGER ledger_keeps_what_was_said; UPDATE ledger SET actor = 'mallory'`);
    db.close();
    expect(await run('audit', 'verify')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'pop-sla: event 1 was changed: its hash is not that of its text\n',
    });
    const result = await run('audit', 'verify', '--json');
    expect([result.code, JSON.parse(result.stdout)]).toMatchObject([1, { ok: false, events: 1 }]);
    expect(await json('exclusions', 'list')).toMatchObject({ exclusions: [{ id: 'X1' }] });
  });

  test.each([
    "'null'",
    "'{'",
    `'{"type":"x","n":1.5}'`,
    `'{"type":"exclusion-approved","id":"X1","reason":null}'`,
  ])('finds an entry that was changed to %s', async (text) => {
    const { run, database } = await setUp();
    await run(...emergency, '--actor', 'ann');
    const db = new Database(database);
    db.exec(`DROP TRIGGER ledger_keeps_what_was_said; UPDATE ledger SET action = ${text}`);
    db.close();
    expect(await run('audit', 'verify')).toMatchObject({
      code: 1,
      stderr: 'pop-sla: event 1 was changed: its hash is not that of its text\n',
    });
    expect((await run('exclusions', 'list')).code).toBe(0);
  });
});

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.js';
import { hookServer } from '../support/hook-server.js';
import { ledgerConfig, november, watchedOctober } from '../support/ledger.js';

const calendar = (...days: string[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    ...days.flatMap((day) => [
      ...['BEGIN:VEVENT', `UID:works-${day}`, 'CREATED:20261001T000000Z', `DTSTART:202612${day}T020000Z`],
      ...['DURATION:PT2H', 'SUMMARY:works', 'END:VEVENT'],
    ]),
    'END:VCALENDAR',
  ].join('\r\n');

test('a file of before is known as such, and nothing comes of it', async () => {
  const file = ledgerConfig();
  const { store } = await watchedOctober(file);
  await store.close();
  const load = async (name: string, day: string, sequence: number): Promise<string> => {
    const text = calendar(day).replace(/UID:.*/, `UID:works\r\nSEQUENCE:${sequence}`);
    writeFileSync(join(dirname(file), name), text);
    const args = ['exclusions', 'import', name, '--scope', 'pop:SIN', '--actor', 'changes', '--config', file];
    const { stdout, stderr } = await runCli(args, { now: () => november, cwd: dirname(file) });
    return stdout + stderr;
  };
  expect(await load('new.ics', '02', 2)).toBe('proposed: X1\n');
  expect(await load('old.ics', '01', 1)).toBe(
    'proposed: nothing; left out, older than what was read before: 1 (works)\n',
  );
});

test('a calendar is followed, and read no further where its server says that nothing has changed', async () => {
  const file = ledgerConfig();
  const { store } = await watchedOctober(file);
  await store.close();
  let days = ['01', '02'];
  const { url, got } = await hookServer((response, asked) => {
    const etag = `"${days.join()}"`;
    const isKnown = asked.at(-1)?.headers['if-none-match'] === etag;
    response.writeHead(isKnown ? 304 : 200, { etag }).end(isKnown ? undefined : calendar(...days));
  });
  const sync = async (): Promise<string> => {
    const args = ['exclusions', 'sync', url, '--scope', 'pop:SIN', '--actor', 'changes', '--config', file];
    const { stdout, stderr } = await runCli(args, { now: () => november, cwd: dirname(file) });
    return stdout + stderr;
  };
  expect(await sync()).toBe('proposed: X1, X2\n');
  expect(got[0]?.headers).not.toHaveProperty('if-none-match');
  expect([await sync(), await sync()]).toEqual(['unchanged\n', 'unchanged\n']);
  days = ['02'];
  expect(await sync()).toBe(
    'proposed: nothing; left out, there already: 1; rejected, called off or changed: X1\n',
  );
  expect(await sync()).toBe('unchanged\n');
});

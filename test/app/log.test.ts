import { expect, test } from 'vitest';
import { createLog } from '../../src/app/round-log.js';

async function logged(format: 'auto' | 'json' | 'pretty', isTTY: boolean): Promise<string> {
  let text = '';
  const log = await createLog({ level: 'info', format }, { isTTY, write: (more: string) => (text += more) });
  log.debug({}, 'not said at this level');
  log.info({ path: 'HKG>SIN', lossPpm: { 64: 0 } }, 'round stored');
  await new Promise((resolve) => setImmediate(resolve));
  return text;
}

test('is JSON, a line per event, where no person reads it', async () => {
  const lines = (await logged('auto', false)).trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', path: 'HKG>SIN', msg: 'round stored' });
});

test('is for people on a terminal, with colours', async () => {
  const text = await logged('auto', true);
  expect(text).toContain('round stored');
  expect(text).toContain('\u001b[');
  expect(() => JSON.parse(text) as unknown).toThrow();
});

test('is for people elsewhere when the configuration says so, without colours', async () => {
  const text = await logged('pretty', false);
  expect(text).toMatch(/^\[\d\d:\d\d:\d\d\] INFO: round stored \{.*"HKG>SIN".*\}\n$/);
});

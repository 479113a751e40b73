import { describe, expect, test } from 'vitest';
import { openAuto, type Candidate } from '../../../probes/auto/driver.js';
import { ProbeUnavailableError, type ProbeDriver } from '../../../probes/probe.js';

const driver = (kind: string): ProbeDriver => ({
  kind,
  measure: () => Promise.reject(new Error('not in this test')),
  close: () => Promise.resolve(),
});
const works = (name: string): Candidate => ({ name, open: () => Promise.resolve(driver(name)) });
const refuses = (name: string, permission = true): Candidate => ({
  name,
  open: () => Promise.reject(new ProbeUnavailableError(`no ${name} here`, `fix ${name}`, permission)),
});

function notebook() {
  const lines: { level: string; fields: object; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn') } };
}

describe('auto', () => {
  test('takes the best kind, under its own name, and says so', async () => {
    const { lines, log } = notebook();
    const opened = await openAuto({ log, candidates: [works('kernel'), works('net-ping')] });
    expect(opened.kind).toBe('kernel');
    expect(lines).toEqual([{ level: 'info', fields: { driver: 'kernel' }, message: 'probing by kernel' }]);
  });

  test('takes the next one, and warns with the reason and the remedy', async () => {
    const { lines, log } = notebook();
    const opened = await openAuto({ log, candidates: [refuses('kernel'), works('net-ping')] });
    expect(opened.kind).toBe('net-ping');
    expect(lines).toEqual([
      {
        level: 'warn',
        fields: { driver: 'net-ping', remedy: 'fix kernel' },
        message: "probing by net-ping, for kernel can't run: no kernel here",
      },
    ]);
  });

  test('passes over a kind that breaks in any other way', async () => {
    const broken: Candidate = { name: 'kernel', open: () => Promise.reject(new Error('no binary')) };
    const { lines, log } = notebook();
    expect((await openAuto({ log, candidates: [broken, works('net-ping')] })).kind).toBe('net-ping');
    expect(lines[0]?.message).toContain('no binary');
  });

  test.each([[true], [false]])(
    'says all reasons when none works (second one a permission: %s)',
    async (permission) => {
      const candidates = [refuses('kernel'), refuses('net-ping', permission)];
      await expect(openAuto({ log: notebook().log, candidates })).rejects.toMatchObject({
        name: 'ProbeUnavailable',
        message: 'kernel: no kernel here; net-ping: no net-ping here',
        remedy: 'fix kernel',
        permission: true,
      });
    },
  );
});

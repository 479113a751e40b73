import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cleanMappings } from '../../src/app/memory.js';
import { requires } from '../support/requires.js';
import { startRunning } from '../support/running.js';

const mapping = (range: string, rights: string, path: string, anonymous: number): string =>
  `${range} ${rights} 00001000 fe:00 1234                     ${path}\nSize: 8 kB\nRss: 8 kB\nAnonymous:             ${anonymous} kB\nVmFlags: rd mr mw me\n`;

test('of a program’s file is given back what nobody has ever written to, and nobody can', () => {
  const smaps = [
    mapping('00400000-00402000', 'r--p', '/usr/bin/node', 0),
    mapping('00402000-00500000', 'r-xp', '/usr/bin/node', 0),
    // Written by the linker, then made read-only.
    mapping('00500000-00502000', 'r--p', '/usr/bin/node', 8),
    mapping('00502000-00504000', 'rw-p', '/usr/bin/node', 0),
    mapping('00600000-00602000', 'r-xp', '/usr/bin/node (deleted)', 0),
    mapping('7f0000000000-7f0000002000', 'r-xp', '/usr/lib/libc.so.6', 0),
    mapping('7ffd00000000-7ffd00002000', 'r-xp', '[vdso]', 0),
  ].join('');
  expect(cleanMappings(smaps, '/usr/bin/node')).toEqual([
    { from: 0x400000n, bytes: 0x2000 },
    { from: 0x402000n, bytes: 0xfe000 },
  ]);
  expect(cleanMappings('', '/usr/bin/node')).toEqual([]);
});

test('this process has some of them', { skip: process.platform !== 'linux' }, () => {
  expect(cleanMappings(readFileSync('/proc/self/smaps', 'latin1'), process.execPath).length).toBeGreaterThan(
    1,
  );
});

describe('a daemon', () => {
  requires({ built: true });

  test('gives back what of its program only the start needed, and measures on', async () => {
    const running = startRunning();
    const mapped = (): number => {
      const { pid } = running.daemon;
      const text = readFileSync(`/proc/${pid}/smaps`, 'latin1').split(/(?=^[0-9a-f]+-[0-9a-f]+ )/m);
      const own = text.filter((one) => one.includes(` r-xp `) && one.includes(process.execPath));
      return own.reduce((sum, one) => sum + Number(/^Rss:\s+(\d+)/m.exec(one)?.[1] ?? 0), 0);
    };
    let most = 0;
    await running.daemon.waitFor('less of it', () => {
      const now = mapped();
      most = Math.max(most, now);
      return now < most * 0.8 ? true : undefined;
    });
    const since = Date.now();
    await running.round(
      'a round after it',
      ({ status, slot }) => status === 'ok' && Date.parse(slot) > since,
    );
    expect(await running.daemon.stop()).toMatchObject({ code: 0 });
  });
});

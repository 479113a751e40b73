import { describe, expect, test } from 'vitest';
import { createLab } from '../lab/lab.js';
import { writeConfig } from '../support/config-file.js';
import { popSla } from '../support/pop-sla.js';
import { requires } from '../support/requires.js';
import { tempDir } from '../support/temp-dir.js';

describe('without CAP_NET_RAW', () => {
  const { missing, beforeAll, afterAll } = requires({ namespaces: true, commands: ['setpriv'], built: true });
  const lab = missing === null ? createLab() : null;
  // In a namespace where no group may ping: the machine's own setting does not count.
  const prefix: string[] = [];
  beforeAll(() => {
    const namespace = lab?.namespace('unprivileged');
    namespace?.sysctl('ipv4/ping_group_range', '1 0');
    prefix.push(...(namespace?.prefix ?? []), 'setpriv', '--bounding-set=-net_raw', '--inh-caps=-net_raw');
  });
  afterAll(() => lab?.close());

  test.each([['run'], ['probe']])(
    '`pop-sla %s` says exactly what to run, and exits with 3',
    async (command) => {
      const config = writeConfig(tempDir(), { driver: { kind: 'net-ping' } });
      const done = await popSla([command, '--config', config], { prefix });
      expect(done.code, done.stderr).toBe(3);
      expect(done.stderr).toMatch(/CAP_NET_RAW/);
      // A line that a person can paste.
      expect(done.stderr).toMatch(/setcap cap_net_raw\S* |sudo |sysctl /);
      expect(done.stderr).not.toMatch(/\n\s+at /);
    },
  );

  test('the simulated kind needs none', async () => {
    const config = writeConfig(tempDir());
    expect(await popSla(['probe', '--config', config], { prefix })).toMatchObject({ code: 0 });
  });
});

import { describe, expect, test } from 'vitest';
import { createLab } from '../lab/lab.js';
import { writeConfig } from '../support/config-file.js';
import { popSla } from '../support/pop-sla.js';
import { requires } from '../support/requires.js';
import { tempDir } from '../support/temp-dir.js';

describe('without CAP_NET_RAW', () => {
  const { missing, beforeAll, afterAll } = requires({
    namespaces: true,
    netPing: true,
    commands: ['setpriv'],
    built: true,
  });
  const lab = missing === null ? createLab() : null;
  // In a namespace where no group may ping: the machine's own setting does not count.
  const prefix: string[] = [];
  beforeAll(() => {
    const namespace = lab?.namespace('unprivileged');
    namespace?.sysctl('ipv4/ping_group_range', '1 0');
    prefix.push(...(namespace?.prefix ?? []), 'setpriv', '--bounding-set=-net_raw', '--inh-caps=-net_raw');
  });
  afterAll(() => lab?.close());

  test.each([
    ['net-ping', 'run'],
    ['net-ping', 'probe'],
    ['kernel', 'run'],
  ])('the %s kind: `pop-sla %s` says exactly what to run, and exits with 3', async (kind, command) => {
    const config = writeConfig(tempDir(), { driver: { kind } });
    const done = await popSla([command, '--config', config], { prefix });
    expect(done.code, done.stderr).toBe(3);
    expect(done.stderr).toMatch(kind === 'kernel' ? /ping_group_range/ : /CAP_NET_RAW/);
    // A line that a person can paste.
    expect(done.stderr).toMatch(/setcap cap_net_raw\S* |sudo |sysctl /);
    expect(done.stderr).not.toMatch(/\n\s+at /);
  });

  test('the kernel kind needs one line, as it says, and then no privilege', async () => {
    const namespace = lab?.namespace('opened');
    if (!namespace) return;
    namespace.sysctl('ipv4/ping_group_range', '1 0');
    const config = writeConfig(tempDir(), { driver: { kind: 'kernel' } });
    const user = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];
    const probe = () => popSla(['probe', '--config', config], { prefix: [...namespace.prefix, ...user] });
    const before = await probe();
    expect(before.code, before.stderr).toBe(3);
    const line = before.stderr.split('\n').find((text) => /^(sudo )?sysctl /.test(text));
    namespace.must(['sh', '-c', (line ?? 'false').replace(/^sudo /, '')]);
    const after = await probe();
    expect(after.code, after.stderr).toBe(0);
    expect(after.stdout).toMatch(/HKG>SIN .* 5 +5 +0\.00%/);
  });

  test('the simulated kind needs none', async () => {
    const config = writeConfig(tempDir());
    expect(await popSla(['probe', '--config', config], { prefix })).toMatchObject({ code: 0 });
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requires } from '../support/requires.js';
import { must } from './command.js';
import { createLab, withLab } from './lab.js';
import type { Lab } from './lab.js';
import { loseRequests } from './loss.js';
import type { Namespace } from './namespace.js';

/** The laboratory itself, shown with programs that are not ours: what it does to them, it does to the daemon. */
describe('the laboratory', () => {
  const { missing } = requires({ namespaces: true, tun: true, commands: ['gcc', 'nft', 'fping'] });
  let lab: Lab;
  beforeEach(() => {
    if (missing === null) lab = createLab();
  });
  afterEach(async () => {
    if (missing === null) await lab.close();
  });

  /** How many of `count` echo requests were answered. */
  async function answered(
    from: Namespace,
    address: string,
    count: number,
    payloadBytes = 56,
  ): Promise<number> {
    const argv = ['fping', '-C', `${count}`, '-q', '-p', '20', '-t', '300', '-b', `${payloadBytes}`, address];
    const { stderr } = await from.run(argv);
    const fields = stderr.trim().split(':').at(-1)?.trim().split(/\s+/) ?? [];
    expect(fields, stderr).toHaveLength(count);
    return fields.filter((field) => field !== '-').length;
  }

  function pair(): { near: Namespace; far: Namespace; link: ReturnType<Lab['join']> } {
    const [near, far] = [lab.namespace('near'), lab.namespace('far')];
    const link = lab.join(
      { namespace: near, addresses: ['10.9.0.1/24', 'fd09::1/64'] },
      { namespace: far, addresses: ['10.9.0.2/24', 'fd09::2/64'] },
    );
    return { near, far, link };
  }

  test('joins namespaces, IPv4 and IPv6', async () => {
    const { near } = pair();
    expect(await answered(near, '10.9.0.2', 5)).toBe(5);
    expect(await answered(near, 'fd09::2', 5)).toBe(5);
  });

  test('loses exactly what a rule says, by length too', async () => {
    const { near, far } = pair();
    const heal = loseRequests(far, { every: 4, nth: 0 }, { ipBytes: 84 });
    expect(await answered(near, '10.9.0.2', 20, 56)).toBe(15);
    expect(await answered(near, '10.9.0.2', 20, 57)).toBe(20);
    heal();
    expect(await answered(near, '10.9.0.2', 20, 56)).toBe(20);
  });

  test('takes a link down and up again', async () => {
    const { near, link } = pair();
    link.down();
    expect(await answered(near, '10.9.0.2', 3)).toBe(0);
    link.up();
    expect(await answered(near, '10.9.0.2', 3)).toBe(3);
    expect(await answered(near, 'fd09::2', 3)).toBe(3);
  });

  test('has PoPs that answer after the delay they are told, and tells the truth of it', async () => {
    const { emulator, namespace } = await lab.emulator({
      rules: [{ delay_ms: 15 }, { match: '10.77.0.2', loss: 1 }],
    });
    expect(await answered(namespace, '10.77.0.1', 10)).toBe(10);
    expect(await answered(namespace, '10.77.0.2', 10)).toBe(0);
    const truth = await emulator.stop();
    const replies = truth.filter((line) => line.destination === '10.77.0.1');
    expect(replies.map((line) => line.what)).toEqual(Array<string>(10).fill('reply'));
    for (const line of replies) expect(line.txNs - line.rxNs).toBeGreaterThanOrEqual(15_000_000n);
    expect(truth.filter((line) => line.what === 'drop')).toHaveLength(10);
  });

  test('takes a new scenario while it runs', async () => {
    const { emulator, namespace } = await lab.emulator({ rules: [{ loss: 1 }] });
    expect(await answered(namespace, '10.77.0.1', 3)).toBe(0);
    emulator.reload({ rules: [{ delay_ms: 1 }] });
    await expect.poll(() => answered(namespace, '10.77.0.1', 3)).toBe(3);
  });

  test('asks a server inside a namespace, and sets its own sysctls only', async () => {
    const namespace = lab.namespace();
    const before = must(['cat', '/proc/sys/net/ipv4/ping_group_range']);
    namespace.sysctl('ipv4/ping_group_range', '7 9');
    expect(namespace.must(['cat', '/proc/sys/net/ipv4/ping_group_range'])).toMatch(/^7\s+9\n$/);
    expect(must(['cat', '/proc/sys/net/ipv4/ping_group_range'])).toBe(before);
    await expect(namespace.get('http://127.0.0.1:9/')).rejects.toThrow(/fetch failed/);
  });

  test('leaves nothing behind, though the test fails', async () => {
    let name = '';
    const failing = withLab(async (own) => {
      const { namespace } = await own.emulator({ rules: [] });
      own.defer(() => Promise.reject(new Error('a cleanup that fails')));
      name = namespace.name;
      expect(must(['ip', 'netns', 'list'])).toContain(name);
      throw new Error('the test failed');
    });
    await expect(failing).rejects.toThrow('the work failed, and the lab could not be cleared');
    expect(must(['ip', 'netns', 'list'])).not.toContain(name);
  });
});

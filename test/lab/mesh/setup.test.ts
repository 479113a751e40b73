import { describe, expect, test } from 'vitest';
import { requires } from '../../support/requires.js';
import { withLab, type Lab } from '../lab.js';
import { type Machine, machineNeeds, startMachine } from '../machine.js';

/** A machine of the hub, and one in each PoP, joined to the hub's by a cable of its own; the hub's routes. */
async function threeMachines(lab: Lab): Promise<Record<'hub' | 'SIN' | 'FRA', Machine>> {
  const hub = await startMachine(lab, 'hub');
  hub.namespace.sysctl('ipv4/ip_forward', '1');
  const pops = [];
  for (const [index, name] of ['SIN', 'FRA'].entries()) {
    const machine = await startMachine(lab, name);
    lab.join(
      { namespace: hub.namespace, addresses: [`10.9.${index}.1/24`] },
      { namespace: machine.namespace, addresses: [`10.9.${index}.2/24`] },
      `wan${index}`,
    );
    machine.namespace.must(['ip', 'route', 'add', 'default', 'via', `10.9.${index}.1`]);
    pops.push(machine);
  }
  const [SIN, FRA] = pops;
  if (!SIN || !FRA) throw new Error('two PoPs');
  return { hub, SIN, FRA };
}

/** Carries a folder from one machine to another, as scp does. */
async function carry(from: Machine, to: Machine, folder: string, name: string): Promise<void> {
  const packed = await from.must(`tar -C ${folder} -c ${name} | base64`);
  await to.must('base64 -d | tar -xp', { input: packed });
}

describe('a mesh from nothing', () => {
  requires({ ...machineNeeds, commands: [...machineNeeds.commands, 'nats-server', 'openssl'] });

  test(
    'is in order by the steps that mesh init prints, and doctor finds nothing',
    { timeout: 300_000 },
    async () => {
      await withLab(async (lab) => {
        const { hub, SIN, FRA } = await threeMachines(lab);
        const printed = await hub.must(
          'pop-sla mesh init --hub 10.9.0.1,10.9.1.1 --agents SIN=10.9.0.2,FRA=10.9.1.2',
        );
        await hub.must(
          String.raw`printf 'measurement: { packets: 2, packetInterval: 20ms, spread: 0s }\n' >> mesh/hub/hub.yaml`,
        );
        // The commands of the first step, as they are printed.
        const [, first = ''] = /^1\. [^\n]*\n((?: {3}.*\n)+)/m.exec(printed) ?? [];
        expect(first.trim().split('\n')).toHaveLength(7);
        for (const line of first.trim().split('\n')) await hub.must(line);
        for (const [name, machine] of Object.entries({ SIN, FRA })) {
          await carry(hub, machine, 'mesh/agents', name);
          const joined = await machine.must(`pop-sla mesh join ${name}`);
          expect(joined).toContain(`/etc/pop-sla/agent.yaml: the agent of ${name}\n`);
          await machine.must('systemctl enable --now pop-sla-agent');
        }
        const status = 'pop-sla mesh status --json --config /etc/pop-sla/hub.yaml';
        await expect
          .poll(
            async () => {
              const { stdout } = await hub.sh(status);
              const { agents } = JSON.parse(stdout) as { agents: { agent: string; state: string }[] };
              return agents.map(({ agent, state }) => `${agent} ${state}`);
            },
            { timeout: 60_000, interval: 500 },
          )
          .toEqual(['FRA in-order', 'SIN in-order']);

        // As the daemon's user, by real certificates and keys.
        const doctor = async (machine: Machine, role: string) => {
          const command = `pop-sla doctor --json --config /etc/pop-sla/${role}.yaml`;
          const { stdout } = await machine.sh(
            `setpriv --reuid pop-sla --regid pop-sla --clear-groups ${command}`,
          );
          const { checks } = JSON.parse(stdout) as {
            checks: { name: string; status: string; detail: string }[];
          };
          return Object.fromEntries(checks.map(({ name, status: of, detail }) => [name, `${of}: ${detail}`]));
        };
        // On a busy machine the server answers late.
        const patience = { timeout: 60_000, interval: 500 };
        await expect
          .poll(() => doctor(hub, 'hub'), patience)
          .toMatchObject({
            mesh: 'ok: 10.9.0.1:4222 lets this hub in, and has JetStream',
            'mesh certificate': expect.stringMatching(/^ok: the server's is valid for 82[45] days/) as string,
            'mesh agents': 'ok: 2 of 2 are in order',
          });
        await expect
          .poll(() => doctor(SIN, 'agent'), patience)
          .toMatchObject({
            files: 'ok: 2 can be read',
            mesh: 'ok: 10.9.0.1:4222 lets this agent in, and has JetStream',
            'mesh hub': expect.stringMatching(
              /^ok: a hub answers, with revision 1 of the mesh; this clock is /,
            ) as string,
          });

        // What Prometheus is told leads to the agents' metrics.
        const told = await hub.namespace.get('http://127.0.0.1:9720/api/v1/agents/targets?port=9720');
        const groups = JSON.parse(told.body) as { targets: string[]; labels: Record<string, string> }[];
        expect(groups).toEqual([
          { targets: ['10.9.1.2:9720'], labels: { __meta_pop_sla_agent: 'FRA' } },
          { targets: ['10.9.0.2:9720'], labels: { __meta_pop_sla_agent: 'SIN' } },
        ]);
        expect(JSON.parse(await hub.must('pop-sla mesh targets --config /etc/pop-sla/hub.yaml'))).toEqual(
          expect.arrayContaining(groups),
        );
        for (const { targets } of groups) {
          const metrics = await hub.namespace.get(`http://${targets[0] ?? ''}/metrics`);
          expect(metrics.body).toContain('pop_sla_daemon_nodejs_version_info');
        }
        // Nobody's but the daemon's.
        expect(await SIN.must('stat -c "%U:%G %a" /etc/pop-sla/SIN.nkey /etc/pop-sla/agent.yaml')).toBe(
          'root:pop-sla 640\nroot:pop-sla 640\n',
        );
        // A second time changes nothing; something else in the way is refused.
        expect(await SIN.must('pop-sla mesh join SIN')).toContain('(3 files were there already)');
        await SIN.must('echo "# mine" >> /etc/pop-sla/agent.yaml');
        const refused = await SIN.sh('pop-sla mesh join SIN');
        expect(refused).toMatchObject({ code: 2, stdout: '' });
        expect(refused.stderr).toContain('agent.yaml exists already and says something else');
      });
    },
  );
});

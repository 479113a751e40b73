import type { Caller } from '../../http/access/caller.js';
import { pathText } from '../../render/ticket-texts.js';
import type { Answer, PortalOptions } from '../page.js';

export type Network = Answer<'getNetwork'>;

/** Something that waits for a person, and where it is done. */
interface Task {
  readonly what: 'exclusions' | 'reports' | 'messages' | 'checks' | 'agents' | 'unmeasured';
  readonly count: number;
  /** Null: there is no page for it. */
  readonly href: string | null;
  readonly details: readonly string[];
}

interface NetworkNow extends Network {
  /** Spells that began lately, and that nothing else explains. */
  readonly turned: Network['worse'];
  /** Paths that are worse for longer. */
  readonly longer: number;
  /** Paths that are worse as a port at one of their ends is down or in maintenance. */
  readonly explained: number;
  readonly tasks: readonly Task[];
}

const recentMs = 6 * 3_600_000;
const named = 6;

/** How the network is for whoever works on it; null: it is not theirs to see. */
export async function networkNow({ api }: PortalOptions, caller: Caller): Promise<NetworkNow | null> {
  if (!caller.may('network:read')) return null;
  const network = await api.getNetwork(caller);
  const alone = network.worse.filter(({ explained }) => !explained);
  const since = Date.parse(network.at) - recentMs;
  const turned = alone.filter((one) => !one.longer && Date.parse(one.since) > since);
  return {
    ...network,
    turned,
    longer: alone.length - turned.length,
    explained: network.worse.length - alone.length,
    tasks: await tasksOf(api, caller, network),
  };
}

async function tasksOf(api: PortalOptions['api'], caller: Caller, network: Network): Promise<Task[]> {
  const tasks: Task[] = [
    {
      what: 'checks',
      count: network.checks.length,
      href: null,
      details: network.checks.map(({ name, reason }) => (reason === null ? name : `${name}: ${reason}`)),
    },
    {
      what: 'agents',
      count: network.agents.length,
      href: null,
      details: network.agents.slice(0, named).map(({ agent, state }) => `${agent}: ${state}`),
    },
    {
      what: 'unmeasured',
      count: network.unmeasured.length,
      href: '/mesh?window=round',
      details: network.unmeasured.slice(0, named).map(pathText),
    },
  ];
  if (caller.may('faults:work')) {
    const { reports } = await api.listFaultReports(caller, { query: { state: 'filed', limit: '200' } });
    tasks.push({
      what: 'reports',
      count: reports.length,
      href: '/faults',
      details: reports.slice(0, named).map(({ id }) => id),
    });
  }
  if (caller.may('exclusions:read')) {
    const { exclusions } = await api.listExclusions(caller, { query: { state: 'proposed', limit: '1000' } });
    tasks.push({
      what: 'exclusions',
      count: exclusions.length,
      href: '/exclusions?state=proposed',
      details: exclusions.slice(0, named).map(({ id }) => id),
    });
  }
  if (caller.may('outbox:read')) {
    const { depth } = await api.listOutbox(caller, { query: { state: 'dead', limit: '1' } });
    tasks.push({ what: 'messages', count: depth.dead, href: '/notifications', details: [] });
  }
  return tasks.filter(({ count }) => count > 0);
}

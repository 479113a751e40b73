/**
 * The fault table: one entry a fault that the world can hand to a running daemon. A fault is in here when a test with
 * real parts (a real database, a stopped server, a full disk, network namespaces) makes it and asserts what must hold.
 * Keep entries sorted by area, add yours at the end of its area, and name the entry's `id` in the title of the test.
 */
export interface Fault {
  /** Kebab case, unique; the test that holds it carries this word. */
  readonly id: string;
  readonly area:
    | 'writer'
    | 'stopping'
    | 'staleness'
    | 'logs'
    | 'files'
    | 'network'
    | 'recovery'
    | 'tls'
    | 'time'
    | 'trace';
  /** How the test makes the fault. */
  readonly made: string;
  readonly mustHold: string;
  /** What was seen before it was mended. */
  readonly seen: string;
  /** The test file, from the repository's root. */
  readonly test: string;
}

export const faults: readonly Fault[] = [
  {
    id: 'own-interface-down',
    area: 'network',
    made: 'the observer’s interface is taken down for 1.5 s in the middle of a round of two paths',
    mustHold: 'the rounds are invalid on every path, and no packet counts as lost',
    seen: '"Network is unreachable", and rounds of status ok with half of their packets lost',
    test: 'test/faults/network.test.ts',
  },
  {
    id: 'own-cable-pulled',
    area: 'network',
    made: 'the other end of the observer’s cable goes down: its interface loses its carrier',
    mustHold: 'the rounds are invalid',
    seen: 'the system took the packets and dropped them: 100 % loss, status ok',
    test: 'test/faults/network.test.ts',
  },
  {
    id: 'own-routes-gone',
    area: 'network',
    made: 'the observer’s default route is gone for 6 s, its interface stays up',
    mustHold: 'the rounds are invalid: there was no route to any target',
    seen: 'lost, because others had answered earlier in the same round',
    test: 'test/faults/network.test.ts',
  },
  {
    id: 'one-target-without-route',
    area: 'network',
    made: 'one target alone gets an unreachable route, another one answers on',
    mustHold: 'sent and lost: the network’s fault',
    seen: 'the same; held',
    test: 'test/faults/network.test.ts',
  },
  {
    id: 'neighbour-dead',
    area: 'network',
    made: 'a target on the own network answers no ARP, another target answers',
    mustHold: 'lost, with the own system named as who said so',
    seen: 'the same without saying who said so',
    test: 'test/faults/network.test.ts',
  },
  {
    id: 'icmp-error-of-router',
    area: 'network',
    made: 'a router answers with "administratively prohibited"',
    mustHold: 'lost; type, code and the address of the router are kept, by size',
    seen: 'a count of errors, and nothing of who sent them',
    test: 'test/faults/network.test.ts',
  },
  {
    id: 'path-mtu-drop',
    area: 'network',
    made: 'don’t fragment, and a router behind the first one has an MTU of 1000',
    mustHold: 'every large packet is lost, with the router and its MTU',
    seen: '"5 not sent", status ok: 100 % loss of large packets left the sample',
    test: 'test/faults/network.test.ts',
  },
  {
    id: 'own-mtu',
    area: 'network',
    made: 'don’t fragment, and the observer’s own interface has an MTU of 1000',
    mustHold: 'the large packets are not sent, and not lost',
    seen: 'the same; held',
    test: 'test/faults/network.test.ts',
  },
  {
    id: 'send-buffer-full',
    area: 'network',
    made: 'the queue of the observer’s interface takes little',
    mustHold: 'what it refuses is not sent, and nothing is lost',
    seen: 'not tried',
    test: 'test/faults/network.test.ts',
  },
  {
    id: 'link-local-target',
    area: 'network',
    made: 'the target is a link-local address with its interface',
    mustHold: 'measured like any other',
    seen: 'not tried',
    test: 'test/faults/network.test.ts',
  },
  {
    id: 'nat-path-changed',
    area: 'recovery',
    made: 'a NAT keeps translating what is known to it to an address that nothing comes back to',
    mustHold: 'a port that stays unanswered for 5 s gets a fresh identifier, and answers',
    seen: 'down until the daemon was restarted',
    test: 'test/faults/recovery.test.ts',
  },
  {
    id: 'resolver-mute',
    area: 'recovery',
    made: 'the resolver does not answer',
    mustHold: 'one question a name, whoever asks how often; a late answer is used',
    seen: '6,882 questions pending after ten minutes, and blind for 2.5 minutes after it came back',
    test: 'test/faults/recovery.test.ts',
  },
  {
    id: 'resolver-last-good',
    area: 'recovery',
    made: 'the resolver answered once, and is mute then',
    mustHold: 'the last good address stays in use, and rounds are marked with its age',
    seen: 'rounds failed',
    test: 'test/faults/recovery.test.ts',
  },
  {
    id: 'resolver-at-once',
    area: 'recovery',
    made: '200 names are asked for at once',
    mustHold: 'two questions at a time: threads are left for everything else',
    seen: 'one a name and round, until all threads of the process waited',
    test: 'test/faults/recovery.test.ts',
  },
  {
    id: 'jetstream-store-lost',
    area: 'recovery',
    made: 'nats-server is killed, its store removed, and started again, with rows in it that no hub had taken',
    mustHold:
      'streams and buckets are made again, the configuration is offered again, and no row is missing at the hub',
    seen: 'rows that JetStream had acknowledged and no hub had taken were never sent again',
    test: 'test/faults/recovery.test.ts',
  },
  {
    id: 'tls-identity-nats',
    area: 'tls',
    made: 'a server by its address and by its name, with the right certificate and with that of the other',
    mustHold: 'what was configured is what is verified',
    seen: 'by an address the right certificate was refused, and one for localhost accepted',
    test: 'test/faults/tls.test.ts',
  },
  {
    id: 'tls-identity-postgres',
    area: 'tls',
    made: 'a server by its address and by its name, with the right certificate and with that of the other',
    mustHold: 'what was configured is what is verified',
    seen: 'the same; held',
    test: 'test/faults/tls.test.ts',
  },
  {
    id: 'tls-identity-smtp',
    area: 'tls',
    made: 'a server by its address and by its name, with the right certificate and with that of the other',
    mustHold: 'what was configured is what is verified',
    seen: 'the same; held',
    test: 'test/faults/tls.test.ts',
  },
  {
    id: 'tls-identity-webhook',
    area: 'tls',
    made: 'a server by its address and by its name, with the right certificate and with that of the other',
    mustHold: 'what was configured is what is verified',
    seen: 'the same; held',
    test: 'test/faults/tls.test.ts',
  },
  {
    id: 'tls-identity-oidc',
    area: 'tls',
    made: 'a server by its address and by its name, with the right certificate and with that of the other',
    mustHold: 'what was configured is what is verified',
    seen: 'the same; held',
    test: 'test/faults/tls.test.ts',
  },
  {
    id: 'trace-whole',
    area: 'trace',
    made: 'three routers that forward',
    mustHold: 'every router is named in its place, and the destination answers, by ICMP and UDP',
    seen: 'not there',
    test: 'test/faults/trace.test.ts',
  },
  {
    id: 'trace-ends',
    area: 'trace',
    made: 'a router drops, or refuses',
    mustHold: 'the trace ends at the last router that answers, with what it said',
    seen: 'not there',
    test: 'test/faults/trace.test.ts',
  },
  {
    id: 'trace-one-flow',
    area: 'trace',
    made: 'a router balances over four ways by flow',
    mustHold: 'all probes of a run go one way',
    seen: 'not there',
    test: 'test/faults/trace.test.ts',
  },
  {
    id: 'trace-of-outage',
    area: 'trace',
    made: 'a port goes down behind the second router, under a running daemon',
    mustHold:
      'traced once when the outage opens, beside the trace made in quiet; shown with whose network it ended in',
    seen: 'not there',
    test: 'test/faults/tracing.test.ts',
  },
];

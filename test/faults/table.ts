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
    id: 'second-daemon-sqlite',
    area: 'writer',
    made: 'a second daemon on the same file',
    mustHold:
      'it ends with 1 and who writes (pid, since when); the first loses no round; doctor names the writer',
    seen: 'both ran; aborted rounds of the one displaced good ones of the other',
    test: 'test/faults/writer.test.ts',
  },
  {
    id: 'writer-killed',
    area: 'writer',
    made: 'kill -9 of the daemon that holds the lock',
    mustHold: 'the next one starts',
    seen: 'there was no lock',
    test: 'test/faults/writer.test.ts',
  },
  {
    id: 'writer-replaced-file',
    area: 'writer',
    made: 'the database is removed under its daemon, and a second one started',
    mustHold: 'the second ends with who writes',
    seen: 'both ran',
    test: 'test/faults/writer.test.ts',
  },
  {
    id: 'writer-other-container',
    area: 'writer',
    made: 'a second daemon in another PID and UTS namespace on the same folder',
    mustHold: 'the second ends with who writes',
    seen: 'both ran',
    test: 'test/faults/writer.test.ts',
  },
  {
    id: 'upgrade-under-a-daemon',
    area: 'writer',
    made: 'a newer command opens the database of an older daemon that runs',
    mustHold: 'the schema stays as it is, and the command says who writes',
    seen: 'the schema was upgraded under the daemon',
    test: 'test/faults/writer.test.ts',
  },
  {
    id: 'store-on-network-disk',
    area: 'writer',
    made: 'statfs that says NFS, CIFS or FUSE (preloaded library)',
    mustHold: 'NFS and CIFS are refused by daemon and doctor; FUSE is warned about',
    seen: 'no word',
    test: 'test/faults/writer.test.ts',
  },
  {
    id: 'second-daemon-postgres',
    area: 'writer',
    made: 'a second daemon of the same agent on the same schema of a real PostgreSQL',
    mustHold: 'it ends with 1 and who writes; another agent may; after kill -9 the next one starts',
    seen: 'both ran',
    test: 'test/faults/writer.test.ts',
  },
  {
    id: 'hubs-share-postgres',
    area: 'writer',
    made: 'two hubs on one schema',
    mustHold: 'both run',
    seen: 'both ran',
    test: 'test/faults/writer.test.ts',
  },
  {
    id: 'stop-http-hangs',
    area: 'stopping',
    made: 'SIGTERM with a request whose body never comes',
    mustHold: 'rounds in flight and the stop are stored, exit 0',
    seen: 'closing waited in line behind one limit of 4 s',
    test: 'test/faults/stopping.test.ts',
  },
  {
    id: 'stop-log-reader-hangs',
    area: 'stopping',
    made: 'SIGTERM with a full pipe that nobody reads',
    mustHold: 'as above',
    seen: 'the last line was waited for without end',
    test: 'test/faults/stopping.test.ts',
  },
  {
    id: 'stop-nats-hangs',
    area: 'stopping',
    made: 'SIGTERM of an agent whose NATS server got SIGSTOP',
    mustHold: 'as above',
    seen: 'rounds in flight were lost, the next start said "crashed"',
    test: 'test/faults/stopping.test.ts',
  },
  {
    id: 'stop-postgres-hangs',
    area: 'stopping',
    made: 'SIGTERM with PostgreSQL behind a proxy that forwards nothing any more',
    mustHold: 'exit 0, a line for each round that is lost',
    seen: 'waiting rounds were lost without a line',
    test: 'test/faults/stopping.test.ts',
  },
  {
    id: 'stop-driver-hangs',
    area: 'stopping',
    made: 'SIGTERM with the pinging child in SIGSTOP',
    mustHold: 'rounds in flight are stored as aborted',
    seen: 'they were lost',
    test: 'test/faults/stopping.test.ts',
  },
  {
    id: 'party-hangs',
    area: 'stopping',
    made: 'each party of the stop order hangs or fails in turn',
    mustHold: 'all others end, within the limits of the table',
    seen: 'one party kept all behind it',
    test: 'test/app/stopping.test.ts',
  },
  {
    id: 'postgres-half-open',
    area: 'staleness',
    made: 'PostgreSQL behind a proxy that forwards nothing any more, then does again',
    mustHold: '/readyz 503, pop_sla_daemon_store_writable 0; nothing lost; heals by itself',
    seen: 'store ok: true for 15.8 minutes',
    test: 'test/faults/staleness.test.ts',
  },
  {
    id: 'rollback-on-a-dead-connection',
    area: 'staleness',
    made: 'the way falls silent in mid-transaction',
    mustHold: 'the change fails within its limit, the next takes another connection',
    seen: 'ROLLBACK waited as long as the query did: 10 minutes',
    test: 'test/faults/staleness.test.ts',
  },
  {
    id: 'postgres-unacknowledged',
    area: 'staleness',
    made: 'the option is read back from the socket of a real connection',
    mustHold: 'TCP_USER_TIMEOUT is 20 s',
    seen: 'the system’s retransmissions: 15.8 minutes',
    test: 'test/faults/staleness.test.ts',
  },
  {
    id: 'dead-agent',
    area: 'staleness',
    made: 'kill -9 of an agent, then SIGSTOP of the NATS server',
    mustHold: 'the hub’s metric says silent',
    seen: 'in-order for as long as the hub ran',
    test: 'test/faults/staleness.test.ts',
  },
  {
    id: 'stale-metrics',
    area: 'staleness',
    made: 'a gauge that nobody sets for longer than its age',
    mustHold: 'it vanishes, or is 0 where 1 was a claim',
    seen: 'the last value stayed',
    test: 'test/faults/staleness.test.ts',
  },
  {
    id: 'log-disk-full',
    area: 'logs',
    made: 'the log on a tmpfs of 64 KiB that is full',
    mustHold: 'rounds go on, lost lines are counted, and said when there is room',
    seen: 'the daemon ended (ENOSPC)',
    test: 'test/faults/logs.test.ts',
  },
  {
    id: 'path-turn',
    area: 'logs',
    made: 'a simulated path that is slow for ten seconds',
    mustHold: 'one line at warn with figures, one at info when it is over',
    seen: 'the beginning was at debug',
    test: 'test/faults/logs.test.ts',
  },
  {
    id: 'relative-paths',
    area: 'files',
    made: 'a configuration with relative paths, used from another folder',
    mustHold: 'they start at the folder of the configuration; the log says so',
    seen: 'store.path started at the working directory, customers did not',
    test: 'test/faults/files.test.ts',
  },
  {
    id: 'earlier-place',
    area: 'files',
    made: 'a database where version 0.1 put it',
    mustHold: 'it is found and used, with a note',
    seen: '(new)',
    test: 'test/faults/files.test.ts',
  },
  {
    id: 'which-configuration',
    area: 'files',
    made: 'a command without --config',
    mustHold: 'it says which file it took, on stderr',
    seen: 'no word',
    test: 'test/faults/files.test.ts',
  },
  {
    id: 'private-files',
    area: 'files',
    made: 'umask 022',
    mustHold:
      'database, journals, lock and backups 0600, folder 0700; rights of others are taken from one that is there',
    seen: '0644',
    test: 'test/faults/files.test.ts',
  },
  {
    id: 'store-below-proc',
    area: 'files',
    made: 'store.path below /proc',
    mustHold: 'ends with 1 and the reason',
    seen: 'mkdir spun for ever and outlived SIGTERM',
    test: 'test/faults/files.test.ts',
  },
  {
    id: 'few-open-files',
    area: 'files',
    made: 'prlimit --nofile=64, 128 and 256',
    mustHold: '64 and 128: what the limit is and must be; 256: a daemon measures',
    seen: 'Cannot find package …',
    test: 'test/faults/files.test.ts',
  },
  {
    id: 'agent-by-sighup',
    area: 'files',
    made: 'another agent: in the file, then SIGHUP',
    mustHold: 'refused with the reason, the one from before measures on',
    seen: 'it changed without a word',
    test: 'test/faults/files.test.ts',
  },
  {
    id: 'doctor-dangling-link',
    area: 'files',
    made: 'a data folder that is a link to nowhere',
    mustHold: 'doctor FAIL, run ends with 1',
    seen: 'doctor: ok',
    test: 'test/faults/files.test.ts',
  },
  {
    id: 'doctor-own-address',
    area: 'files',
    made: 'a source address, an interface or an own PoP’s address that the machine lacks',
    mustHold: 'doctor FAIL; a note for the PoP’s, which may be behind a NAT',
    seen: 'doctor: ok',
    test: 'test/faults/files.test.ts',
  },
  {
    id: 'doctor-tls-files',
    area: 'files',
    made: 'certificates and keys that are missing or none',
    mustHold: 'doctor FAIL with each file',
    seen: 'doctor: ok',
    test: 'test/faults/files.test.ts',
  },
  {
    id: 'doctor-hub',
    area: 'files',
    made: 'role: hub with a driver that may not send here',
    mustHold: 'doctor: ok for packets, FAIL for a NATS server that is not there',
    seen: 'doctor: FAIL for packets, nothing of NATS',
    test: 'test/faults/files.test.ts',
  },
  {
    id: 'doctor-packet-options',
    area: 'files',
    made: 'driver: fping with dscp, and an fping that does not know the option',
    mustHold: 'doctor FAIL',
    seen: 'doctor: ok',
    test: 'test/faults/files.test.ts',
  },
  {
    id: 'doctor-mesh',
    area: 'files',
    made: 'a NATS server with a password, and one without JetStream',
    mustHold: 'doctor: wrong password FAIL, right one ok, no JetStream FAIL',
    seen: 'nothing of NATS',
    test: 'test/faults/files.test.ts',
  },
];

/** Work of one sign-in, in line behind others. */
interface Job {
  readonly run: () => Promise<void>;
  readonly refuse: () => void;
}

interface HashQueueOptions {
  /** How many passwords are hashed at once: each takes 32 MiB. */
  readonly concurrent: number;
  /** How many may wait of one name from one network, of one network, and in all. */
  readonly most: { readonly name: number; readonly network: number; readonly all: number };
}

/** Hashes passwords a few at a time, in turn by network and within it by name. */
interface HashQueue {
  /** Resolves to null where too many wait already. Rejects with what `work` rejects with. */
  run<T>(network: string, name: string, work: () => Promise<T>): Promise<T | null>;
}

/**
 * Networks take turns, and the names of a network do: whoever sends a hundred sign-ins waits for its own, and somebody
 * else is next but for one turn of each other network.
 */
export function createHashQueue({ concurrent, most }: HashQueueOptions): HashQueue {
  const networks = new Map<string, Map<string, Job[]>>();
  let running = 0;

  const waitingOf = (network: string): number => {
    let count = 0;
    for (const jobs of networks.get(network)?.values() ?? []) count += jobs.length;
    return count;
  };
  const waiting = (): number => {
    let count = 0;
    for (const network of networks.keys()) count += waitingOf(network);
    return count;
  };
  const take = (): Job | undefined => {
    const [network, names] = firstOf(networks);
    if (network === undefined || names === undefined) return undefined;
    const [name, jobs] = firstOf(names);
    networks.delete(network);
    if (name === undefined || jobs === undefined) return undefined;
    const job = jobs.shift();
    names.delete(name);
    // Behind the others of its network, and its network behind the other networks.
    if (jobs.length > 0) names.set(name, jobs);
    if (names.size > 0) networks.set(network, names);
    return job;
  };
  const next = (): void => {
    while (running < concurrent) {
      const job = take();
      if (job === undefined) return;
      running += 1;
      void job.run().finally(() => {
        running -= 1;
        next();
      });
    }
  };
  /** Takes the last one of the network that has the most in line out of it; false: none has more than one. */
  const makeRoom = (): boolean => {
    const counts = [...networks.keys()].map((network) => [network, waitingOf(network)] as const);
    const [largest] = counts.sort((a, b) => b[1] - a[1]);
    if (largest === undefined || largest[1] < 2) return false;
    const names = networks.get(largest[0]);
    const longest = [...(names ?? [])].sort((a, b) => b[1].length - a[1].length)[0];
    const job = longest?.[1].pop();
    if (longest?.[1].length === 0) names?.delete(longest[0]);
    job?.refuse();
    return job !== undefined;
  };

  return {
    run(network, name, work) {
      const names = networks.get(network);
      const full =
        (names?.get(name)?.length ?? 0) >= most.name ||
        waitingOf(network) >= most.network ||
        (waiting() >= most.all && (names !== undefined || !makeRoom()));
      if (full) return Promise.resolve(null);
      return new Promise((resolve, reject) => {
        const job: Job = {
          run: () => work().then(resolve, reject),
          refuse: () => {
            resolve(null);
          },
        };
        const line = networks.get(network) ?? new Map<string, Job[]>();
        networks.set(network, line);
        line.set(name, [...(line.get(name) ?? []), job]);
        next();
      });
    },
  };
}

function firstOf<K, V>(map: ReadonlyMap<K, V>): readonly [K | undefined, V | undefined] {
  for (const entry of map) return entry;
  return [undefined, undefined];
}

import { dirname } from 'node:path';
import { type Config, type MeshConfig, watchNotes } from '../config/config.js';
import type { FromHub } from '../config/hub.js';
import { loadConfig } from '../config/load.js';
import type { ConfigResult } from '../config/parse.js';
import { placeNotes } from '../config/place-notes.js';
import { formatProblem } from '../config/problem.js';
import { cronerAlarm, systemClock } from '../engine/clock.js';
import { createEngine } from '../engine/engine.js';
import { createLinks } from '../engine/links.js';
import { type Alarm, type Clock, fanOut } from '../engine/ports.js';
import { createServedTime } from '../engine/served-time.js';
import { createSteadyNow } from '../engine/steady-now.js';
import { createMetrics } from '../metrics/metrics.js';
import { memoizeAsync } from '../services/cache.js';
import { createNetworkChanges } from '../services/network/changes.js';
import { createNetworkNotifier } from '../services/notifications/network.js';
import { createOutbox } from '../services/notifications/outbox.js';
import { createStanding } from '../services/standing/keep-standing.js';
import { createMonthClose } from '../services/statements/month-close.js';
import { createSuggester } from '../services/tickets/watcher.js';
import { createTracer } from '../services/tracer.js';
import { cachedLedger } from '../store/ledger-cache.js';
import { thisWriter } from '../store/writer-lock.js';
import { contractPlan, followBook, loadWithEntered, readWebFiles, withEntered } from './configuration.js';
import { keepNewSpaceSmall, releaseFreeMemory } from './memory.js';
import {
  type MeshNode,
  metricsSettings,
  openOwnDriver,
  ownWork,
  settingsOf,
  standaloneNode,
} from './own-work.js';
import {
  keepVitals,
  pollBacklog,
  refusedReload,
  reloadable,
  resolveName,
  restartNeeded,
  watchReadiness,
} from './readiness.js';
import {
  type AppLog,
  ConfigRejectedError,
  createLog,
  logOutages,
  type LogOutput,
  logPathTurns,
  logRounds,
  showFirstRound,
} from './round-log.js';
import { createServiceManager } from './service-manager.js';
import { createStopping } from './stopping.js';
import { openStore, storeName, storeNotes } from './store.js';
import { listen, webServer } from './web-server.js';

export interface DaemonOptions {
  readonly configFile: string;
  readonly version: string;
  /** Where the log goes. */
  readonly output: LogOutput;
  /** The machine's own by default. */
  readonly clock?: Clock;
  readonly alarm?: Alarm;
}

export interface Daemon {
  /** Where HTTP listens: `http://127.0.0.1:9720`. */
  readonly address: string;
  readonly log: AppLog;
  /** Reads the configuration again; a bad one changes nothing, and is said in log and metrics. */
  reload(): Promise<void>;
  /** Ends the rounds in flight as aborted, stores them and closes everything, within 5 s of the time that this process has. */
  stop(): Promise<void>;
}

/**
 * Starts all components. Rejects with a `ConfigRejectedError`, `StoreError`, `ProbeUnavailableError` or `ListenError`;
 * then everything that was opened is closed again.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { configFile, version, clock = systemClock, alarm = cronerAlarm } = options;
  const loaded = await loadConfig(configFile);
  if (!loaded.ok) throw new ConfigRejectedError(loaded.problems);
  let config = loaded.config;
  if (config.role !== 'hub') keepNewSpaceSmall();
  const startedAt = clock.now();
  let logLost: (lines: number) => void = () => undefined;
  const log = await createLog(config.log, options.output, (lines) => {
    logLost(lines);
  });

  const stopping = createStopping({ log, served: createServedTime(clock) });
  try {
    const database = await openStore(config, {
      writer: thisWriter('daemon', version, startedAt),
      onReplaced: (message) => {
        log.error({}, message);
      },
      onLockLost: (fault) => {
        log.error({ err: fault }, 'another daemon measures into the same database');
      },
    });
    stopping.add('store', () => database.close());
    const store = { ...database, ledger: cachedLedger(database.ledger) };
    config = await withEntered(config, store.ledger);
    const refresh = async (): Promise<void> => {
      const before = config;
      const after = await withEntered(before, store.ledger);
      // A reload in between has read the ledger itself.
      if (config === before) config = after;
    };
    const driver = await openOwnDriver(config, { log, clock });
    stopping.add('driver', () => driver.close());
    const metrics = createMetrics({
      version,
      node: process.version,
      driver: driver.kind,
      stamps: driver.stamps,
    });
    metrics.configure(metricsSettings(config));
    logLost = metrics.logLost;
    const readiness = watchReadiness({
      monotonicMs: () => clock.monotonicMs(),
      canWatch: driver.echo !== undefined,
    });
    const turned = logPathTurns(log);
    const outbox = createOutbox({
      store,
      config: () => config,
      clock,
      random: Math.random,
      log,
      version,
      onDepth: (depth) => {
        metrics.standing.outbox(depth);
      },
    });
    const network = createNetworkNotifier({
      store,
      config: () => config,
      clock,
      log,
      onAdded: outbox.wake,
    });
    stopping.add('notifier', () => network.stop());
    const defaultPlan = contractPlan();
    const standing = createStanding({
      clock,
      store,
      log,
      events: {
        ...metrics.standing,
        roundGraded: (path, grade, of) => {
          metrics.standing.roundGraded(path, grade);
          turned(path, grade, of);
          network.standing.roundGraded(path, grade, of);
        },
        services: (standings) => {
          metrics.standing.services(standings);
          network.standing.services(standings);
        },
        ledger: (ledger) => {
          metrics.standing.ledger(ledger);
          network.standing.ledger(ledger);
        },
      },
      config: () => config,
      defaultPlan,
    });
    const now = () => clock.now();
    const tracer = createTracer({
      clock,
      driver,
      resolve: resolveName,
      store: store.watch,
      log,
      config: () => config,
      defaultPlan,
    });
    const steadyNow = createSteadyNow(clock);
    const suggester = createSuggester({ store, config: () => config, now, log });
    stopping.add('suggester', () => suggester.idle());
    const changes = createNetworkChanges({ clock });
    const events = fanOut([
      ...[
        changes.events,
        metrics.events,
        standing.heard,
        readiness.events,
        logRounds(log),
        suggester.events,
        tracer.events,
      ],
      ...(config.role === 'hub' ? [logOutages(log)] : []),
      // An agent's hub tells of the whole mesh.
      ...(config.role === 'agent' ? [] : [network.events]),
    ]);
    const { tls, clientSecret } = await readWebFiles(config.http);
    // Loaded when somebody asks for more than monitoring does, or a month has to be closed.
    const contractServices = memoizeAsync(async () => {
      return (await import('./contract-services.js')).openContractServices({
        store,
        log,
        config: () => config,
        now,
        version,
        onRegistryChanged: refresh,
        clientSecret,
        stopping,
      });
    });
    const inForce = (next: Config): void => {
      const later = restartNeeded(config, next);
      config = reloadable(config, next);
      metrics.configure(metricsSettings(config));
      engine.update(settingsOf(config));
      events.configLoaded(true, clock.now());
      log.info({ paths: config.paths.length }, 'the new configuration is in force');
      for (const note of watchNotes(config)) log.warn({}, note);
      if (later.length > 0) log.warn({ keys: later }, 'these changes take effect at the next start');
    };
    const loadNext = async (hub: FromHub | null): Promise<ConfigResult> => {
      const next = await loadWithEntered(configFile, store.ledger, hub);
      const refused = next.ok ? refusedReload(config, next.config) : null;
      return refused ? { ok: false, problems: [refused] } : next;
    };
    const openMesh = async (mesh: MeshConfig): Promise<MeshNode> => {
      const [{ createMeshNode }, { openMeshRows }] = await Promise.all([
        import('./mesh/node.js'),
        import('./mesh/rows.js'),
      ]);
      const rows = await openMeshRows({
        mesh,
        config: () => config,
        store: database,
        clock,
        log,
        tell: metrics.mesh,
        live: events,
        late: fanOut([metrics.events, standing.heard]),
      });
      return createMeshNode({
        configFile,
        mesh,
        config: () => config,
        clock,
        log,
        version,
        tell: metrics.mesh,
        read: loadNext,
        take: inForce,
        ...rows,
      });
    };
    // Of a standalone daemon, rows that were waiting for a hub wait for nobody any more.
    if (config.mesh === null) await database.forward?.stop();
    const mesh = config.mesh === null ? standaloneNode : await openMesh(config.mesh);
    const http = await webServer(config, {
      store,
      metrics,
      config: () => config,
      readiness: () => readiness.check(clock.monotonicMs(), ownWork(config)),
      mesh: { mesh: standing.mesh, now },
      standing: { services: standing.services, now },
      network: { watch: store.watch, defaultPlan, changes },
      ...(config.role === 'hub' ? { agents: () => mesh.agents() } : {}),
      ...(tls && { tls }),
      contractServices: async () => (await contractServices()).http,
      log,
      version,
    });
    stopping.add('http', () => {
      changes.close();
      return http.close();
    });
    const address = await listen(http, config);
    const engine = createEngine({
      clock,
      random: Math.random,
      resolve: resolveName,
      driver,
      store,
      // A hub's engine measures nothing; its figures are of all paths that its agents measure.
      events: {
        ...events,
        pathsChanged: () => {
          events.pathsChanged(config.paths.map(({ id }) => id));
        },
      },
      log,
      version,
      settings: settingsOf(config),
      mark: () => mesh.mark(),
      links: createLinks(),
    });
    stopping.add('engine', () => engine.stop());
    stopping.add('outbox', () => outbox.stop());
    events.configLoaded(true, clock.now());
    // An agent's outages go on by themselves; a hub hears only of what changes.
    if (config.role !== 'agent') await network.restore(store.watch, { reopen: config.role === 'hub' });
    await engine.start();
    outbox.start();
    stopping.add('mesh', () => mesh.stop());
    mesh.start();
    const beside = new AbortController();
    const loops = [
      standing.keep(beside.signal),
      tracer.keep(beside.signal),
      keepVitals(
        {
          clock,
          store,
          storePath: config.store.postgres === null ? config.store.path : null,
          tell: metrics.standing,
        },
        beside.signal,
      ),
      pollBacklog({ clock, store, log, config: () => config, tell: metrics.standing }, beside.signal),
      releaseFreeMemory((ms, signal) => clock.sleep(ms, signal), beside.signal),
    ];
    stopping.add('lookouts', async () => {
      beside.abort();
      await Promise.all(loops);
    });
    log.info(
      {
        version,
        config: config.file,
        relativePathsFrom: dirname(config.file),
        driver: driver.kind,
        http: address,
        store: storeName(config),
        paths: config.paths.length,
        pid: process.pid,
      },
      'pop-sla is running',
    );
    for (const note of [...placeNotes(config), ...(await storeNotes(config)), ...watchNotes(config)])
      log.warn({}, note);
    void showFirstRound(engine, log);
    const months = createMonthClose({
      clock,
      alarm,
      steadyNow,
      store,
      log,
      config: () => config,
      statements: {
        closeOnce: async (month) => (await contractServices()).statements.closeOnce(month),
        check: async (month) => (await contractServices()).statements.check(month),
      },
    });
    months.start();
    stopping.add('months', () => months.stop());
    const ended = new AbortController();
    const following = followBook({ ledger: store.ledger, clock, log, refresh }, ended.signal);
    stopping.add('lookouts', async () => {
      ended.abort();
      await following;
    });

    const manager = createServiceManager({
      env: process.env,
      pid: process.pid,
      log,
      readiness: () => readiness.check(clock.monotonicMs(), ownWork(config)),
    });
    manager.ready(`${config.role}, ${config.paths.length} paths, ${address}`);

    return {
      address,
      log,
      reload: async () => {
        const next = await loadNext(mesh.hub());
        if (!next.ok) {
          events.configLoaded(false, clock.now());
          for (const problem of next.problems)
            log.error({ problem: formatProblem(problem) }, 'the new configuration is refused');
          log.warn({}, 'the configuration from before stays in force');
          return;
        }
        inForce(next.config);
        await mesh.reloaded();
      },
      stop: async () => {
        log.info({}, 'stopping');
        manager.stopping();
        await stopping.stop();
        manager.close();
        log.info({}, 'stopped');
      },
    };
  } catch (error) {
    await stopping.stop();
    throw error;
  }
}

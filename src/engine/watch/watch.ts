import type { EpochMs, PopId } from '../../core/types.js';
import { dueAt, type PortInput, type PortWatch } from '../../core/watch/port.js';
import { step } from '../../core/watch/step.js';
import type { EchoRequest, EchoResult, ProbeDriver } from '../../../probes/probe.js';
import type { WatchStore } from '../../store/watch-store.js';
import type { LinkMark, Links } from '../links.js';
import type { Clock, EngineEvents, Log, Resolve } from '../ports.js';
import { createReachability, type Reachability } from '../reachability.js';
import { createJournal, createNote, restore } from './journal.js';
import { createObserverHealth } from './observer-health.js';
import {
  createLookup,
  createTimebase,
  type Look,
  newTarget,
  type Target,
  type TargetSettings,
  wantedTargets,
} from './targets.js';

/** What is watched, by which observer and with which parameters. */
export interface WatchSettings extends TargetSettings {
  readonly observer: PopId;
}

interface WatchOptions {
  readonly clock: Clock;
  readonly resolve: Resolve;
  readonly driver: Pick<ProbeDriver, 'echo' | 'kind'>;
  readonly store: WatchStore;
  readonly events: EngineEvents;
  readonly log: Log;
  readonly settings: WatchSettings;
  /** The local interfaces; absent: their state is not checked. */
  readonly links?: Links;
  /** Shared with the rounds, because their targets are equally good evidence; by default the watch has its own. */
  readonly reachability?: Reachability;
}

/** Sends echoes to every port continuously, and stores the outages and states derived from the replies. */
export interface Watch {
  start(): Promise<void>;
  update(settings: WatchSettings): void;
  /** Leaves outages in progress open: the next run of the daemon continues them. */
  stop(): Promise<void>;
}

/** How often due echoes are looked for, milliseconds. An echo is sent up to half of this early or late. */
export const grainMs = 50;
/** A driver that has not reported an echo this long after its threshold, milliseconds, never will. */
export const silenceMs = 10_000;
const findLinksEveryMs = 60_000;

interface InFlight {
  readonly target: Target;
  readonly since: number;
  /** The state of the local interface at sending; null: unknown. */
  readonly link: LinkMark | null;
}

export function createWatch(options: WatchOptions): Watch {
  const { clock, driver, events, log, links, reachability = createReachability() } = options;
  let { settings } = options;
  const rules = () => settings.watch;
  const observer = (): PopId => settings.observer;
  const targets = new Map<string, Target>();
  const inFlight = new Map<number, InFlight>();
  const stopping = new AbortController();
  const journal = createJournal({ clock, store: options.store, events, log });
  const note = createNote({ observer, journal, events, log });
  const lookup = createLookup(clock, options.resolve);
  const timebase = createTimebase(clock, { stallMs: () => rules().everyMs + 1_000 });
  let lastId = 0;
  let nextLinksAt = -Infinity;
  let lastBeatAt = -Infinity;
  let lastHeardAt = clock.monotonicMs();
  let running: Promise<void> | null = null;

  const feed = (target: Target, input: PortInput): void => {
    const { port, news } = step(rules(), target.watch, input);
    target.watch = port;
    if (target.port !== null && news.length > 0) note.port(target.port, news);
  };
  const observerHealth = createObserverHealth({
    observer,
    rules,
    targets: () => [...targets.values()],
    feed,
    journal,
    events,
    log,
  });

  /** Without a route to one target, the network is at fault while other targets answer; else this observer is. */
  const othersAnswer = (target: Target, sentAtMs: number): boolean =>
    reachability.othersAnswered(target.key, sentAtMs, 2 * rules().everyMs);

  const take = (result: EchoResult): void => {
    const sent = inFlight.get(result.id);
    inFlight.delete(result.id);
    if (!sent || !targets.has(sent.target.key)) return;
    const { target, link } = sent;
    const { id, outcome } = result;
    const sentAt = timebase.wallAt(result.sentAtMs);
    const at = Math.max(sentAt, timebase.wallAt(clock.monotonicMs()));
    switch (outcome.kind) {
      case 'received':
        reachability.answered(target.key, result.sentAtMs);
        feed(target, { kind: 'answered', id, at, sentAt, rttMs: outcome.rttUs / 1000 });
        if (target.reference) observerHealth.reached(sentAt);
        return;
      case 'late':
      case 'lost':
      case 'error':
        // A packet sent through an interface that was down never left, although the system accepted it.
        if (link !== null && links?.faultSince(link)) feed(target, { kind: 'unsent', id, at: sentAt });
        else feed(target, { kind: 'unanswered', id, at, sentAt });
        return;
      case 'not-sent': {
        const noRoute = outcome.reason === 'no-route' || outcome.reason === 'host-unreachable';
        const isNetworks =
          noRoute && (link === null || !links?.faultSince(link)) && othersAnswer(target, result.sentAtMs);
        feed(
          target,
          isNetworks ? { kind: 'unanswered', id, at, sentAt } : { kind: 'unsent', id, at: sentAt },
        );
      }
    }
  };

  const requestTo = (target: Target, now: Look): EchoRequest | null => {
    const id = (lastId += 1);
    feed(target, { kind: 'sent', id, at: now.wall });
    if (target.address === null) {
      feed(target, { kind: 'unsent', id, at: now.wall });
      return null;
    }
    const { address, options: packet } = target;
    const link = links?.mark(address, packet) ?? null;
    reachability.tried(target.key);
    inFlight.set(id, { target, since: now.monotonic, link });
    const { bytes: icmpBytes, thresholdMs: patienceMs } = rules();
    return { id, address, icmpBytes, patienceMs, ...(packet && { options: packet }) };
  };

  const sendDue = (now: Look): void => {
    const requests: EchoRequest[] = [];
    for (const target of targets.values()) {
      const due = dueAt(rules(), target.watch, target.lastDueAt);
      if (due > now.monotonic + grainMs / 2) continue;
      // After a standstill the schedule restarts from now: missed echoes are not sent later.
      target.lastDueAt = due < now.monotonic - grainMs ? now.monotonic : due;
      const request = requestTo(target, now);
      if (request) requests.push(request);
    }
    if (requests.length === 0) return;
    driver.echo?.(requests, (results) => {
      if (results.length > 0) lastHeardAt = clock.monotonicMs();
      if (!stopping.signal.aborted) for (const result of results) take(result);
    });
  };

  /** An echo that the driver never reported is no evidence about its port. */
  const forgetLost = (now: Look): void => {
    for (const [id, { target, since }] of inFlight) {
      if (now.monotonic - since < rules().thresholdMs + silenceMs) return;
      inFlight.delete(id);
      feed(target, { kind: 'unsent', id, at: now.wall });
    }
  };

  /** The interface through which a target is reached may change with the routes. */
  const findLinks = (now: Look): void => {
    if (!links || now.monotonic < nextLinksAt) return;
    nextLinksAt = now.monotonic + findLinksEveryMs;
    for (const { address, options: packet } of targets.values())
      if (address !== null) void links.find(address, packet);
  };

  const turn = (): void => {
    const now = timebase.look();
    if (now.passed) {
      observerHealth.skip(now.passed);
      // The results of echoes under way are ignored; that they are never reported is no port's fault.
      inFlight.clear();
      lastHeardAt = now.monotonic;
    }
    for (const target of targets.values())
      if (target.watch.echoes.length > 0) feed(target, { kind: 'tick', at: now.wall });
    observerHealth.check(now.wall);
    sendDue(now);
    if (now.monotonic - lastBeatAt < rules().heartbeatMs) return;
    lastBeatAt = now.monotonic;
    if (inFlight.size === 0) lastHeardAt = now.monotonic;
    events.watchBeat(now.monotonic - lastHeardAt);
    forgetLost(now);
    lookup(targets.values());
    findLinks(now);
    observerHealth.beat(now.wall);
    journal.flush();
  };

  const run = async (): Promise<void> => {
    // A name that did not resolve is looked up again with each heartbeat.
    lookup(targets.values());
    observerHealth.open(timebase.look().wall);
    const start = clock.monotonicMs();
    for (let turns = 1; !stopping.signal.aborted; turns += 1) {
      turn();
      const elapsed = clock.monotonicMs() - start;
      turns = Math.max(turns, Math.floor(elapsed / grainMs));
      await clock.sleep(start + turns * grainMs - clock.monotonicMs(), stopping.signal);
    }
  };

  const retarget = (inherited: ReadonlyMap<PopId, PortWatch>, at: EpochMs): void => {
    const wanted = wantedTargets(settings);
    const now = clock.monotonicMs();
    for (const target of [...targets.values()]) {
      if (wanted.some(({ key }) => key === target.key)) continue;
      feed(target, { kind: 'cut', at });
      if (target.port !== null) note.state(target.port, 'unwatched', at);
      targets.delete(target.key);
    }
    wanted.forEach((one, index) => {
      const known = targets.get(one.key);
      // The first echoes are spread over the interval, so that they are not all sent at the same instant.
      const firstAt = now + (rules().everyMs * index) / wanted.length;
      const fresh = newTarget(one, firstAt, rules().everyMs);
      if (!known) {
        const watch = inherited.get(one.key) ?? fresh.watch;
        targets.set(one.key, { ...fresh, watch });
        if (one.port !== null && watch.outage) {
          events.portState(one.port, 'down');
          events.outageChanged({ observer: observer(), port: one.port, ...watch.outage });
        }
      } else {
        const moved = JSON.stringify(known.pop) !== JSON.stringify(one.pop);
        Object.assign(known, one, moved ? { address: fresh.address, resolvedAt: fresh.resolvedAt } : {});
      }
    });
  };

  const begin = (): void => {
    if (running || targets.size === 0 || !driver.echo) return;
    running = run().catch((error: unknown) => {
      log.error({ err: error }, 'the watch of the ports has ended');
      events.watchEnded(String(error));
    });
  };

  return {
    start: async () => {
      if (!driver.echo) {
        if (settings.watch.ports.length > 0)
          log.warn(
            { driver: driver.kind },
            'this probe kind can not watch ports: no availability is measured',
          );
        return;
      }
      const now = clock.now();
      let inherited: ReadonlyMap<PopId, PortWatch> = new Map();
      try {
        const isWatched = (port: PopId): boolean => settings.watch.ports.includes(port);
        const from = { observer: observer(), store: options.store, journal, rules: rules(), isWatched, now };
        ({ ports: inherited } = await restore(from));
      } catch (error) {
        log.error({ err: error }, 'what the watch before this one left could not be read');
      }
      retarget(inherited, now);
      journal.flush();
      begin();
    },
    update: (next) => {
      settings = next;
      retarget(new Map(), timebase.wallAt(clock.monotonicMs()));
      journal.flush();
      begin();
    },
    stop: async () => {
      stopping.abort();
      await running;
      if (running) observerHealth.close(timebase.look().wall);
      await journal.close();
    },
  };
}

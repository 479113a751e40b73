import { maxIcmpMessageBytes, minIcmpMessageBytes } from '../../src/core/measurement/round.js';
import type { EchoRequest, PacketOptions } from '../probe.js';
import type { Address } from './address.js';
import { expectEnd, type ActiveRounds } from './active.js';
import type { Clock } from './clock.js';
import type { Echoes } from './echoes.js';
import { advance, startFlight } from './flight.js';
import { expectProgress, type Finisher } from './finisher.js';
import type { Line, Lines } from '../shared/lines.js';
import type { PacketPool } from './packets.js';
import type { FromWorker, PackedResult, WorkerRequest } from './protocol.js';
import type { Sender } from './sender.js';
import type { SharedWire, Wires } from './wires.js';

/** Starts rounds and single echoes, and sends the packets that are due. */
interface Starter {
  round(id: number, request: WorkerRequest): void;
  /** Sends them all, now. */
  echoes(requests: readonly EchoRequest[]): void;
  /** Sends the packets that are due, a bounded number at a time, so that replies are read in between. */
  sendDue(): void;
}

interface StarterOptions {
  readonly active: ActiveRounds;
  readonly clock: Clock;
  readonly wires: Wires;
  readonly lines: Lines;
  readonly sender: Sender;
  readonly finisher: Finisher;
  readonly echoes: Echoes;
  readonly pool: PacketPool;
  readonly drainErrors: (sharedWire: SharedWire) => number;
  readonly parse: (address: string) => Address | null;
  readonly expectBytes: (bytes: number) => void;
  readonly tell: (message: FromWorker) => void;
}

/**
 * How far ahead of its time a packet may leave: those of two milliseconds share a wake-up, which is most of what a
 * packet costs. It is stamped when it leaves, so this is in no figure. Where there are more than a few of them, only
 * those of half a millisecond: many packets at once would wait for each other.
 */
const earlyNs = { few: 2_000_000, many: 500_000 };
const few = 8;
/** So many packets in a row, then what came is read. */
const sendsATurn = 32;
/** Rounds that are asked for at one instant start at random ones, at most so far apart. */
const longestPhaseNs = 100e6;
const plain: PacketOptions = {};

export function createStarter(options: StarterOptions): Starter {
  const { active, clock, wires, lines, sender, finisher, pool, drainErrors, parse, expectBytes } = options;
  const lineOf = ({ address, options: packet }: Pick<EchoRequest, 'address' | 'options'>): Line =>
    lines.of(address, packet);
  const used = new Set<SharedWire>();
  /** Mostly the stamps of what was just sent are there already: fetched now, they don't cost a wake-up. */
  const fetchStamps = (): void => {
    for (const sharedWire of used) drainErrors(sharedWire);
    used.clear();
  };

  const sendEcho = (request: EchoRequest): void => {
    const nowNs = clock.monotonicNs();
    const target = parse(request.address);
    // A message that can't be written would end the thread, and every round with it.
    if (!target || !isEchoLength(request.icmpBytes)) {
      options.echoes.refuse(request.id, 'other', nowNs);
      return;
    }
    expectBytes(request.icmpBytes);
    const flight = options.echoes.start(request, target, lineOf(request), pool, nowNs);
    active.flights.set(flight.id, flight);
    const sharedWire = sender.send(flight, nowNs);
    advance(flight, clock.monotonicNs());
    if (sharedWire) used.add(sharedWire);
    if (flight.unanswered === 0) finisher.echo(flight);
    else expectEnd(active, flight);
  };

  return {
    round(id, request) {
      try {
        const target = parse(request.address);
        if (!target) throw new Error(`"${request.address}" is no IP address`);
        expectBytes(Math.max(...request.sizes.map((size) => size.icmpBytes)));
        // A wire that can't be opened fails the round before its first packet.
        wires.get(target.family, request.options ?? plain, lineOf(request).generation);
        const gapNs = (request.intervalMs * 1e6) / request.sizes.length;
        const phaseNs = Math.random() * Math.min(gapNs, longestPhaseNs);
        const nowNs = clock.monotonicNs();
        const flight = startFlight(id, request, target, lineOf(request), pool, nowNs + phaseNs);
        active.flights.set(id, flight);
        active.agenda.add(flight);
        if (request.watched) expectProgress(active, nowNs);
      } catch (error) {
        options.tell({ type: 'result', id, result: failedResult(error) });
      }
    },
    echoes(requests) {
      sender.together(() => {
        requests.forEach(sendEcho);
      });
      fetchStamps();
    },
    sendDue() {
      const { agenda, flights } = active;
      for (let sends = 0; sends < sendsATurn; sends += 1) {
        const flight = agenda.first();
        const nowNs = clock.monotonicNs();
        if (!flight || flight.dueNs > nowNs + (sends < few ? earlyNs.few : earlyNs.many)) break;
        if (!flights.has(flight.id)) {
          agenda.shift();
          continue;
        }
        const sharedWire = sender.send(flight, nowNs);
        if (sharedWire) used.add(sharedWire);
        advance(flight, nowNs);
        if (flight.endNs === Infinity) agenda.postponed();
        else {
          agenda.shift();
          expectEnd(active, flight);
        }
      }
      fetchStamps();
    },
  };
}

function failedResult(error: unknown): PackedResult {
  return {
    ended: 'failed',
    reason: error instanceof Error ? error.message : String(error),
    sizes: null,
    provenance: { stamps: 'user', fallbackStamps: 0, socketDrops: null, sendLagUs: null },
  };
}

const isEchoLength = (bytes: number): boolean =>
  Number.isInteger(bytes) && bytes >= minIcmpMessageBytes && bytes <= maxIcmpMessageBytes;

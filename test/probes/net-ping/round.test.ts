import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIcmp } from '../../../probes/shared/icmp-message.js';
import { ipAddress, type IpAddress } from '../../../probes/shared/ip-address.js';
import { newRound, type Round } from '../../../probes/net-ping/run-round.js';
import { errorAbout, ipv4Packet, replyTo } from '../support/packets.js';
import { roundOf } from '../support/rounds.js';

const target = addressOf('192.0.2.7');
const identifier = 0x4321;

function addressOf(text: string): IpAddress {
  const address = ipAddress(text);
  if (!address) throw new Error(`${text} is no address`);
  return address;
}

/** A round whose packets went out a millisecond apart; packet `turn` has the sequence number 100 + `turn`. */
function sentRound(): { round: Round; requests: Buffer[] } {
  const round = newRound({ ...roundOf(target.text, { count: 2 }), progress: false }, target, 4);
  const requests = Array.from({ length: 6 }, (_, turn) => {
    const request = Buffer.from(round.message(turn, identifier, 100 + turn));
    round.sent(turn, identifier, 100 + turn, turn * 1e6);
    return request;
  });
  return { round, requests };
}

function take(
  round: Round,
  turn: number,
  bytes: Uint8Array,
  afterNs: number,
  source = target.canonical,
): void {
  const message = readIcmp(4, bytes);
  if (message.kind === 'other') throw new Error('not for a round');
  round.took(turn, message, source, turn * 1e6 + afterNs);
}
const request = (requests: Buffer[], turn: number): Buffer => requests[turn] ?? Buffer.alloc(0);
const quoteOf = (bytes: Buffer) => ipv4Packet(bytes, { destination: [192, 0, 2, 7] });

describe('a round', () => {
  test('books replies by size, in order of sending, whatever order they came in', () => {
    const { round, requests } = sentRound();
    for (const turn of [5, 0, 3, 1, 4, 2]) take(round, turn, replyTo(request(requests, turn)), 1000 * turn);
    expect(round.settled).toBe(true);
    expect(round.samples(9e9).map((size) => size.packets)).toEqual([
      [0, 3].map((turn) => ({ kind: 'received', rttUs: turn })),
      [1, 4].map((turn) => ({ kind: 'received', rttUs: turn })),
      [2, 5].map((turn) => ({ kind: 'received', rttUs: turn })),
    ]);
  });

  test('sends messages of the asked length, and no two alike', () => {
    const { requests } = sentRound();
    expect(requests.map((bytes) => bytes.length)).toEqual([64, 128, 512, 64, 128, 512]);
    expect(new Set(requests.map((bytes) => bytes.subarray(8, 16).toString('hex'))).size).toBe(6);
    const other = sentRound().requests;
    expect(request(other, 0).subarray(8)).not.toEqual(request(requests, 0).subarray(8));
  });

  test.each<[string, (reply: Buffer) => Buffer, string]>([
    ['from another address', (reply) => reply, '192.0.2.8'],
    ['with another token', (reply) => replyTo(reply.fill(0x5a, 8)), target.canonical],
    [
      'with a flipped bit under a right checksum',
      (reply) => replyTo(reply.fill(0x5a, 50, 51)),
      target.canonical,
    ],
    ['with a wrong checksum', (reply) => reply.fill(0x5a, 2, 4), target.canonical],
    ['cut in half', (reply) => replyTo(reply.subarray(0, 32)), target.canonical],
    ['grown', (reply) => replyTo(Buffer.concat([reply, Buffer.alloc(4)])), target.canonical],
  ])('counts a reply %s apart, and takes the right one all the same', (_what, change, source) => {
    const { round, requests } = sentRound();
    take(round, 3, change(replyTo(request(requests, 3))), 1000, source);
    expect(round.samples(9e9)[0]).toMatchObject({ mismatched: 1, duplicates: 0 });
    expect(round.samples(9e9)[0]?.packets[1]).toEqual({ kind: 'lost' });
    take(round, 3, replyTo(request(requests, 3)), 2000);
    expect(round.samples(9e9)[0]?.packets[1]).toEqual({ kind: 'received', rttUs: 2 });
    expect(round.samples(9e9)[0]).toMatchObject({ mismatched: 1, duplicates: 0 });
  });

  test('counts a reply that comes again once, by the first', () => {
    const { round, requests } = sentRound();
    for (const after of [1000, 2000, 3000]) take(round, 0, replyTo(request(requests, 0)), after);
    expect(round.samples(9e9)[0]).toMatchObject({
      duplicates: 2,
      mismatched: 0,
      packets: [{ kind: 'received', rttUs: 1 }, { kind: 'lost' }],
    });
  });

  test('notes an error, and lets the reply that follows win', () => {
    const { round, requests } = sentRound();
    take(round, 0, errorAbout(quoteOf(request(requests, 0)), 5, 1), 1000, '192.0.2.99');
    expect(round.samples(9e9)[0]?.packets[0]).toEqual({ kind: 'error', error: 'redirect' });
    take(round, 0, errorAbout(quoteOf(request(requests, 0)), 11, 0), 1000, '192.0.2.98');
    expect(round.samples(9e9)[0]?.packets[0]).toEqual({ kind: 'error', error: 'time-exceeded' });
    expect(round.settled).toBe(false);
    take(round, 0, replyTo(request(requests, 0)), 5000);
    expect(round.samples(9e9)[0]?.packets[0]).toEqual({ kind: 'received', rttUs: 5 });
  });

  test('is not moved by an error about another target or another packet', () => {
    const { round, requests } = sentRound();
    take(round, 0, errorAbout(ipv4Packet(request(requests, 0)), 3, 1), 1000);
    take(round, 0, errorAbout(quoteOf(request(requests, 3)), 3, 1), 1000);
    expect(round.samples(9e9)[0]?.packets[0]).toEqual({ kind: 'lost' });
  });

  test('keeps a late reply with its time', () => {
    const { round, requests } = sentRound();
    take(round, 0, replyTo(request(requests, 0)), 2_000_000_001);
    take(round, 1, replyTo(request(requests, 1)), 2_000_000_000);
    expect(round.received).toBe(1);
    const [small, middle] = round.samples(9e9);
    expect(small?.packets[0]).toEqual({ kind: 'late', rttUs: 2_000_000 });
    expect(middle?.packets[0]).toEqual({ kind: 'received', rttUs: 2_000_000 });
  });

  test('says how late its packets left, and why one did not', () => {
    const round = newRound({ ...roundOf(target.text, { count: 1 }), progress: false }, target, 4);
    expect(round.sendLagUs).toBeNull();
    round.sent(0, identifier, 1, 300);
    round.notSent(1, 'no-buffer');
    round.sent(2, identifier, 2, round.plan.gapNs * 2 + 7000);
    expect(round.sendLagUs).toBe(7);
    expect(round.turnsTaken).toBe(3);
    expect(round.samples(9e9)[1]?.packets[0]).toEqual({ kind: 'not-sent', reason: 'no-buffer' });
  });

  test('stands any message whatever that carries one of its numbers', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 600 }),
        fc.nat({ max: 5 }),
        fc.nat(3e9),
        (payload, turn, afterNs) => {
          const { round, requests } = sentRound();
          const noise = replyTo(Buffer.concat([request(requests, turn).subarray(0, 8), payload]));
          take(round, turn, noise, afterNs);
          const size = round.samples(9e9)[turn % 3];
          expect(size).toMatchObject({ mismatched: 1, packets: [{ kind: 'lost' }, { kind: 'lost' }] });
        },
      ),
    );
  });
});

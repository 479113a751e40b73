import { jetstream, type JetStreamManager, type StoredMsg } from '@nats-io/jetstream';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import type { EpochMs } from '../core/types.js';
import { deadStream } from './streams.js';
import type { Refusal } from './wire/frame.js';

/** What is in the headers of a dead letter; its body is the message as it came. */
interface DeadReason {
  readonly reason: Refusal;
  /** For people. */
  readonly why: string;
  /** Where it came from. */
  readonly subject: string;
  /** Its number in the stream of rows. */
  readonly sequence: number;
}

const names = {
  reason: 'Popsla-Reason',
  why: 'Popsla-Why',
  subject: 'Popsla-Subject',
  sequence: 'Popsla-Sequence',
} as const;

export function deadHeaders({ reason, why, subject, sequence }: DeadReason): MsgHdrs {
  const all = headers();
  all.set(names.reason, reason);
  // A header is one line of ASCII.
  all.set(names.why, why.replace(/[^\x20-\x7e]/g, '?').slice(0, 500));
  all.set(names.subject, subject);
  all.set(names.sequence, String(sequence));
  return all;
}

function readDeadHeaders(all: Pick<MsgHdrs, 'get'>): DeadReason {
  return {
    reason: all.get(names.reason) as Refusal,
    why: all.get(names.why),
    subject: all.get(names.subject),
    sequence: Number(all.get(names.sequence)),
  };
}

/** A message that no hub took. */
interface DeadLetter extends DeadReason {
  /** What it is called by. */
  readonly number: number;
  readonly at: EpochMs;
  readonly body: Uint8Array;
}

/** What people do with messages that no hub took. Each rejects where the mesh does not answer. */
export interface DeadLetters {
  /** The newest first. */
  list(limit: number): Promise<DeadLetter[]>;
  /** Null where there is none of that number. */
  show(number: number): Promise<DeadLetter | null>;
  /** Lets it come to the hubs once more, as it first came. False where there is none. */
  requeue(number: number): Promise<boolean>;
  /** False where there is none. */
  drop(number: number): Promise<boolean>;
}

export function deadLetters(connection: NatsConnection, manager: JetStreamManager): DeadLetters {
  const show = async (number: number): Promise<DeadLetter | null> => {
    const found = await orNull(manager.streams.getMessage(deadStream, { seq: number }));
    return found && letterOf(found);
  };
  const drop = async (number: number): Promise<boolean> =>
    (await orNull(manager.streams.deleteMessage(deadStream, number, false))) ?? false;
  return {
    show,
    drop,
    async list(limit) {
      const { state } = await manager.streams.info(deadStream);
      const letters: DeadLetter[] = [];
      for (let number = state.last_seq; number >= state.first_seq && letters.length < limit; number -= 1) {
        const letter = number > 0 ? await show(number) : null;
        if (letter) letters.push(letter);
      }
      return letters;
    },
    async requeue(number) {
      const letter = await show(number);
      if (letter === null) return false;
      // Without its old id: JetStream would know it again and not take it.
      await jetstream(connection).publish(letter.subject, letter.body);
      return drop(number);
    },
  };
}

const letterOf = (message: StoredMsg): DeadLetter => ({
  ...readDeadHeaders(message.header),
  number: message.seq,
  at: message.time.getTime(),
  body: message.data,
});

/** Of messages that are no more it says "no message found", in one way or another. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (/no message|not found/i.test((error as Error).message)) return null;
    throw error;
  }
}

import type { SlotSummary } from '../core/measurement/figures.js';
import type { SizeCounts } from '../core/measurement/round.js';
import type { CsvCell } from './csv.js';
import { isoInstant, lossPpm, meanUs } from './figures.js';

/** One line of CSV: a size of a round, or a round without any (missing, failed). */
export interface CsvLine {
  readonly round: SlotSummary;
  readonly size: SizeCounts | null;
}

interface CsvColumn {
  readonly name: string;
  readonly meaning: string;
  readonly cell: (line: CsvLine) => CsvCell;
}

const ofSize =
  (cell: (size: SizeCounts) => CsvCell) =>
  ({ size }: CsvLine): CsvCell =>
    size === null ? null : cell(size);
const ofRound =
  (cell: (round: Exclude<SlotSummary, { status: 'missing' }>) => CsvCell) =>
  ({ round }: CsvLine): CsvCell =>
    round.status === 'missing' ? null : cell(round);

/** The columns in their order; an empty field says that there is nothing to say, never zero. */
export const roundsCsvColumns: readonly CsvColumn[] = [
  { name: 'path', meaning: 'SOURCE>DESTINATION', cell: ({ round }) => round.path },
  { name: 'slot', meaning: 'when the round was due, UTC', cell: ({ round }) => isoInstant(round.slot) },
  { name: 'status', meaning: 'ok, unscheduled, missing …', cell: ({ round }) => round.status },
  { name: 'reason', meaning: 'why it is not ok', cell: ({ round }) => round.reason },
  { name: 'started_at', meaning: 'UTC', cell: ofRound((round) => isoInstant(round.startedAt)) },
  { name: 'ended_at', meaning: 'UTC', cell: ofRound((round) => isoInstant(round.endedAt)) },
  { name: 'address', meaning: 'what was probed', cell: ofRound((round) => round.address) },
  { name: 'driver', meaning: 'the probe kind', cell: ofRound((round) => round.provenance.driver) },
  { name: 'bytes', meaning: 'the size', cell: ofSize((size) => size.bytes) },
  { name: 'sent', meaning: 'packets sent', cell: ofSize((size) => size.sent) },
  { name: 'received', meaning: 'replies in time', cell: ofSize((size) => size.received) },
  {
    name: 'lost',
    meaning: 'sent − received; late and errors included',
    cell: ofSize((size) => size.sent - size.received),
  },
  { name: 'late', meaning: 'replies after the loss threshold', cell: ofSize((size) => size.late) },
  { name: 'errors', meaning: 'answered by an ICMP error', cell: ofSize((size) => size.errors) },
  {
    name: 'not_sent',
    meaning: 'the observer could not send; not in sent',
    cell: ofSize((size) => size.notSent),
  },
  { name: 'duplicates', meaning: 'replies that came again', cell: ofSize((size) => size.duplicates) },
  {
    name: 'mismatched',
    meaning: 'claimed to be replies and were not',
    cell: ofSize((size) => size.mismatched),
  },
  { name: 'loss_ppm', meaning: 'lost / sent, parts per million', cell: ofSize(lossPpm) },
  { name: 'rtt_mean_us', meaning: 'microseconds, over the received', cell: ofSize(meanUs) },
  { name: 'rtt_min_us', meaning: 'microseconds', cell: ofSize((size) => size.rttMinUs) },
  { name: 'rtt_max_us', meaning: 'microseconds', cell: ofSize((size) => size.rttMaxUs) },
];

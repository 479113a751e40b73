/** The fields of an instant as it stands in a statement: in local time, with the offset of its zone. */
export interface Fields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** `03:30`, `03:30:05`, `03:30:05.250`: as much as there is. */
  readonly time: string;
  /** `+08:00` or `Z`; empty for a day. */
  readonly offset: string;
}

const expression = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d)(?::(\d\d(?:\.\d+)?))?(Z|[+-]\d\d:\d\d))?$/;

/** Throws `RangeError` for what is no instant with an offset. */
export function fieldsOf(instant: string): Fields {
  const fields = read(instant);
  if (fields.offset === '') throw new RangeError(`${instant} is no instant`);
  return fields;
}

/** Of a calendar day. */
export const fieldsOfDay = (day: string): Fields => read(day);

function read(text: string): Fields {
  const match = expression.exec(text);
  if (!match) throw new RangeError(`${text} is no date and no instant`);
  const [, year, month, day, minutes = '', seconds = '', offset = ''] = match;
  const time = seconds === '' || seconds === '00' ? minutes : `${minutes}:${seconds}`;
  return { year: Number(year), month: Number(month), day: Number(day), time, offset };
}

/** Whole milliseconds since the epoch. */
export const msOf = (instant: string): number => Date.parse(instant);

import type { AttachmentRef } from '../../core/ledger/actions.js';
import { BadRequest, type ParameterFault } from '../problem.js';

/** What a key of a request's body is. */
export type BodyKind = 'text' | 'texts' | 'attachments';

export interface Body {
  readonly text: (key: string) => string | undefined;
  readonly texts: (key: string) => readonly string[] | undefined;
  readonly attachments: () => readonly AttachmentRef[];
}

/** Reads a JSON object strictly: throws `BadRequest` with every key that is unknown or of another kind. */
export function readBody(body: unknown, kinds: Readonly<Record<string, BodyKind>>): Body {
  const names = Object.keys(kinds).join(', ');
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new BadRequest([
      { parameter: 'body', detail: `is no JSON object; allowed: one with the keys ${names}` },
    ]);
  }
  const given = body as Readonly<Record<string, unknown>>;
  const faults = Object.entries(given).flatMap(([key, value]): ParameterFault[] => {
    const kind = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
    if (kind === undefined) return [{ parameter: key, detail: `is not known; allowed: ${names}` }];
    return value === null || fits[kind](value) ? [] : [{ parameter: key, detail: `is not ${wanted[kind]}` }];
  });
  if (faults.length > 0) throw new BadRequest(faults);
  return {
    text: (key) => (given[key] ?? undefined) as string | undefined,
    texts: (key) => (given[key] ?? undefined) as readonly string[] | undefined,
    attachments: () => (given['attachments'] ?? []) as readonly AttachmentRef[],
  };
}

const wanted: Record<BodyKind, string> = {
  text: 'a text',
  texts: 'a list of texts',
  attachments: 'a list of { sha256, name, bytes }, as POST /api/v1/attachments answers',
};

const fits: Record<BodyKind, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string' && value.length <= 10_000,
  texts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  attachments: (value) => Array.isArray(value) && value.every(isAttachment),
};

function isAttachment(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 3) return false;
  const { sha256, name, bytes } = value as Partial<Record<keyof AttachmentRef, unknown>>;
  return typeof sha256 === 'string' && typeof name === 'string' && Number.isSafeInteger(bytes);
}

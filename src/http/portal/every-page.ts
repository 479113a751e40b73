import type { Ask } from './page.js';

/** All of a list that the API gives by pages: what stands under `key` of each answer. Nothing where nobody may ask. */
export async function everyPage<T>(
  ask: Ask,
  operationId: string,
  key: string,
  query: Readonly<Record<string, string>>,
): Promise<T[]> {
  type Answer = Readonly<Record<string, readonly T[]>> & { readonly nextCursor: string | null };
  const all: T[] = [];
  let cursor: string | null = null;
  do {
    const given: Record<string, string> = { ...query, ...(cursor !== null && { cursor }) };
    const answer: Answer | null = await ask<Answer>(operationId, { query: given });
    all.push(...(answer?.[key] ?? []));
    cursor = answer?.nextCursor ?? null;
  } while (cursor !== null);
  return all;
}

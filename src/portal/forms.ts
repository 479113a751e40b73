import type { FastifyInstance } from 'fastify';

/** A file that came with a form. */
export interface FormFile {
  readonly name: string;
  readonly content: Buffer;
}

/** A field that is there more than once is a list; files are lists always. */
type FormFields = Record<string, string | string[] | FormFile[]>;

/** Reads forms as browsers send them, on the routes of this scope only: the API takes JSON. */
export function readForms(server: FastifyInstance): void {
  server.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, text, done) => {
      done(null, fieldsOf(new URLSearchParams(text)));
    },
  );
  server.addContentTypeParser<Buffer>(
    'multipart/form-data',
    { parseAs: 'buffer' },
    async ({ headers: { 'content-type': type = '' } }, content: Buffer) => {
      const headers = { 'content-type': type };
      // All of it is here, and within the limit of bodies: what streams are better read with is not needed.
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      const form = await new Response(new Uint8Array(content), { headers }).formData().catch(() => {
        throw Object.assign(new Error('the form can not be read'), { statusCode: 400 });
      });
      const fields = fieldsOf(
        [...form].flatMap(([key, one]) => (typeof one === 'string' ? [[key, one]] : [])),
      );
      for (const [key, one] of form) {
        // A field that nobody chose a file in comes as one without a name.
        if (typeof one === 'string' || one.name === '') continue;
        const file: FormFile = { name: one.name, content: Buffer.from(await one.arrayBuffer()) };
        fields[key] = [...((fields[key] ?? []) as FormFile[]), file];
      }
      return fields;
    },
  );
}

function fieldsOf(pairs: Iterable<readonly string[]>): FormFields {
  // No prototype: a field may be called anything.
  const fields = Object.create(null) as FormFields;
  for (const [key = '', value = ''] of pairs) {
    const before = fields[key];
    if (before === undefined) fields[key] = value;
    else fields[key] = [...(typeof before === 'string' ? [before] : (before as string[])), value];
  }
  return fields;
}

/** What was typed into a field; null: nothing but blanks. */
export const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** All of a list that the API gives by pages. */
export async function everyPage<A extends { readonly nextCursor: string | null }, T>(
  read: (cursor: string | undefined) => Promise<A>,
  itemsOf: (answer: A) => readonly T[],
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const answer = await read(cursor);
    all.push(...itemsOf(answer));
    cursor = answer.nextCursor ?? undefined;
    // However many pages there are, each is a turn of the event loop by itself.
    await new Promise(setImmediate);
  } while (cursor !== undefined);
  return all;
}

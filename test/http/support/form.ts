export interface FormBody {
  readonly payload: Buffer;
  readonly headers: Record<string, string>;
}

/** A form with files, as browsers send it. */
export async function formBody(
  fields: Readonly<Record<string, string>>,
  files: Readonly<Record<string, readonly [name: string, content: Buffer | string]>>,
): Promise<FormBody> {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) form.set(key, value);
  for (const [key, [name, content]] of Object.entries(files))
    form.set(key, new Blob([typeof content === 'string' ? content : new Uint8Array(content)]), name);
  const parts = new Response(form);
  const headers = { 'content-type': parts.headers.get('content-type') ?? '' };
  return { payload: Buffer.from(await parts.arrayBuffer()), headers };
}

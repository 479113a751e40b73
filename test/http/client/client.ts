/** What a description of routes says of one of them, in the types that `openapi-typescript` makes of it. */
interface Described {
  readonly parameters: { readonly query?: unknown; readonly path?: unknown };
  readonly requestBody?: unknown;
  readonly responses: unknown;
}

type Json<T> = T extends { content: { 'application/json': infer B } } ? B : never;
type Body<O> = O extends { requestBody?: infer B } ? Json<NonNullable<B>> : never;
type Answer<O> = O extends { responses: infer R } ? Json<R[keyof R & (200 | 201)]> : never;
type Asked<O> = O extends Described
  ? {
      readonly query?: O['parameters']['query'];
      readonly path?: O['parameters']['path'];
      readonly body?: Body<O>;
    }
  : never;

/** A client of the routes that `Paths` describes: what it is given and what it answers have the routes' types. */
export function createClient<Paths>(baseUrl: string, token: string) {
  return async <P extends keyof Paths & string, M extends keyof Paths[P] & ('get' | 'post')>(
    method: M,
    path: P,
    asked: Asked<Paths[P][M]>,
  ): Promise<Answer<Paths[P][M]>> => {
    const {
      query = {},
      path: inPath = {},
      body,
    } = asked as {
      readonly query?: Record<string, string>;
      readonly path?: Record<string, string>;
      readonly body?: object;
    };
    const place = path.replace(/\{(\w+)\}/g, (_whole, name: string) =>
      encodeURIComponent(inPath[name] ?? ''),
    );
    const search = new URLSearchParams(query).toString();
    const answer = await fetch(`${baseUrl}${place}${search === '' ? '' : `?${search}`}`, {
      method: method.toUpperCase(),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer<Paths[P][M]>;
  };
}

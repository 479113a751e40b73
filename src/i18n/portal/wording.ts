/** What may only differ from the English in its texts: a key that is missing or too many is an error of types. */
export type Wording<T> = T extends string
  ? string
  : T extends (...values: infer V) => string
    ? (...values: V) => string
    : { readonly [K in keyof T]: Wording<T[K]> };

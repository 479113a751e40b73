import type { FastifyReply } from 'fastify';
import { RE2JS } from 're2js';
import { z } from 'zod';
import { isWrong, parseDateOrInstant } from '../../config/scalars.js';
import { BadRequestError } from '../problem.js';
import { type Reading, text, words } from '../route/input.js';

const wholeNumber = (name: string, least: number, most: number) =>
  text(
    (given): Reading<number> => {
      const value = /^\d{1,9}$/.test(given) ? Number(given) : -1;
      return value >= least && value <= most
        ? { value }
        : { detail: `is not in range; allowed: a whole number from ${least} to ${most}` };
    },
    { description: `${name}: a whole number from ${least} to ${most}`, maxLength: 9 },
  );

/** What every list of a TM Forum API takes (TMF630); all other parameters are filters by an attribute. */
export const tmfListQuery = z.looseObject({
  fields: words(1000).optional().meta({
    description: 'the attributes to answer, with commas between them; none: id, href and @type only',
  }),
  sort: words(200)
    .optional()
    .meta({ description: 'attributes with commas between them; -creationDate: the newest first' }),
  offset: wholeNumber('offset', 0, 1_000_000).optional(),
  limit: wholeNumber('limit', 1, 200).optional(),
});

/** `fields` alone, for one resource. */
export const tmfFieldsQuery = z.strictObject({ fields: words(1000).optional() });

/** What may be asked of a kind of resource. */
interface TmfResource {
  /** The names of its attributes at the top level. */
  readonly attributes: readonly string[];
  /** Attributes that have one of a few values. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
}

const operators = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'regex'] as const;
type Operator = (typeof operators)[number];

/** A condition on an attribute, `creationDate.gte=2026-10-01`; one of the values has to match. */
export interface TmfFilter {
  /** With dots from an object or list to what is in it. */
  readonly attribute: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

interface TmfList {
  readonly fields: string | undefined;
  readonly filters: readonly TmfFilter[];
  readonly sort: readonly { readonly attribute: string; readonly descending: boolean }[];
  readonly offset: number;
  readonly limit: number;
}

/**
 * Reads the query of a list by TMF630: filters as `attribute=a,b`, `attribute.gt=…` (eq, ne, gt, gte, lt, lte, regex)
 * and as `attribute>…`, `<`, `>=`, `<=`; attributes inside of others by their path. Throws a `BadRequestError` that
 * names each parameter that is wrong.
 */
export function readTmfList(query: z.output<typeof tmfListQuery>, resource: TmfResource): TmfList {
  const { fields, sort = '', offset = 0, limit = 50, ...conditions } = query;
  const wrong: { parameter: string; detail: string }[] = [];
  const filters = Object.entries(conditions).flatMap(([parameter, given]): TmfFilter[] => {
    const filter = readFilter(parameter, given, resource);
    if (!('detail' in filter)) return [filter];
    wrong.push({ parameter, detail: filter.detail });
    return [];
  });
  const order = sort.split(',').flatMap((name) => {
    const attribute = name.trim().replace(/^[+-]/, '');
    if (attribute !== '' && !isAttribute(attribute, resource))
      wrong.push({ parameter: 'sort', detail: noAttribute(attribute, resource) });
    return attribute === '' ? [] : [{ attribute, descending: name.trim().startsWith('-') }];
  });
  if (wrong.length > 0) throw new BadRequestError(wrong);
  return { fields, filters, sort: order, offset, limit };
}

function readFilter(
  parameter: string,
  given: unknown,
  resource: TmfResource,
): TmfFilter | { detail: string } {
  const { attribute, operator, texts } = splitParameter(
    parameter,
    (Array.isArray(given) ? given : [given]).map(String),
  );
  if (!isAttribute(attribute, resource)) return { detail: noAttribute(attribute, resource) };
  if (texts.some((one) => one.length > 200 || one === ''))
    return { detail: 'is not in range; allowed: a value of 1 to 200 characters' };
  if (operator === 'regex')
    return texts.every(isExpression)
      ? { attribute, operator, values: texts }
      : { detail: 'is no regular expression; allowed: the syntax of RE2' };
  const parts = texts.flatMap((one) => one.split(','));
  const equality = operator === 'eq' || operator === 'ne';
  const known = resource.values?.[attribute];
  if (known && equality && !parts.every((one) => known.includes(one)))
    return { detail: `has an unknown ${attribute}; allowed: ${known.join(', ')}` };
  if (isDate(attribute) && parts.some((one) => instantOf(one) === null))
    return { detail: 'is no time; allowed: a date such as 2026-10-01, or an instant with its offset' };
  // A value may have a comma of its own, so the whole text is looked for too.
  return { attribute, operator, values: equality ? [...new Set([...texts, ...parts])] : parts };
}

/** The attribute, the operator and the values of a parameter, in either of the spellings. */
function splitParameter(
  parameter: string,
  texts: readonly string[],
): { readonly attribute: string; readonly operator: Operator; readonly texts: readonly string[] } {
  // `creationDate>=x` comes as the name `creationDate>` with the value x, `creationDate>x` as a name without a value.
  const sign = /^([^<>]+)([<>])(.*)$/s.exec(parameter);
  if (sign) {
    const [, attribute = '', than, rest = ''] = sign;
    const operator = than === '>' ? 'gt' : 'lt';
    return rest === ''
      ? { attribute, operator: `${operator}e`, texts }
      : { attribute, operator, texts: [rest] };
  }
  const dot = parameter.lastIndexOf('.');
  const operator = operators.find((one) => dot > 0 && one === parameter.slice(dot + 1));
  return operator
    ? { attribute: parameter.slice(0, dot), operator, texts }
    : { attribute: parameter, operator: 'eq', texts };
}

const isAttribute = (name: string, { attributes }: TmfResource): boolean =>
  /^[\w@]+(\.[\w@]+)*$/.test(name) && attributes.includes(name.split('.')[0] ?? '');

const noAttribute = (name: string, { attributes }: TmfResource): string =>
  `is no attribute to ask by; allowed: ${['fields', 'sort', 'offset', 'limit', ...attributes].join(', ')}` +
  (name.includes('.') ? ', and what is in them, with dots between' : '');

const isDate = (name: string): boolean => /(^|\.)(date|\w+Date|\w+DateTime)$/.test(name);

function instantOf(value: string): number | null {
  // A + that nobody escaped came as a space.
  const at = parseDateOrInstant(value.replace(/ (\d\d:\d\d)$/, '+$1'));
  return isWrong(at) ? null : at;
}

function isExpression(source: string): boolean {
  try {
    RE2JS.compile(source);
    return true;
  } catch {
    return false;
  }
}

/** The resources that match all filters, in the order that was asked for. */
export function filterAndSort<T extends object>(all: readonly T[], { filters, sort }: TmfList): T[] {
  const matching = filters.map(matcherOf);
  const found = all.filter((one) => matching.every((matches) => matches(one)));
  if (sort.length === 0) return found;
  return found.sort((a, b) => {
    for (const { attribute, descending } of sort) {
      const order = compare(textsAt(a, attribute)[0] ?? '', textsAt(b, attribute)[0] ?? '');
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

/** Whether a resource has a value that the filter wants; `ne` wants that it has none of the values. */
function matcherOf({ attribute, operator, values }: TmfFilter): (resource: object) => boolean {
  if (operator === 'regex') {
    // Linear in the length of the text, whatever the expression is: it comes from somebody else.
    const expressions = values.map((source) => RE2JS.compile(source));
    return (one) =>
      textsAt(one, attribute).some((value) => expressions.some((each) => each.matcher(value).find()));
  }
  const passes: Record<Exclude<Operator, 'regex'>, (order: number) => boolean> = {
    eq: (order) => order === 0,
    ne: (order) => order === 0,
    gt: (order) => order > 0,
    gte: (order) => order >= 0,
    lt: (order) => order < 0,
    lte: (order) => order <= 0,
  };
  const pass = passes[operator];
  return (one) => {
    const some = textsAt(one, attribute).some((value) =>
      values.some((wanted) => pass(compare(value, wanted))),
    );
    return operator === 'ne' ? !some : some;
  };
}

const isScalar = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

/** All texts, numbers and booleans at a path, through lists. */
function textsAt(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => textsAt(one, path));
  if (path === '') return isScalar(value) ? [String(value)] : [];
  if (typeof value !== 'object' || value === null) return [];
  const [name = '', ...rest] = path.split('.');
  return Object.hasOwn(value, name) ? textsAt(value[name as keyof typeof value], rest.join('.')) : [];
}

/** By time where both are times, by size where both are numbers, else by their characters. */
function compare(a: string, b: string): number {
  const times = [instantOf(a), instantOf(b)] as const;
  if (times[0] !== null && times[1] !== null) return times[0] - times[1];
  const number = /^-?\d{1,15}(\.\d{1,15})?$/;
  if (number.test(a) && number.test(b)) return Number(a) - Number(b);
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Only what `fields` names of a resource, and what it always has; an attribute inside of another comes with all of it. */
export function selectFields(
  whole: Readonly<Record<string, unknown>>,
  fields: string | undefined,
): Record<string, unknown> {
  if (fields === undefined) return { ...whole };
  const names = fields.split(',').map((name) => name.trim().split('.')[0]);
  const wanted = new Set(['id', 'href', '@type', ...names]);
  return Object.fromEntries(Object.entries(whole).filter(([key]) => wanted.has(key)));
}

interface PageOfList {
  /** Path and query that were asked for. */
  readonly url: string;
  readonly list: TmfList;
  readonly total: number;
  /** How many the page has. */
  readonly count: number;
}

/** Says how many there are, and where the pages beside this one are (RFC 8288). */
export function setPageHeaders(
  reply: FastifyReply,
  { url, list: { offset, limit }, total, count }: PageOfList,
): void {
  const at = (start: number, rel: string): string => {
    const [path, query] = url.split('?', 2);
    const asked = new URLSearchParams(query);
    asked.set('offset', String(start));
    asked.set('limit', String(limit));
    return `<${path}?${asked.toString()}>; rel="${rel}"`;
  };
  const last = total === 0 ? 0 : Math.floor((total - 1) / limit) * limit;
  const links = [
    at(offset, 'self'),
    at(0, 'first'),
    ...(offset > 0 ? [at(Math.max(0, offset - limit), 'prev')] : []),
    ...(offset + limit < total ? [at(offset + limit, 'next')] : []),
    at(last, 'last'),
  ];
  reply.header('x-total-count', total).header('x-result-count', count).header('link', links.join(', '));
}

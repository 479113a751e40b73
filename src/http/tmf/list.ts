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
  fields: words('line').optional().meta({
    description: 'the attributes to answer, with commas between them; none: id, href and @type only',
  }),
  sort: words('name')
    .optional()
    .meta({ description: 'attributes with commas between them; -creationDate: the newest first' }),
  offset: wholeNumber('offset', 0, 1_000_000).optional(),
  limit: wholeNumber('limit', 1, 200).optional(),
});

/** `fields` alone, for one resource. */
export const tmfFieldsQuery = z.strictObject({ fields: words('line').optional() });

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

/** How many filters a list takes, and how many instructions a regular expression may have: each is tried on every text. */
const mostFilters = 20;
const mostInstructions = 500;

export interface TmfList {
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
  if (Object.keys(conditions).length > mostFilters)
    throw new BadRequestError([
      { parameter: 'query', detail: `has too many filters; allowed: ${mostFilters}` },
    ]);
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
      : {
          detail: `is no regular expression; allowed: the syntax of RE2, of at most ${mostInstructions} steps`,
        };
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
    return RE2JS.compile(source).programSize() <= mostInstructions;
  } catch {
    return false;
  }
}

/** A page of a list, of resources that are given one after the other: what is on no page is not kept. */
export function pageCollector<T extends object>({ filters, sort, offset, limit }: TmfList) {
  const matching = filters.map(matcherOf);
  const kept: { readonly one: T; readonly keys: readonly Comparable[] }[] = [];
  let total = 0;
  return {
    add(one: T): void {
      if (!matching.every((matches) => matches(one))) return;
      const isOnPage = total >= offset && total < offset + limit;
      total += 1;
      if (sort.length > 0 || isOnPage)
        kept.push({ one, keys: sort.map(({ attribute }) => comparable(textsAt(one, attribute)[0] ?? '')) });
    },
    /** What was given until now. */
    read(): { readonly page: T[]; readonly total: number } {
      if (sort.length === 0) return { page: kept.map(({ one }) => one), total };
      kept.sort((a, b) => byKeys(a.keys, b.keys, sort));
      return { page: kept.slice(offset, offset + limit).map(({ one }) => one), total };
    },
  };
}

const nothing: Comparable = { text: '', at: null, number: null };

function byKeys(a: readonly Comparable[], b: readonly Comparable[], sort: TmfList['sort']): number {
  for (const [index, { descending }] of sort.entries()) {
    const order = compare(a[index] ?? nothing, b[index] ?? nothing);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
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
  const wanted = values.map(comparable);
  return (one) => {
    const some = textsAt(one, attribute)
      .map(comparable)
      .some((value) => wanted.some((each) => pass(compare(value, each))));
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

/** A text with what it is besides. */
interface Comparable {
  readonly text: string;
  readonly at: number | null;
  readonly number: number | null;
}

const comparable = (text: string): Comparable => ({
  text,
  at: instantOf(text),
  number: /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : null,
});

/** By time where both are times, by size where both are numbers, else by their characters. */
function compare(a: Comparable, b: Comparable): number {
  if (a.at !== null && b.at !== null) return a.at - b.at;
  if (a.number !== null && b.number !== null) return a.number - b.number;
  return a.text === b.text ? 0 : a.text < b.text ? -1 : 1;
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

/** Answers a page: what `fields` names of each, how many there are, and where the pages beside it are (RFC 8288). */
export function answerPage(
  { page, total }: { readonly page: readonly Readonly<Record<string, unknown>>[]; readonly total: number },
  { fields, offset, limit }: TmfList,
  reply: FastifyReply,
): Record<string, unknown>[] {
  const at = (start: number, rel: string): string => {
    const [path, query] = reply.request.url.split('?', 2);
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
  reply.header('x-total-count', total).header('x-result-count', page.length).header('link', links.join(', '));
  return page.map((one) => selectFields(one, fields));
}

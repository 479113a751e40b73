import { type Backbone, type Chance, chanceOf } from './backbone.js';

/** The words of a customers file; printed as YAML. */
export interface CustomersFile {
  readonly customers: readonly Firm[];
  readonly resale: readonly { seller: string; buyer: string; from: string }[];
  readonly sites: readonly { id: string; customer: string; name: string }[];
  readonly lines: readonly { id: string; pop: string }[];
  readonly services: readonly ServiceText[];
}

interface ServiceText {
  readonly id: string;
  readonly customer: string;
  readonly site: string;
  readonly start: string;
  readonly end?: string;
  readonly plan: string;
  readonly class: string;
  readonly lines: readonly string[];
  readonly paths: readonly string[];
  readonly rent: string;
  readonly currency: string;
  readonly taxPercent?: number;
  readonly changes?: readonly { from: string; class: string; lines: readonly string[]; rent: string }[];
}

interface Firm {
  readonly id: string;
  readonly name: string;
  readonly locale: string;
  readonly timeZone: string;
  /** For credit notes. */
  readonly country: string;
  readonly taxId: string;
}

const countries: Readonly<Record<string, string>> = {
  'Asia/Hong_Kong': 'HK',
  'Asia/Singapore': 'SG',
  'Asia/Shanghai': 'CN',
  'Asia/Tokyo': 'JP',
  'Europe/Berlin': 'DE',
  'Europe/London': 'GB',
  'America/Los_Angeles': 'US',
  'America/New_York': 'US',
};

function firm(id: string, name: string, locale: string, timeZone: string): Firm {
  const country = countries[timeZone] ?? 'HK';
  return { id, name, locale, timeZone, country, taxId: `${country}-${id}` };
}

/** A distributor, its resellers, and whoever buys from them or from the carrier itself. */
const distributor = firm('pacific-wholesale', 'Pacific Wholesale Ltd', 'en', 'Asia/Hong_Kong');
const resellers = [
  firm('lion-networks', 'Lion Networks Pte', 'en-SG', 'Asia/Singapore'),
  firm('nordwind-netze', 'Nordwind Netze GmbH', 'en', 'Europe/Berlin'),
];
const endCustomers = [
  firm('harbour-bank', '海港銀行', 'zh-HK', 'Asia/Hong_Kong'),
  firm('delta-logistics', '三角洲物流有限公司', 'zh-CN', 'Asia/Shanghai'),
  firm('merlion-media', 'Merlion Media', 'en-SG', 'Asia/Singapore'),
  firm('rhein-robotik', 'Rhein Robotik AG', 'en', 'Europe/Berlin'),
  firm('cascadia-games', 'Cascadia Games Inc', 'en-US', 'America/Los_Angeles'),
  firm('sakura-foods', 'Sakura Foods KK', 'en', 'Asia/Tokyo'),
  firm('thames-assurance', 'Thames Assurance plc', 'en-GB', 'Europe/London'),
  firm('hudson-clearing', 'Hudson Clearing LLC', 'en-US', 'America/New_York'),
];

const plan = 'ctg-cloud-connection';
/** How many lines each class has, how often it is sold, and what it costs, in steps of rent. */
const classes = [
  { id: 'single', lines: 1, share: 0.3, price: 8 },
  { id: 'protected-single', lines: 1, share: 0.35, price: 12 },
  { id: 'protected-dual', lines: 2, share: 0.27, price: 20 },
  { id: 'premium', lines: 2, share: 0.08, price: 36 },
] as const;
/** One step of rent. */
const rentSteps: Readonly<Record<string, number>> = {
  HKD: 1000,
  CNY: 900,
  JPY: 19_000,
  KRW: 170_000,
  TWD: 4000,
  PHP: 7000,
  THB: 4500,
  INR: 10_000,
  BRL: 700,
  ZAR: 2300,
  AED: 470,
};

interface CustomersOptions {
  readonly backbone: Backbone;
  readonly services: number;
  /** The first day of the history. */
  readonly firstDay: string;
  /** A day inside, on which terms change. */
  readonly changeDay: string;
}

/** Who buys what on the backbone. Lines end on the ports that the first PoP's daemon watches: all but its own. */
export function writeCustomers(options: CustomersOptions): CustomersFile {
  const { backbone, firstDay } = options;
  const chance = chanceOf(backbone.seed, 'customers');
  const buyers = endCustomers.slice(0, Math.max(2, Math.min(endCustomers.length, options.services)));
  const sites: { id: string; customer: string; name: string; currency: string }[] = [];
  const lines: { id: string; pop: string }[] = [];
  const services = Array.from({ length: options.services }, (_, index): ServiceText => {
    const customer = buyers[index % buyers.length] as Firm;
    const kind = classes[index] ?? weighed(chance);
    const ports = portsOf(backbone, chance, index, kind.lines);
    const [first] = ports;
    if (!first) throw new RangeError('a service needs a port');
    const site = siteOf(sites, customer, first);
    const id = `${customer.id}-${first.id.toLowerCase()}-${index + 1}`;
    const serviceLines = ports.map((port, line) => ({ id: `${id}-${line + 1}`, pop: port.id }));
    lines.push(...serviceLines);
    const others = backbone.pops.filter((pop) => pop.id !== first.id);
    const paths = chance
      .some(others, chance.whole(1, 2))
      .flatMap((other, place) =>
        place === 0 ? [`${first.id}>${other.id}`, `${other.id}>${first.id}`] : [`${other.id}>${first.id}`],
      );
    const rent = rentOf(site.currency, kind.price + chance.whole(0, 6));
    const text = {
      id,
      customer: customer.id,
      site: site.id,
      start: firstDay,
      plan,
      class: kind.id,
      lines: serviceLines.map((line) => line.id),
      paths: [...new Set(paths)].sort(),
      rent,
      currency: site.currency,
    };
    if (kind.id === 'single' && index % 3 === 0)
      return { ...text, taxPercent: 9, ...changed(text, options, kind.price) };
    return index % 11 === 7 ? { ...text, end: options.changeDay } : text;
  });
  const used = new Set(services.map(({ customer }) => customer));
  return {
    customers: [distributor, ...resellers, ...buyers.filter(({ id }) => used.has(id))],
    resale: [
      ...resellers.map(({ id }) => ({ seller: distributor.id, buyer: id, from: firstDay })),
      ...buyers
        .filter(({ id }, index) => used.has(id) && index % 4 < 2)
        .map(({ id }, index) => ({
          seller: resellers[index % resellers.length]?.id ?? distributor.id,
          buyer: id,
          from: firstDay,
        })),
    ],
    sites: sites.map(({ id, customer, name }) => ({ id, customer, name })),
    lines,
    services,
  };
}

/** On the day of change a single line gets the backbone's protection. */
function changed(
  text: ServiceText,
  { changeDay }: CustomersOptions,
  price: number,
): Pick<ServiceText, 'changes'> {
  const rent = rentOf(text.currency, price + 6);
  return { changes: [{ from: changeDay, class: 'protected-single', lines: text.lines, rent }] };
}

type Port = Backbone['pops'][number];

/** Neighbours in the list of PoPs, so that ports that go down together are somebody's. */
function portsOf({ pops }: Backbone, chance: Chance, index: number, count: number): Port[] {
  const others = pops.slice(1);
  const at = index < others.length ? index : chance.whole(0, others.length - 1);
  return Array.from({ length: count }, (_, line) => others[(at + line) % others.length]).filter(
    (port) => port !== undefined,
  );
}

function siteOf(
  sites: { id: string; customer: string; name: string; currency: string }[],
  customer: Firm,
  { id, name, currency }: Port,
): { id: string; customer: string; name: string; currency: string } {
  const known = sites.find((site) => site.id === `${customer.id}-${id.toLowerCase()}`);
  if (known) return known;
  const site = { id: `${customer.id}-${id.toLowerCase()}`, customer: customer.id, name, currency };
  sites.push(site);
  return site;
}

function weighed(chance: Chance): (typeof classes)[number] {
  let left = chance.share();
  return classes.find((kind) => (left -= kind.share) < 0) ?? classes[0];
}

/** Whole amounts; the currencies of `rentSteps` that are not listed have steps of 130. */
const rentOf = (currency: string, price: number): string => String(price * (rentSteps[currency] ?? 130));

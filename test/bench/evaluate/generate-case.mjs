const first = Date.parse('2026-10-01T00:00:00+08:00');
const hourMs = 3_600_000;
const at = (hours) => new Date(first + hours * hourMs).toISOString();

export const popNames = (count) => Array.from({ length: count }, (_, n) => `P${String(n).padStart(3, '0')}`);

/** Rules of the two plans that are evaluated: what a class is called, and how many lines it takes. */
const classesOf = {
  'ctg-cloud-connection': ['single', 'protected-single', 'protected-dual'],
  'example-ip-transit': ['port', 'port', 'port'],
};

/** October 2026 without its rounds: those are in the store. The same arguments give the same case. */
export function generateCase({ plan, pops, services, paths }) {
  const names = popNames(pops);
  const pop = (n) => names[n % pops];
  const numbers = Array.from({ length: services }, (_, n) => n);
  const lines = numbers.flatMap((n) => [
    { id: `l${n}a`, pop: pop(n) },
    ...(n % 3 === 2 ? [{ id: `l${n}b`, pop: pop(n + 1) }] : []),
  ]);
  return {
    plan,
    month: '2026-10',
    lines,
    services: numbers.map((n) => ({
      id: `svc-${n}`,
      site: `site-${n >> 1}`,
      customer: `customer-${(n >> 1) % 100}`,
      class: classesOf[plan][n % 3],
      lines: n % 3 === 2 ? [`l${n}a`, `l${n}b`] : [`l${n}a`],
      start: n % 10 === 0 ? '2026-10-11' : '2025-01-01',
      end: null,
      monthlyRent: { amount: `${5000 + n}.00`, currency: 'HKD' },
      paths: Array.from({ length: Math.min(5, paths.length) }, (_, k) => paths[(n * 7 + k) % paths.length]),
    })),
    outages: lines.flatMap(({ id }, n) =>
      [0, 1, 2].map((k) => {
        const from = 1 + k * 200 + (n % 100);
        return { line: id, from: at(from), to: at(from + 0.25 + (n % 4) / 2) };
      }),
    ),
    unobserved: lines.map(({ id }, n) => ({ line: id, from: at(n % 700), to: at((n % 700) + 1) })),
    exclusions: [
      ...Array.from({ length: 2 * pops }, (_, n) => ({
        kind: 'planned-maintenance',
        scope: { pops: [pop(n)] },
        from: at(3 + 7 * n),
        to: at(5 + 7 * n),
        noticeAt: '2026-09-20T00:00:00Z',
      })),
      ...numbers.slice(0, 100).map((n) => ({
        kind: 'customer-cause',
        scope: { services: [`svc-${n}`] },
        from: at(1 + n),
        to: at(1.5 + n),
      })),
    ].filter(({ to }) => Date.parse(to) < first + 744 * hourMs),
    commitments: paths.map((path, n) => ({ path, latencyMs: `${18 + (n % 40)}.500` })),
    rounds: [],
  };
}

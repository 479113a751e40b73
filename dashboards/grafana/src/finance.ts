import { noneIsGood } from './bands.js';
import type { DashboardSpec } from './dashboard.js';
import { graph, inCurrency, joined, stat, table } from './panels.js';
import { say } from './words.js';

const total = (metric: string): string => `sum by (currency) (max by (service, currency) (${metric}))`;
const each = (metric: string): string => `max by (service, currency) (${metric})`;

export const finance: DashboardSpec = {
  id: 'finance',
  title: ['pop-sla: finance month', 'pop-sla：财务月'],
  description: [
    'Credits of this month. Needs metrics.money; what is final stands in the statements.',
    '本月赔付。需要 metrics.money；以结算单为准。',
  ],
  from: 'now-30d',
  choices: [],
  rows: [
    {
      title: ['This month', '本月'],
      panels: (language) => [
        ...(
          [
            [['Rent', '月租'], 'pop_sla_service_rent_amount'],
            [['Credit so far', '至今赔付'], 'pop_sla_service_credit_amount'],
            [
              ['Credit at month’s end, at this rate', '预计月末赔付'],
              'pop_sla_service_credit_projected_amount',
            ],
            [['At the next step of each', '各服务下一档赔付'], 'pop_sla_service_credit_next_step_amount'],
          ] as const
        ).map(([title, metric]) =>
          stat({
            title,
            queries: [{ expr: total(metric), legend: '{{currency}}' }],
            overrides: inCurrency,
            decimals: 2,
            width: 6,
          }),
        ),
        table({
          title: ['Services by credit', '各服务赔付'],
          queries: [
            { expr: each('pop_sla_service_rent_amount') },
            { expr: `max by (service) (pop_sla_service_credit_amount)` },
            { expr: `max by (service) (pop_sla_service_credit_projected_amount)` },
            { expr: `max by (service) (pop_sla_service_credit_next_step_amount)` },
            { expr: `max by (service) (pop_sla_service_next_step_seconds)` },
          ],
          width: 24,
          height: 10,
          transformations: joined('service', {
            'Value #A': say(['rent', '月租'], language),
            'Value #B': say(['credit so far', '至今赔付'], language),
            'Value #C': say(['projected', '预计'], language),
            'Value #D': say(['at the next step', '下一档'], language),
            'Value #E': say(['time before it', '距下一档'], language),
          }),
          overrides: { '^(time before it|距下一档)$': [{ id: 'unit', value: 's' }] },
        }),
        graph({
          title: ['Credit so far and projected', '至今与预计赔付'],
          queries: [
            { expr: total('pop_sla_service_credit_amount'), legend: 'so far {{currency}}' },
            { expr: total('pop_sla_service_credit_projected_amount'), legend: 'projected {{currency}}' },
          ],
          overrides: inCurrency,
          min: 0,
          width: 24,
        }),
      ],
    },
    {
      title: ['Close of the month', '月结'],
      panels: () => [
        stat({
          title: ['Fault reports overdue', '超期故障报告'],
          queries: [{ expr: 'max(pop_sla_fault_reports_overdue) or vector(0)' }],
          unit: 'short',
          width: 8,
          steps: noneIsGood,
        }),
        stat({
          title: ['Exclusions that wait for approval', '待批除外事项'],
          queries: [{ expr: 'max(pop_sla_exclusions_proposed)' }],
          unit: 'short',
          width: 8,
        }),
        stat({
          title: ['Oldest month not sealed, since its end', '最早未封存月份，距月末'],
          queries: [{ expr: 'max(pop_sla_month_unsealed_seconds) or vector(0)' }],
          unit: 's',
          width: 8,
        }),
      ],
    },
  ],
};

import { budgetSteps, leftSteps } from './bands.js';
import type { DashboardSpec } from './dashboard.js';
import { graph, joined, stat, table } from './panels.js';
import { say } from './words.js';

const of = (metric: string): string => `max by (service) (${metric}{service=~"$service"})`;

export const services: DashboardSpec = {
  id: 'services',
  title: ['pop-sla: services and budgets', 'pop-sla：服务与中断预算'],
  description: [
    'Whose contract, how much outage is used, how much is left before it costs money.',
    '谁的合同、已用中断、距离赔付还剩多少。',
  ],
  from: 'now-30d',
  choices: [
    {
      name: 'service',
      label: ['service', '服务'],
      values: 'label_values(pop_sla_service_info, service)',
      all: true,
    },
  ],
  rows: [
    {
      title: ['This month', '本月'],
      panels: (language) => [
        stat({
          title: ['Services', '服务数'],
          queries: [{ expr: 'count(pop_sla_service_info{service=~"$service"})' }],
          unit: 'short',
          width: 6,
        }),
        stat({
          title: ['Below commitment', '低于承诺'],
          queries: [
            {
              expr: 'count(pop_sla_service_availability_ratio{service=~"$service"} < pop_sla_service_availability_commitment_ratio) or vector(0)',
            },
          ],
          unit: 'short',
          width: 6,
          steps: [
            { color: 'green', value: null },
            { color: 'red', value: 1 },
          ],
        }),
        stat({
          title: ['Least time before a credit step', '距下一赔付档最短时间'],
          queries: [{ expr: 'min(pop_sla_service_next_step_seconds{service=~"$service"})' }],
          unit: 's',
          width: 6,
          steps: leftSteps,
        }),
        stat({
          title: ['Burning now', '正在消耗预算'],
          queries: [
            { expr: 'count(service:pop_sla_budget_burn:rate1h{service=~"$service"} > 1) or vector(0)' },
          ],
          unit: 'short',
          width: 6,
        }),
        table({
          title: ['Services', '服务'],
          queries: [
            { expr: 'max by (service, customer, site, class) (pop_sla_service_info{service=~"$service"})' },
            { expr: of('pop_sla_service_availability_ratio') },
            { expr: of('pop_sla_service_availability_commitment_ratio') },
            { expr: of('pop_sla_service_outage_seconds') },
            { expr: of('service:pop_sla_budget_used:ratio') },
            { expr: of('pop_sla_service_next_step_seconds') },
            { expr: of('pop_sla_service_excused_seconds') },
            { expr: of('pop_sla_service_unobserved_seconds') },
          ],
          width: 24,
          height: 12,
          transformations: joined('service', {
            'Value #A': '#',
            'Value #B': say(['availability', '可用率'], language),
            'Value #C': say(['commitment', '承诺'], language),
            'Value #D': say(['outage', '中断'], language),
            'Value #E': say(['budget used', '已用预算'], language),
            'Value #F': say(['left before the next step', '距下一档'], language),
            'Value #G': say(['excused', '除外'], language),
            'Value #H': say(['unobserved', '未观测'], language),
          }),
          overrides: {
            '^(availability|commitment|可用率|承诺)$': [
              { id: 'unit', value: 'percentunit' },
              { id: 'decimals', value: 4 },
            ],
            '^(outage|excused|unobserved|中断|除外|未观测)$': [{ id: 'unit', value: 's' }],
            '^(budget used|已用预算)$': [
              { id: 'unit', value: 'percentunit' },
              { id: 'thresholds', value: { mode: 'absolute', steps: [...budgetSteps] } },
              { id: 'custom.cellOptions', value: { type: 'color-text' } },
            ],
            '^(left before the next step|距下一档)$': [
              { id: 'unit', value: 's' },
              { id: 'thresholds', value: { mode: 'absolute', steps: [...leftSteps] } },
              { id: 'custom.cellOptions', value: { type: 'color-text' } },
            ],
          },
        }),
      ],
    },
    {
      title: ['Over time', '变化'],
      panels: () => [
        graph({
          title: ['Budget used: the 20 highest', '已用预算：最高 20 项'],
          queries: [
            {
              expr: 'topk(20, service:pop_sla_budget_used:ratio{service=~"$service"})',
              legend: '{{service}}',
            },
          ],
          unit: 'percentunit',
          min: 0,
          width: 12,
          steps: budgetSteps,
        }),
        graph({
          title: ['Time before the next credit step: the 20 shortest', '距下一赔付档：最短 20 项'],
          queries: [
            { expr: `bottomk(20, ${of('pop_sla_service_next_step_seconds')})`, legend: '{{service}}' },
          ],
          unit: 's',
          min: 0,
          width: 12,
        }),
        graph({
          title: ['Availability of lines, the 20 lowest', '线路可用率：最低 20 条'],
          queries: [
            {
              expr: 'bottomk(20, max by (service, line, port) (pop_sla_line_availability_ratio{service=~"$service"}))',
              legend: '{{service}} {{line}} ({{port}})',
            },
          ],
          unit: 'percentunit',
          width: 12,
        }),
        graph({
          title: ['Availability to date of 30 days, the 20 lowest', '30 天可用率：最低 20 项'],
          queries: [
            {
              expr: 'bottomk(20, service:pop_sla_availability:avg30d{service=~"$service"})',
              legend: '{{service}}',
            },
          ],
          unit: 'percentunit',
          width: 12,
        }),
      ],
    },
  ],
};

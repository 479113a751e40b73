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
          width: 4,
        }),
        stat({
          title: ['Below commitment', '低于承诺'],
          queries: [
            {
              expr: 'count(pop_sla_service_availability_ratio{service=~"$service"} < pop_sla_service_availability_commitment_ratio) or vector(0)',
            },
          ],
          unit: 'short',
          width: 5,
          steps: [
            { color: 'green', value: null },
            { color: 'red', value: 1 },
          ],
        }),
        stat({
          title: ['Commitment not shown: too much unobserved', '承诺未能证明：未观测时间过长'],
          queries: [
            {
              expr: 'count((pop_sla_service_availability_ratio{service=~"$service"} >= pop_sla_service_availability_commitment_ratio) and (pop_sla_service_availability_lower_bound_ratio < pop_sla_service_availability_commitment_ratio)) or vector(0)',
            },
          ],
          unit: 'short',
          width: 5,
          steps: [
            { color: 'green', value: null },
            { color: 'orange', value: 1 },
          ],
        }),
        stat({
          title: ['Least time before a credit step', '距下一赔付档最短时间'],
          queries: [{ expr: 'min(pop_sla_service_next_step_seconds{service=~"$service"})' }],
          unit: 's',
          width: 5,
          steps: leftSteps,
        }),
        stat({
          title: ['Burning now', '正在消耗预算'],
          queries: [
            { expr: 'count(service:pop_sla_budget_burn:rate1h{service=~"$service"} > 1) or vector(0)' },
          ],
          unit: 'short',
          width: 5,
        }),
        table({
          title: ['Services', '服务'],
          queries: [
            { expr: 'max by (service, customer, site, class) (pop_sla_service_info{service=~"$service"})' },
            { expr: of('pop_sla_service_availability_to_date_ratio') },
            { expr: of('pop_sla_service_availability_to_date_lower_bound_ratio') },
            { expr: of('pop_sla_service_availability_ratio') },
            { expr: of('pop_sla_service_availability_lower_bound_ratio') },
            { expr: of('pop_sla_service_observed_ratio') },
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
            'Value #B': say(['availability so far', '截至目前可用率'], language),
            'Value #C': say(['so far, at least', '截至目前下限'], language),
            'Value #D': say(['availability, whole month', '全月可用率'], language),
            'Value #E': say(['whole month, at least', '全月下限'], language),
            'Value #F': say(['observed', '观测比例'], language),
            'Value #G': say(['commitment', '承诺'], language),
            'Value #H': say(['outage', '中断'], language),
            'Value #I': say(['budget used', '已用预算'], language),
            'Value #J': say(['left before the next step', '距下一档'], language),
            'Value #K': say(['excused', '除外'], language),
            'Value #L': say(['unobserved', '未观测'], language),
          }),
          overrides: {
            '^(availability.*|.*at least|commitment|.*可用率|.*下限|承诺)$': [
              { id: 'unit', value: 'percentunit' },
              { id: 'decimals', value: 4 },
            ],
            '^(observed|观测比例)$': [
              { id: 'unit', value: 'percentunit' },
              { id: 'decimals', value: 2 },
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
          title: [
            'Availability of lines in the whole month, the 20 lowest, and what it is at least',
            '线路全月可用率及其下限：最低 20 条',
          ],
          queries: [
            {
              expr: 'bottomk(20, max by (service, line, port) (pop_sla_line_availability_ratio{service=~"$service"}))',
              legend: '{{service}} {{line}} ({{port}})',
            },
            {
              expr: 'bottomk(20, max by (service, line, port) (pop_sla_line_availability_lower_bound_ratio{service=~"$service"}))',
              legend: '{{service}} {{line}} ({{port}}) ≥',
            },
          ],
          unit: 'percentunit',
          width: 12,
        }),
        graph({
          title: [
            'Availability so far, mean of 30 days, the 20 lowest, and what it is at least',
            '截至目前可用率及其下限（30 天平均）：最低 20 项',
          ],
          queries: [
            {
              expr: 'bottomk(20, service:pop_sla_availability:avg30d{service=~"$service"})',
              legend: '{{service}}',
            },
            {
              expr: 'bottomk(20, service:pop_sla_availability_lower_bound:avg30d{service=~"$service"})',
              legend: '{{service}} ≥',
            },
          ],
          unit: 'percentunit',
          width: 12,
        }),
      ],
    },
  ],
};

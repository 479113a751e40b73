import { budgetSteps, leftSteps } from './bands.js';
import type { DashboardSpec } from './dashboard.js';
import { graph, joined, stat, table } from './panels.js';
import { say } from './words.js';

const of = (metric: string): string => `max by (service) (${metric}{service=~"$service"})`;
const ofLine = (metric: string): string => `max by (line) (${metric}{service=~"$service"})`;

export const services: DashboardSpec = {
  id: 'services',
  title: ['pop-sla: services and budgets', 'pop-sla：业务与中断预算'],
  description: [
    'Whose contract, how much outage is used, how much is left before it costs money.',
    '谁的合同、已用中断、距离赔付还剩多少。',
  ],
  from: 'now-30d',
  choices: [
    {
      name: 'service',
      label: ['service', '业务'],
      values: 'label_values(pop_sla_service_info, service)',
      all: true,
    },
  ],
  rows: [
    {
      title: ['This month', '本月'],
      panels: (language) => [
        stat({
          title: ['Services', '业务数'],
          help: [
            'How many services are judged this month. Normal: as many as there are contracts. Fewer than expected: see whether the customers’ file was refused, Configuration on the daemon dashboard.',
            '本月判定的业务数。正常与合同数一致。少于预期：在守护进程仪表板的“配置”查看客户文件是否被拒绝。',
          ],
          queries: [{ expr: 'count(pop_sla_service_info{service=~"$service"})' }],
          unit: 'short',
          width: 4,
        }),
        stat({
          title: ['Below commitment', '低于承诺'],
          help: [
            'Services whose availability in the whole month is below the commitment even if nothing more happens. Normal: 0. Each gives a credit or a right to one: tell the account manager before the customer does.',
            '即使不再发生中断，全月可用率也低于承诺的业务数。正常为 0。每一项都已有或可有赔付：先于客户通知客户经理。',
          ],
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
          title: ['Commitment not shown', '承诺未能证明'],
          help: [
            'Services that meet their commitment only if the unobserved time was good. Normal: 0. Find out why their ports were unobserved; what is known of that time can be entered as a correction with its evidence.',
            '只有在未观测时间正常的前提下才达到承诺的业务数。正常为 0。查明端口为何未观测；已知的情况可附证据录入更正。',
          ],
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
          help: [
            'Outage that still fits before the next credit step, of the service with the least of it. Normal: over an hour, or the whole budget of a 99.95 % service (22 minutes). Below 10 minutes: no risky work on its port this month.',
            '距下一赔付档所余中断时间，取最少的业务。正常超过一小时，或为 99.95 % 业务的全部预算（22 分钟）。不足 10 分钟：本月不要在其端口做有风险的操作。',
          ],
          queries: [{ expr: 'min(pop_sla_service_next_step_seconds{service=~"$service"})' }],
          unit: 's',
          width: 5,
          steps: leftSteps,
        }),
        stat({
          title: ['Budgets burning now', '正在消耗预算'],
          help: [
            'Services that used more outage in the last hour than an even spread over the month allows. Normal: 0. More: an outage is ongoing or has just ended; the port is on the overview.',
            '最近一小时消耗的中断超过全月均摊的业务数。正常为 0。大于 0：中断正在持续或刚刚结束；端口见总览。',
          ],
          queries: [
            { expr: 'count(service:pop_sla_budget_burn:rate1h{service=~"$service"} > 1) or vector(0)' },
          ],
          unit: 'short',
          width: 5,
        }),
        table({
          title: ['Services', '业务'],
          help: [
            'A row for each service: availability so far and of the whole month, each with what it is at least when unobserved time counts as down, how much was observed, and the outage budget. Normal: at least the commitment in all of them. Sort by budget used.',
            '每业务一行：截至目前与全月的可用率，各附未观测计为中断时的下限，以及观测比例与中断预算。正常均不低于承诺。按已用预算排序。',
          ],
          queries: [
            { expr: 'max by (service, customer, class) (pop_sla_service_info{service=~"$service"})' },
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
          ],
          width: 24,
          height: 12,
          transformations: joined(
            'service',
            {
              'Value #B': say(['availability so far', '截至目前可用率'], language),
              'Value #C': say(['so far, at least', '截至目前下限'], language),
              'Value #D': say(['whole month', '全月可用率'], language),
              'Value #E': say(['month, at least', '全月下限'], language),
              'Value #F': say(['observed', '观测比例'], language),
              'Value #G': say(['commitment', '承诺'], language),
              'Value #H': say(['outage', '中断'], language),
              'Value #I': say(['budget used', '已用预算'], language),
              'Value #J': say(['next step in', '距下一档'], language),
              'Value #K': say(['excused', '免责'], language),
            },
            ['Value #A'],
          ),
          overrides: {
            '^(availability so far|whole month|.*at least|commitment|.*可用率|.*下限|承诺)$': [
              { id: 'unit', value: 'percentunit' },
              { id: 'decimals', value: 4 },
            ],
            '^(observed|观测比例)$': [
              { id: 'unit', value: 'percentunit' },
              { id: 'decimals', value: 2 },
            ],
            '^(outage|excused|中断|免责)$': [{ id: 'unit', value: 's' }],
            '^(budget used|已用预算)$': [
              { id: 'unit', value: 'percentunit' },
              { id: 'thresholds', value: { mode: 'absolute', steps: [...budgetSteps] } },
              { id: 'custom.cellOptions', value: { type: 'color-text' } },
            ],
            '^(next step in|距下一档)$': [
              { id: 'unit', value: 's' },
              { id: 'thresholds', value: { mode: 'absolute', steps: [...leftSteps] } },
              { id: 'custom.cellOptions', value: { type: 'color-text' } },
            ],
          },
        }),
      ],
    },
    {
      title: ['Over time', '走势'],
      panels: (language) => [
        graph({
          title: ['Budget used: the 10 highest', '已用预算：最高 10 项'],
          help: [
            'Share of the month’s allowed outage that each service has used. Normal: below the share of the month that has passed. At 100 % the commitment is missed and a credit step begins.',
            '各业务已用的当月允许中断的比例。正常低于本月已过去的比例。达到 100 % 即未达承诺，进入赔付档。',
          ],
          queries: [
            {
              expr: 'topk(10, service:pop_sla_budget_used:ratio{service=~"$service"})',
              legend: '{{service}}',
            },
          ],
          unit: 'percentunit',
          min: 0,
          width: 12,
          steps: budgetSteps,
        }),
        graph({
          title: ['Time before the next credit step: the 10 shortest', '距下一赔付档：最短 10 项'],
          help: [
            'Outage that still fits before the next credit step, of the services with the least. Normal: level; it falls while a port is down and rises at a month’s turn. A step down that has no outage on the overview is a correction in the ledger.',
            '距下一赔付档所余中断时间，取最少的业务。正常平稳；端口中断时下降，换月时回升。总览上没有中断而下降，是台账中的更正。',
          ],
          queries: [
            { expr: `bottomk(10, ${of('pop_sla_service_next_step_seconds')})`, legend: '{{service}}' },
          ],
          unit: 's',
          min: 0,
          width: 12,
        }),
        table({
          title: ['Lines in the whole month', '线路全月可用率'],
          help: [
            'A row for each line: its availability if nothing more happens in this month, what that is at least when unobserved time counts as down, and how much of the time so far was observed. Normal: all at 100 %. A wide gap between the first two: the port was unobserved.',
            '每条线路一行：本月不再发生中断时的可用率、未观测计为中断时的下限、以及截至目前的观测比例。正常均为 100 %。前两者相差大：端口曾未观测。',
          ],
          queries: [
            {
              expr: 'max by (line, service, port) (pop_sla_line_availability_ratio{service=~"$service"})',
            },
            { expr: ofLine('pop_sla_line_availability_lower_bound_ratio') },
            { expr: ofLine('pop_sla_line_observed_ratio') },
          ],
          width: 24,
          transformations: joined('line', {
            line: say(['line', '线路'], language),
            service: say(['service', '业务'], language),
            port: say(['port', '端口'], language),
            'Value #A': say(['whole month', '全月可用率'], language),
            'Value #B': say(['at least', '下限'], language),
            'Value #C': say(['observed', '观测比例'], language),
          }),
          overrides: {
            '^(whole month|at least|全月可用率|下限)$': [
              { id: 'unit', value: 'percentunit' },
              { id: 'decimals', value: 4 },
            ],
            '^(observed|观测比例)$': [
              { id: 'unit', value: 'percentunit' },
              { id: 'decimals', value: 2 },
            ],
          },
        }),
        graph({
          title: [
            'Availability so far, mean of 30 days, the 5 lowest',
            '截至目前可用率（30 天平均）：最低 5 项',
          ],
          help: [
            'Availability so far as it was shown over 30 days, their mean, with its lower bound (≥). Normal: 100 %. A trend over the turns of months, not a figure of a contract: that is the statement’s.',
            '30 天内所显示的截至目前可用率的均值及其下限（≥）。正常为 100 %。跨月的趋势，不是合同数字：以月报为准。',
          ],
          queries: [
            {
              expr: 'bottomk(5, service:pop_sla_availability:avg30d{service=~"$service"})',
              legend: '{{service}}',
            },
            {
              expr: 'bottomk(5, service:pop_sla_availability_lower_bound:avg30d{service=~"$service"})',
              legend: '{{service}} ≥',
            },
          ],
          unit: 'percentunit',
          width: 12,
        }),
        graph({
          title: ['Observed, mean of 30 days, the 5 lowest', '观测比例（30 天平均）：最低 5 项'],
          help: [
            'How much of the time so far all lines of a service were watched, as it was shown over 30 days, their mean. Normal: 100 %. It belongs to the availability beside it: what was unobserved counts as available there, and as down in its lower bound.',
            '30 天内所显示的截至目前观测比例（所有线路均被观测的时间）的均值。正常为 100 %。与左侧可用率一并阅读：未观测在可用率中计为可用，在下限中计为中断。',
          ],
          queries: [
            {
              expr: 'bottomk(5, service:pop_sla_observed:avg30d{service=~"$service"})',
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

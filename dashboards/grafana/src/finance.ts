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
    '本月赔付。需要 metrics.money；以月报为准。',
  ],
  from: 'now-30d',
  choices: [],
  rows: [
    {
      title: ['This month', '本月'],
      panels: (language) => [
        ...(
          [
            {
              title: ['Rent', '月租'],
              metric: 'pop_sla_service_rent_amount',
              help: [
                'Rents of all services for their periods of this month, by currency. Normal: the sum that is billed. Another sum: compare the terms of the services with the contracts.',
                '全部业务本月计费期的月租合计，按货币。正常等于账单合计。不一致时，将业务条款与合同核对。',
              ],
            },
            {
              title: ['Credit so far', '至今赔付'],
              metric: 'pop_sla_service_credit_amount',
              help: [
                'Credits of this month when nothing more happens, caps taken off, by currency. Normal: 0. Over 0: the table below names the services; what is excused is entered before the month closes.',
                '本月不再发生中断时的赔付（已计上限），按货币。正常为 0。大于 0：下表列出业务；可免责者在月结前录入。',
              ],
            },
            {
              title: ['Credit at month’s end, at this rate', '预计月末赔付'],
              metric: 'pop_sla_service_credit_projected_amount',
              help: [
                'Credits at the month’s end if outages go on at this month’s rate, by currency. Normal: 0. Early in a month one outage weighs much: read it from the second week on.',
                '中断按本月速度继续时月末的赔付，按货币。正常为 0。月初一次中断影响很大：从第二周起参考。',
              ],
            },
            {
              title: ['Credit if each service reached its next step', '各业务进入下一档时的赔付'],
              metric: 'pop_sla_service_credit_next_step_amount',
              help: [
                'What the next step of every service would give together, before caps, by currency: the money at risk, not a forecast. Normal: 5 % of the rents. Services with the least time before it are in the table below.',
                '全部业务各进入下一档时的赔付合计（未计上限），按货币：是风险敞口而非预测。正常为月租的 5 %。所余时间最少的业务见下表。',
              ],
            },
          ] as const
        ).map(({ title, metric, help }) =>
          stat({
            title,
            help,
            queries: [{ expr: total(metric), legend: '{{currency}}' }],
            overrides: inCurrency,
            decimals: 2,
            width: 6,
          }),
        ),
        table({
          title: ['Services by credit', '各业务赔付'],
          help: [
            'A row for each service: its rent and its credit so far, at the month’s end if outages go on at this rate, and at the next step, in the service’s currency. Normal: credits of 0. What is final stands in the statements.',
            '每业务一行：月租，至今、按当前速度至月末、下一档的赔付，以业务的货币计。正常赔付为 0。以月报为准。',
          ],
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
          overrides: { 'time before it|距下一档': [{ id: 'unit', value: 's' }] },
          unit: 'none',
          decimals: 2,
        }),
        graph({
          title: ['Credit so far and projected', '至今与预计赔付'],
          help: [
            'The month’s credits of all services over time, by currency, as they stand and as projected to the month’s end. Normal: 0; they begin at 0 with each month. A fall within a month is an approved exclusion or a correction.',
            '全部业务当月赔付随时间的走势，按货币，含至今与预计月末。正常为 0；每月从 0 开始。月内下降是批准了免责事项或更正。',
          ],
          queries: [
            { expr: total('pop_sla_service_credit_amount'), legend: 'so far {{currency}}' },
            { expr: total('pop_sla_service_credit_projected_amount'), legend: 'projected {{currency}}' },
          ],
          overrides: inCurrency,
          decimals: 2,
          min: 0,
          width: 24,
        }),
      ],
    },
    {
      title: ['Close of the month', '月结'],
      panels: () => [
        stat({
          title: ['Fault reports overdue', '超期故障申告'],
          help: [
            'Fault reports past the time that was committed for answer or repair. Normal: 0. Answer them today: the list is on the portal’s page of fault reports.',
            '超过承诺的应答或修复时间的故障申告数。正常为 0。今日处理：列表见门户的故障申告页。',
          ],
          queries: [{ expr: 'max(pop_sla_fault_reports_overdue) or vector(0)' }],
          unit: 'short',
          width: 8,
          steps: noneIsGood,
        }),
        stat({
          title: ['Exclusions that wait for approval', '待批免责事项'],
          help: [
            'Exclusions that were entered and do not count yet. Normal: 0 at a month’s close. Approve or reject each: a draft with an open one says less than it could.',
            '已录入、尚未计入的免责事项数。月结时正常为 0。逐项批准或驳回：仍有待批者时草稿并不完整。',
          ],
          queries: [{ expr: 'max(pop_sla_exclusions_proposed)' }],
          unit: 'short',
          width: 8,
        }),
        stat({
          title: ['Oldest month not sealed, since its end', '最早未封存月份，距月末'],
          help: [
            'How long ago the oldest month ended that is not sealed; 0: all are. Normal: below three days. Over that: close it, draft, review and seal, on the portal’s page of statements.',
            '最早未封存月份结束至今的时间；0：全部已封存。正常少于三天。超过时完成月结：在门户的月报页生成草稿、复核并封存。',
          ],
          queries: [{ expr: 'max(pop_sla_month_unsealed_seconds) or vector(0)' }],
          unit: 's',
          width: 8,
        }),
      ],
    },
  ],
};

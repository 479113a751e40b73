import { bandMappings, bandSteps, nearlyAllIsGood } from './bands.js';
import type { DashboardSpec } from './dashboard.js';
import { coloured, graph, stat, timeline } from './panels.js';

const of = (metric: string, more = ''): string => `${metric}{path="$path"${more}}`;
const dashed = [
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } },
  { id: 'custom.fillOpacity', value: 0 },
];

export const path: DashboardSpec = {
  id: 'path',
  title: ['pop-sla: path', 'pop-sla：路径'],
  description: ['One directed path against its commitment.', '单条有向路径与其承诺。'],
  from: 'now-24h',
  choices: [{ name: 'path', label: ['path', '路径'], values: 'label_values(pop_sla_packets_total, path)' }],
  marks: [
    {
      name: ['Port down or up again', '端口中断或恢复'],
      expr: 'label_replace(changes(pop_sla_port_up[2m]) > 0, "path_end", "$1", "port", "(.*)") and on (path_end) label_replace(pop_sla_packets_total{path="$path",outcome="received"}, "path_end", "$1", "path", ".*>(.*)")',
      color: 'red',
      text: '{{port}}, {{instance}}',
    },
    {
      name: ['Exclusion begins or ends', '免责事项开始或结束'],
      expr: 'changes(pop_sla_exclusions_active[2m]) > 0',
      color: 'blue',
      text: '{{kind}}',
    },
  ],
  rows: [
    {
      title: ['Now', '当前'],
      panels: (language) => [
        stat({
          title: ['Latency, latest round', '时延，最近一轮'],
          help: [
            'Mean latency of the latest round as the contract has it: the mean of the packet sizes’ means. Normal: at most the commitment beside it. No value: the latest slot has no valid round, or no packet came back.',
            '最近一轮按合同口径的平均时延：各包长均值的均值。正常不超过旁边的承诺。无值：最近时隙没有有效轮次，或没有数据包返回。',
          ],
          queries: [{ expr: `max(${of('pop_sla_latency_seconds', ',window="round"')})` }],
          unit: 's',
          width: 4,
        }),
        stat({
          title: ['Commitment', '承诺时延'],
          help: [
            'The latency that the plan in force on the first day of this month commits to for this path. Normal: the same all month. No value: the path has no commitment, so it has no latency band.',
            '本月首日生效的服务等级方案对该路径承诺的时延，正常整月不变。无值：该路径没有承诺，因而没有时延性能等级。',
          ],
          queries: [{ expr: `max(${of('pop_sla_latency_commitment_seconds')})` }],
          unit: 's',
          width: 4,
        }),
        stat({
          title: ['Band: round', '性能等级：最近一轮'],
          help: [
            'The worse band of latency and loss in the latest round. Normal: the first band. One bad round is no trend; two in a row raise an alert, a severe one raises it at once.',
            '最近一轮时延与丢包中较差的性能等级。正常为第一级。一轮不佳不成趋势；连续两轮告警，严重劣化立即告警。',
          ],
          queries: [{ expr: `max(${of('path:pop_sla_band:level', ',window="round"')})` }],
          width: 4,
          steps: bandSteps,
          mappings: bandMappings(language),
        }),
        stat({
          title: ['Band: 24 h', '性能等级：24 小时'],
          help: [
            'The worse band of latency and loss over the valid rounds of the last 24 hours. Normal: the first band. Worse than the round’s: it is getting better; better than the round’s: it has just begun.',
            '最近 24 小时有效轮次的时延与丢包中较差的性能等级。正常为第一级。差于最近一轮：正在好转；好于最近一轮：刚刚开始。',
          ],
          queries: [{ expr: `max(${of('path:pop_sla_band:level', ',window="24h"')})` }],
          width: 4,
          steps: bandSteps,
          mappings: bandMappings(language),
        }),
        stat({
          title: ['Band: month to date', '性能等级：本月至今'],
          help: [
            'The worse band of latency and loss over the valid rounds of this month, planned maintenance taken off. Normal: the first band. Any other: customers on this path have the right to a fault report.',
            '本月有效轮次（扣除计划维护）的时延与丢包中较差的性能等级。正常为第一级。否则使用该路径的客户有权提出故障申告。',
          ],
          queries: [{ expr: `max(${of('path:pop_sla_band:level', ',window="month"')})` }],
          width: 4,
          steps: bandSteps,
          mappings: bandMappings(language),
        }),
        stat({
          title: ['Coverage, month', '覆盖率，本月'],
          help: [
            'Valid rounds over rounds due of this path in this month. Normal: 99.9 % or more. The other figures of this page are only as good as this one; a path that was added in mid-month begins low.',
            '该路径本月有效轮次与应测轮次之比。正常不低于 99.9 %。本页其他数字的可信度取决于它；月中新增的路径起初较低。',
          ],
          queries: [{ expr: `min(${of('pop_sla_coverage_ratio', ',window="month"')})` }],
          unit: 'percentunit',
          width: 4,
          steps: nearlyAllIsGood,
        }),
      ],
    },
    {
      title: ['Latency', '时延'],
      panels: (language) => [
        graph({
          title: ['Latency by size, commitment and band edges', '各包长时延、承诺与性能等级界限'],
          help: [
            'Latency of each round and of each packet size, the commitment, and where the plan’s bands begin above it. Normal: below the commitment. All sizes up: a longer route; the large ones only: a queue. Sizes need metrics.perSize.',
            '每轮及各包长的时延、承诺，以及其上各性能等级的起点（来自服务等级方案）。正常低于承诺。各包长同升：路由变长；仅大包上升：排队。各包长需要 metrics.perSize。',
          ],
          queries: [
            { expr: of('pop_sla_latency_seconds', ',window="round"'), legend: 'mean' },
            { expr: of('pop_sla_size_rtt_mean_seconds'), legend: '{{size}} B' },
            { expr: of('pop_sla_latency_commitment_seconds'), legend: 'commitment' },
            {
              expr: `(1 + max by (plan, band, level) (pop_sla_latency_band_upper_ratio)) * on (plan) group_left () max by (plan) (${of('pop_sla_latency_commitment_seconds')})`,
              legend: 'end of {{band}}',
            },
          ],
          unit: 's',
          width: 12,
          height: 9,
          overrides: { '^(commitment|end of .*)$': dashed },
        }),
        graph({
          title: ['Spread of the round (smoke)', '单轮时延分布'],
          help: [
            'Least, median and greatest round-trip time of each round; the band between least and greatest is filled. Normal: a thin band. A step of the least is a longer route; a wide band over a steady least is a queue.',
            '每轮往返时延的最小值、中位数与最大值，最小与最大之间填色。正常为窄带。最小值跳变是路由变长；最小值平稳而带宽变大是排队。',
          ],
          queries: [
            { expr: of('pop_sla_rtt_max_seconds'), legend: 'max' },
            { expr: of('pop_sla_rtt_median_seconds'), legend: 'median' },
            { expr: of('pop_sla_rtt_min_seconds'), legend: 'min' },
          ],
          unit: 's',
          width: 12,
          height: 9,
          overrides: {
            '^max$': [
              { id: 'custom.fillBelowTo', value: 'min' },
              { id: 'custom.lineWidth', value: 0 },
              { id: 'custom.fillOpacity', value: 25 },
            ],
            '^min$': [
              { id: 'custom.lineWidth', value: 0 },
              { id: 'custom.fillOpacity', value: 0 },
            ],
            '^median$': [
              { id: 'custom.lineWidth', value: 2 },
              { id: 'custom.fillOpacity', value: 0 },
            ],
          },
        }),
        timeline({
          title: ['Bands over time', '性能等级时间线'],
          help: [
            'The worse band of latency and loss of each round, of the last 24 hours and of the month to date. Normal: green throughout. A gap is a time in which nothing was measured, not a good one.',
            '每轮、最近 24 小时、本月至今的时延与丢包中较差的性能等级。正常全为绿色。空缺表示没有测量，不代表良好。',
          ],
          queries: [{ expr: `max by (window) (${of('path:pop_sla_band:level')})`, legend: '{{window}}' }],
          width: 12,
          steps: bandSteps,
          mappings: bandMappings(language),
        }),
        graph({
          title: ['Latency of 30 days (rounds, not the contract’s month)', '30 天时延（按轮平均，非合同月）'],
          help: [
            'The mean over the last 30 days beside the month to date, which is the figure of the contract. Normal: both level. They part after a month’s turn and when the route has changed.',
            '最近 30 天均值与本月至今（合同口径）并列。正常两者平稳。换月之后或路由变更时会分开。',
          ],
          queries: [
            { expr: of('path:pop_sla_latency_seconds:avg30d'), legend: '30 d' },
            { expr: of('pop_sla_latency_seconds', ',window="month"'), legend: 'month to date' },
          ],
          unit: 's',
          width: 12,
        }),
      ],
    },
    {
      title: ['Loss', '丢包'],
      panels: () => [
        graph({
          title: ['Loss against the commitment', '丢包率与承诺'],
          help: [
            'Loss rate of the latest round, of the month to date and of 30 days, with the plan’s commitment as a dashed line. Normal: below the line. Above it in two rounds: see the outcomes beside, and the opposite direction.',
            '最近一轮、本月至今与 30 天的丢包率，虚线为服务等级方案的承诺。正常在线下。连续两轮超出时，查看右侧的数据包结果与反方向。',
          ],
          queries: [
            { expr: of('pop_sla_loss_ratio'), legend: '{{window}}' },
            { expr: 'max(pop_sla_loss_commitment_ratio)', legend: 'commitment' },
            { expr: of('path:pop_sla_loss_ratio:avg30d'), legend: '30 d' },
          ],
          unit: 'percentunit',
          min: 0,
          width: 12,
          overrides: { '^commitment$': dashed },
        }),
        graph({
          title: ['Packets by outcome, 30 min', '数据包结果，30 分钟'],
          help: [
            'Echo requests of 30 minutes by outcome. Normal: 300 received in each round of the built-in plan. Late is a queue of over 2 s, error an ICMP error that says who refuses, not_sent a fault of the observer.',
            '30 分钟内的回显请求按结果分。正常为内置服务等级方案每轮 received 300 个。late 是超过 2 秒的排队，error 是指明拒绝者的 ICMP 错误，not_sent 是观测点自身故障。',
          ],
          queries: [
            {
              expr: `sum by (outcome) (increase(${of('pop_sla_packets_total')}[30m]))`,
              legend: '{{outcome}}',
            },
          ],
          overrides: coloured({
            received: 'green',
            late: 'yellow',
            lost: 'red',
            error: 'dark-red',
            not_sent: 'blue',
          }),
          unit: 'short',
          width: 12,
          stacked: true,
        }),
      ],
    },
  ],
};

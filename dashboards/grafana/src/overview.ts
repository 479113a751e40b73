import {
  bandColors,
  bandMappings,
  bandNames,
  measuredBandSteps,
  nearlyAllIsGood,
  noneIsGood,
} from './bands.js';
import { say } from './words.js';
import { uidOf, type DashboardSpec } from './dashboard.js';
import { coloured, graph, map, stat, table } from './panels.js';

/** The two ends of a path as labels of their own. */
const ends = (expr: string): string =>
  `label_replace(label_replace(${expr}, "source", "$1", "path", "(.*)>(.*)"), "destination", "$2", "path", "(.*)>(.*)")`;

const bandAt = (level: number): string =>
  level === 3
    ? `path:pop_sla_band:level{window="round"} >= 3`
    : `path:pop_sla_band:level{window="round"} == ${level}`;

export const overview: DashboardSpec = {
  id: 'overview',
  title: ['pop-sla: backbone overview', 'pop-sla：骨干网总览'],
  description: ['Which path, which band, what is down.', '哪条路径、哪个性能等级、什么中断。'],
  from: 'now-24h',
  choices: [],
  rows: [
    {
      title: ['Now', '当前'],
      panels: () => [
        ...(
          [
            {
              words: ['normal', '正常'],
              help: [
                'Paths whose latest round is in the best band of the plan for latency and loss. Normal: all that are measured. Fewer, and no more in the other bands: rounds are missing.',
                '最近一轮时延与丢包均为最佳性能等级的路径数。正常为全部被测路径。变少而其他等级未增：轮次缺失。',
              ],
            },
            {
              words: ['decline', '性能下降'],
              help: [
                'Paths whose latest round is one band below the best: latency over 10 % above the commitment, or loss over 1 %, in the built-in plan. Normal: 0, or a few at busy hours. After two rounds an alert comes.',
                '最近一轮低于最佳一级的路径数：内置服务等级方案为时延超出承诺 10 % 以上，或丢包率超过 1 %。正常为 0，忙时少量。连续两轮后告警。',
              ],
            },
            {
              words: ['degraded', '性能劣化'],
              help: [
                'Paths whose latest round is two bands below the best: latency over 20 % above the commitment in the built-in plan. Normal: 0. Look whether they share a link, and whether it is a longer route.',
                '最近一轮低于最佳两级的路径数：内置服务等级方案为时延超出承诺 20 % 以上。正常为 0。查看是否共用链路，是否路由变长。',
              ],
            },
            {
              words: ['severe', '性能严重劣化'],
              help: [
                'Paths whose latest round is in the worst band: latency over 30 % above the commitment in the built-in plan. Normal: 0. Customers notice: act now, beginning with the link that most of them share.',
                '最近一轮为最差性能等级的路径数：内置服务等级方案为时延超出承诺 30 % 以上。正常为 0。客户会察觉：立即处理，从多数路径共用的链路开始。',
              ],
            },
          ] as const
        ).map(({ words, help }, level) =>
          stat({
            title: [`Paths: ${words[0]}`, `路径：${words[1]}`],
            help,
            queries: [{ expr: `count(${bandAt(level)}) or vector(0)` }],
            unit: 'short',
            width: 3,
            steps: [
              { color: 'text', value: null },
              { color: bandColors[level] ?? 'red', value: 1 },
            ],
          }),
        ),
        stat({
          title: ['Open outages', '未恢复的中断'],
          help: [
            'Ports with an ongoing outage, as the daemon sees it that sees most; a hub counts by the quorum of its observers, voided ones are not among them. Normal: 0. Open the port’s PoP for who sees it down.',
            '中断仍在持续的端口数，取看到最多的守护进程；中心按观测点的法定数计，不含已作废者。正常为 0。打开端口所在 PoP 查看哪些观测点认为中断。',
          ],
          queries: [{ expr: 'max(pop_sla_outages_open)' }],
          unit: 'short',
          width: 3,
          steps: noneIsGood,
        }),
        stat({
          title: ['Ports down', '中断端口（多数）'],
          help: [
            'Watched ports that more than half of their observers see down. Normal: 0. Each one counts against the availability of the services on it: open the PoP’s dashboard and find or file the fault report.',
            '超过半数观测点认为中断的受监测端口。正常为 0。每个中断端口都计入其上业务的可用率：打开该 PoP 的仪表板，查找或登记故障申告。',
          ],
          queries: [{ expr: 'count(port:pop_sla_down:ratio > 0.5) or vector(0)' }],
          unit: 'short',
          width: 3,
          steps: noneIsGood,
        }),
        stat({
          title: ['Observers cut off', '失联的观测点'],
          help: [
            'Daemons whose reference targets are all silent at once. Normal: 0. Such an observer measures nothing: repair its own uplink first; what it reported of ports meanwhile is voided.',
            '所有参考目标同时无应答的守护进程数。正常为 0。这样的观测点无法测量：先修复其自身上联；其间对端口的判断作废。',
          ],
          queries: [{ expr: 'sum(pop_sla_observer_isolated)' }],
          unit: 'short',
          width: 3,
          steps: noneIsGood,
        }),
        stat({
          title: ['Least coverage', '最低覆盖率'],
          help: [
            'Valid rounds over rounds due in the last 24 hours, of the path that has the fewest. Normal: 99.9 % or more. Below 99 %: look for daemons that restart, lag or are cut off on the daemon dashboard.',
            '最近 24 小时有效轮次与应测轮次之比，取最低的路径。正常不低于 99.9 %。低于 99 % 时，在守护进程仪表板查找重启、滞后或失联的进程。',
          ],
          queries: [{ expr: 'min(pop_sla_coverage_ratio{window="24h"})' }],
          unit: 'percentunit',
          width: 3,
          steps: nearlyAllIsGood,
        }),
      ],
    },
    {
      title: ['Paths', '路径'],
      panels: (language) => [
        table({
          title: ['Source × destination, band of the latest round', '源 × 目的，最近一轮的性能等级'],
          help: [
            'The worse band of latency and loss for every directed path. Normal: green. A red row is a source that reaches no one well, a red column a destination; an empty field has no valid round.',
            '每条有向路径的时延与丢包中较差的性能等级。正常为绿色。整行红是源的问题，整列红是目的的问题；空格没有有效轮次。',
          ],
          queries: [{ expr: ends('max by (path) (path:pop_sla_band:level{window="round"})') }],
          width: 24,
          height: 12,
          steps: measuredBandSteps,
          mappings: bandMappings(language),
          transformations: [
            {
              id: 'groupingToMatrix',
              options: {
                rowField: 'source',
                columnField: 'destination',
                valueField: 'Value',
                emptyValue: 'null',
              },
            },
          ],
          overrides: {
            '^(?!source).*': [
              { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
            ],
          },
        }),
        table({
          title: ['Worst paths: latency over commitment', '最差路径：时延超出承诺'],
          help: [
            'The ten paths whose latest round is furthest over its committed latency, as a share of the commitment; negative is below it. Normal: at most 10 %. Over that: open the path and compare the packet sizes and the opposite direction.',
            '最近一轮时延超出承诺最多的十条路径，按承诺的百分比；负值为低于承诺。正常不超过 10 %。超过时打开该路径，比较各包长与反方向。',
          ],
          queries: [{ expr: 'topk(10, max by (path) (pop_sla_latency_excess_ratio{window="round"}))' }],
          unit: 'percentunit',
          columns: { Value: ['over the commitment', '超出承诺'] },
          width: 8,
          link: {
            column: 'path',
            title: ['Path', '路径'],
            url: `/d/${uidOf('path', language)}?var-path=\${__data.fields.path}`,
          },
        }),
        table({
          title: ['Worst paths: loss', '最差路径：丢包'],
          help: [
            'The ten paths that lost most of their latest round. Normal: at most 1 %, the commitment of the built-in plan. 100 % on one path alone is routing; on all paths of a PoP it is the PoP.',
            '最近一轮丢包率最高的十条路径。正常不超过 1 %（内置服务等级方案的承诺）。单条路径 100 % 是路由问题；某 PoP 全部路径如此则是该 PoP。',
          ],
          queries: [{ expr: 'topk(10, max by (path) (pop_sla_loss_ratio{window="round"}))' }],
          unit: 'percentunit',
          columns: { Value: ['loss', '丢包率'] },
          width: 8,
          link: {
            column: 'path',
            title: ['Path', '路径'],
            url: `/d/${uidOf('path', language)}?var-path=\${__data.fields.path}`,
          },
        }),
        table({
          title: ['Ports by share of observers that see them down', '端口：认为其中断的观测点比例'],
          help: [
            'The ten ports that the largest share of their observers sees down. Normal: 0 %. From 50 % on the port is down; a smaller share is a fault between those observers and the port.',
            '认为中断的观测点比例最高的十个端口。正常为 0 %。达到 50 % 即端口中断；低于此值是这些观测点与端口之间的故障。',
          ],
          queries: [{ expr: 'topk(10, max by (port) (port:pop_sla_down:ratio))' }],
          unit: 'percentunit',
          columns: { Value: ['see it down', '认为中断'] },
          width: 8,
          steps: [
            { color: 'green', value: null },
            { color: 'red', value: 0.5 },
          ],
          link: {
            column: 'port',
            title: ['PoP', 'PoP'],
            url: `/d/${uidOf('pop', language)}?var-pop=\${__data.fields.port}`,
          },
        }),
        map({
          title: ['PoPs by what most observers say of their ports', 'PoP：多数观测点对其端口的判断'],
          help: [
            'Green: up, red: more than half of the observers see the port down. Normal: all green. Red neighbours share a cable or a power grid. PoPs without coordinates in the configuration are not on the map.',
            '绿色：正常；红色：超过半数观测点认为端口中断。正常全为绿色。相邻变红者共用线缆或供电。配置中没有坐标的 PoP 不在图上。',
          ],
          queries: [
            {
              expr: 'max by (pop, name, latitude, longitude) (pop_sla_pop_info{latitude!=""}) * 0 + on (pop) group_left () (max by (pop) (pop:pop_sla_port_down:ratio) or max by (pop) (0 * pop_sla_pop_info))',
            },
          ],
          unit: 'percentunit',
          width: 12,
          height: 12,
          steps: [
            { color: 'green', value: null },
            { color: 'red', value: 0.5 },
          ],
          transformations: [
            {
              id: 'convertFieldType',
              options: {
                conversions: [
                  { targetField: 'latitude', destinationType: 'number' },
                  { targetField: 'longitude', destinationType: 'number' },
                ],
              },
            },
          ],
        }),
        table({
          title: ['Alerts that fire', '正在告警'],
          help: [
            'What Prometheus fires by the shipped rules, before Alertmanager groups and inhibits; one row that says none: nothing. Normal: none. What to do on each stands in its runbook, by the alert’s name.',
            '按随附规则触发的告警，未经 Alertmanager 分组与抑制；仅有一行 none 表示没有。正常为没有。处置办法见运行手册中同名告警。',
          ],
          queries: [
            {
              expr: 'max by (alertname, severity, cause, pop, path, service, instance) (ALERTS{alertstate="firing",alertname=~"PopSla.*"}) or on () max by (cause) (label_replace(0 * count(pop_sla_build_info), "cause", "none", "", ""))',
            },
          ],
          unit: 'none',
          columns: { Value: null },
          width: 12,
          height: 12,
        }),
        graph({
          title: ['Paths by band', '各性能等级的路径数'],
          help: [
            'How many paths were in each band of the plan by their latest round, the worse of latency and loss. Normal: nearly all in the first band. A step in many paths at once is a link that they share.',
            '按最近一轮（取时延与丢包中较差者）各性能等级的路径数。正常几乎全部为第一级。许多路径同时跳变，是它们共用的链路。',
          ],
          queries: [0, 1, 2, 3].map((level) => ({
            expr: `count(${bandAt(level)}) or vector(0)`,
            legend: say(bandNames[level] ?? ['', ''], language),
          })),
          unit: 'short',
          width: 12,
          stacked: true,
          overrides: coloured(
            Object.fromEntries(
              bandColors.map((color, level) => [say(bandNames[level] ?? ['', ''], language), color]),
            ),
          ),
        }),
        graph({
          title: ['Exclusions in force', '生效中的免责事项'],
          help: [
            'Approved exclusions that cover this instant, by kind: the outages that they cover do not count. Normal: 0, or the maintenance that was announced. One that should have ended: correct it in the ledger.',
            '当前生效的已批准免责事项，按类别：其覆盖的中断不计入。正常为 0，或为已公告的维护。应已结束而仍生效的，在台账中更正。',
          ],
          queries: [{ expr: 'max by (kind) (pop_sla_exclusions_active)', legend: '{{kind}}' }],
          unit: 'short',
          decimals: 0,
          width: 12,
        }),
      ],
    },
  ],
};

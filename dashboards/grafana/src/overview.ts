import { bandColors, bandMappings, bandSteps, nearlyAllIsGood, noneIsGood } from './bands.js';
import { uidOf, type DashboardSpec } from './dashboard.js';
import { graph, map, stat, table } from './panels.js';

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
  description: ['Which path, which band, what is down.', '哪条路径、哪个等级、什么中断。'],
  from: 'now-24h',
  choices: [],
  rows: [
    {
      title: ['Now', '当前'],
      panels: () => [
        ...(
          [
            ['normal', '正常'],
            ['decline', '性能下降'],
            ['degraded', '性能劣化'],
            ['severe', '性能严重劣化'],
          ] as const
        ).map((words, level) =>
          stat({
            title: [`Paths: ${words[0]}`, `路径：${words[1]}`],
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
            'Ports with an outage that lasts, as the daemon sees it that sees most: a hub counts by quorum.',
            '取看到最多的守护进程：中心按法定数计。',
          ],
          queries: [{ expr: 'max(pop_sla_outages_open)' }],
          unit: 'short',
          width: 3,
          steps: noneIsGood,
        }),
        stat({
          title: ['Ports down (majority)', '中断端口（多数）'],
          queries: [{ expr: 'count(port:pop_sla_down:ratio > 0.5) or vector(0)' }],
          unit: 'short',
          width: 3,
          steps: noneIsGood,
        }),
        stat({
          title: ['Observers cut off', '失联的观测点'],
          queries: [{ expr: 'sum(pop_sla_observer_isolated)' }],
          unit: 'short',
          width: 3,
          steps: noneIsGood,
        }),
        stat({
          title: ['Least coverage, 24 h', '最低覆盖率，24 小时'],
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
          title: ['Source × destination, band of the latest round', '源 × 目的，最近一轮的等级'],
          help: [
            'The worse of latency and loss. An empty field has no round.',
            '取时延与丢包中较差者。空格表示无测量。',
          ],
          queries: [{ expr: ends('max by (path) (path:pop_sla_band:level{window="round"})') }],
          width: 24,
          height: 12,
          steps: bandSteps,
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
          queries: [{ expr: 'topk(10, max by (path) (pop_sla_latency_excess_ratio{window="round"}))' }],
          unit: 'percentunit',
          width: 8,
          links: [
            { title: ['Path', '路径'], url: `/d/${uidOf('path', language)}?var-path=\${__data.fields.path}` },
          ],
        }),
        table({
          title: ['Worst paths: loss', '最差路径：丢包'],
          queries: [{ expr: 'topk(10, max by (path) (pop_sla_loss_ratio{window="round"}))' }],
          unit: 'percentunit',
          width: 8,
          links: [
            { title: ['Path', '路径'], url: `/d/${uidOf('path', language)}?var-path=\${__data.fields.path}` },
          ],
        }),
        table({
          title: ['Ports by who says that they are down', '端口：认为其中断的观测点比例'],
          queries: [{ expr: 'topk(10, port:pop_sla_down:ratio)' }],
          unit: 'percentunit',
          width: 8,
          steps: [
            { color: 'green', value: null },
            { color: 'red', value: 0.5 },
          ],
          links: [
            { title: ['PoP', 'PoP'], url: `/d/${uidOf('pop', language)}?var-pop=\${__data.fields.port}` },
          ],
        }),
        map({
          title: ['PoPs by what most observers say of their ports', 'PoP：多数观测点对其端口的判断'],
          help: [
            'Green: up, red: down. PoPs without coordinates in the configuration are not on the map.',
            '绿色：正常，红色：中断。配置中没有坐标的 PoP 不在图上。',
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
            'What Prometheus fires by the shipped rules, before Alertmanager groups and inhibits.',
            '按随附规则触发的告警，未经 Alertmanager 分组与抑制。',
          ],
          queries: [
            {
              expr: 'max by (alertname, severity, cause, pop, path, service, instance) (ALERTS{alertstate="firing",alertname=~"PopSla.*"}) or max by (cause) (label_replace(0 * count(pop_sla_build_info), "cause", "none", "", ""))',
            },
          ],
          width: 12,
          height: 12,
        }),
        graph({
          title: ['Paths by band', '各等级的路径数'],
          queries: [0, 1, 2, 3].map((level) => ({
            expr: `count(${bandAt(level)}) or vector(0)`,
            legend: ['0', '1', '2', '3'][level] ?? '',
          })),
          unit: 'short',
          width: 12,
          stacked: true,
          overrides: Object.fromEntries(
            bandColors.map((color, level) => [
              `^${level}$`,
              [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }],
            ]),
          ),
        }),
        graph({
          title: ['Exclusions that are on', '生效中的除外事项'],
          queries: [{ expr: 'max by (kind) (pop_sla_exclusions_active)', legend: '{{kind}}' }],
          unit: 'short',
          width: 12,
        }),
      ],
    },
  ],
};

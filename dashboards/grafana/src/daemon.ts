import { noneIsGood, yesOrNo } from './bands.js';
import type { DashboardSpec } from './dashboard.js';
import { coloured, graph, stat } from './panels.js';

const of = (metric: string, more = ''): string => `${metric}{${more}}`;

export const daemon: DashboardSpec = {
  id: 'daemon',
  title: ['pop-sla: the daemon itself', 'pop-sla：守护进程'],
  description: [
    'The health of one daemon, apart from the network’s.',
    '单个守护进程自身的健康，与网络无关。',
  ],
  from: 'now-6h',
  choices: [
    {
      name: 'instance',
      label: ['Instance', '守护进程'],
      values: 'label_values(pop_sla_build_info{job=~"$job"}, instance)',
    },
  ],
  rows: [
    {
      title: ['Now', '当前'],
      panels: (language) => [
        stat({
          title: ['Version', '版本'],
          help: [
            'The version that runs, and that of Node.js under it. Normal: the same on all daemons of a mesh. One that is still different after an upgrade was forgotten.',
            '运行中的版本及其 Node.js 版本。正常在整个网格中一致；升级期间可以不同，升级后仍不同者需补升级。',
          ],
          queries: [{ expr: of('pop_sla_build_info'), legend: '{{version}}, Node {{node}}' }],
          unit: 'none',
          show: 'name',
          width: 4,
        }),
        stat({
          title: ['Own part of RTTs, p99', '本机在 RTT 中的份额，p99'],
          help: [
            'Round-trip time to this machine itself at the latest calibration: what the observer adds to each RTT at most. Normal: below 0.2 ms. More: give the daemon a processor that is not shared. No value: the probe kind pings no loopback, or was not calibrated yet.',
            '最近一次校准中到本机自身的往返时延：观测点给每个 RTT 至多增加多少。正常低于 0.2 毫秒。更大时为守护进程安排不共享的处理器。无值：该探测方式不测回环，或尚未校准。',
          ],
          queries: [{ expr: of('pop_sla_daemon_self_rtt_seconds', 'percentile="99"') }],
          unit: 's',
          width: 4,
        }),
        stat({
          title: ['Store writable', '存储可写'],
          help: [
            'Whether the store takes what is measured. Normal: yes. No: rounds wait in memory and are lost when that is full. Look at disk space, then at the log.',
            '存储是否可写入测量结果。正常为“是”。“否”：轮次在内存中等待，内存满后丢失。先看磁盘空间，再看日志。',
          ],
          queries: [{ expr: of('pop_sla_daemon_store_writable') }],
          width: 4,
          mappings: yesOrNo(language),
        }),
        stat({
          title: ['Rounds to be stored', '等待写入的轮次'],
          help: [
            'Rounds in memory that the store refused and that are tried again. Normal: 0. Growing: the disk is slow or full; they become missing slots when the daemon stops.',
            '存储拒绝后在内存中等待重试的轮次。正常为 0。持续增长：磁盘过慢或已满；守护进程停止时它们成为缺失时隙。',
          ],
          queries: [{ expr: of('pop_sla_daemon_store_queued_rounds') }],
          unit: 'short',
          width: 4,
          steps: noneIsGood,
        }),
        stat({
          title: ['Since last judgement', '上次判定距今'],
          help: [
            'How long ago the month to date was judged. Normal: below two minutes. Longer: the figures of services and bands on the other dashboards are as old as this; see how long a judgement takes below.',
            '本月至今上次判定距今的时间。正常少于两分钟。更长：其他仪表板上业务与性能等级的数字同样陈旧；见下方判定耗时。',
          ],
          queries: [{ expr: `time() - ${of('pop_sla_daemon_standing_timestamp_seconds')}` }],
          unit: 's',
          width: 4,
        }),
        stat({
          title: ['Configuration taken', '配置已生效'],
          help: [
            'Whether the latest reading of the configuration was taken. Normal: yes. No: the one before is in force, and the log says file, line and column; `pop-sla config check` says the same.',
            '最近一次读取的配置是否生效。正常为“是”。“否”：仍用之前的配置，日志写明文件、行与列；`pop-sla config check` 给出同样结果。',
          ],
          queries: [{ expr: of('pop_sla_daemon_config_last_reload_successful') }],
          width: 4,
          mappings: yesOrNo(language),
        }),
      ],
    },
    {
      title: ['Measuring', '测量'],
      panels: () => [
        graph({
          title: ['Rounds by status, per hour', '各状态轮次，每小时'],
          help: [
            'Rounds stored in an hour by status; only ok ones count for a month. Normal: all ok, two an hour and path. invalid: the observer was cut off; overrun and partial: it was too busy or could not send.',
            '每小时入库轮次按状态分；只有 ok 计入月度。正常全部为 ok，每路径每小时两轮。invalid：观测点失联；overrun 与 partial：过忙或无法发送。',
          ],
          queries: [
            { expr: `sum by (status) (increase(${of('pop_sla_rounds_total')}[1h]))`, legend: '{{status}}' },
          ],
          overrides: coloured({
            ok: 'green',
            unscheduled: 'blue',
            partial: 'yellow',
            'degraded-observer': 'yellow',
            overrun: 'orange',
            aborted: 'orange',
            invalid: 'red',
            failed: 'red',
          }),
          unit: 'short',
          width: 8,
          stacked: true,
        }),
        graph({
          title: ['Missing slots by reason, per hour', '缺失时隙，每小时'],
          help: [
            'Slots that were due and have no round. Normal: 0. stopped is a restart; any other reason names what to repair, and the coverage of the paths falls by it.',
            '应测而没有轮次的时隙。正常为 0。stopped 是重启；其他原因指明需修复之处，路径的覆盖率随之下降。',
          ],
          queries: [
            {
              expr: `sum by (reason) (increase(${of('pop_sla_missed_slots_total')}[1h]))`,
              legend: '{{reason}}',
            },
          ],
          unit: 'short',
          width: 8,
          stacked: true,
        }),
        graph({
          title: ['Lateness: sending and scheduling, p99', '发送与调度滞后，p99'],
          help: [
            'How late the latest packet of a round left, and how late the scheduler woke up. Normal: below 5 ms and 25 ms. More: the machine is too busy for what it measures; fewer paths or more processor.',
            '每轮最迟的数据包晚发多少，调度器晚醒多少。正常低于 5 毫秒与 25 毫秒。更大：机器过忙；减少路径或增加处理器。',
          ],
          queries: [
            {
              expr: `histogram_quantile(0.99, sum by (le) (rate(${of('pop_sla_daemon_send_lag_seconds_bucket')}[$__rate_interval]))) >= 0`,
              legend: 'send',
            },
            {
              expr: `histogram_quantile(0.99, sum by (le) (rate(${of('pop_sla_daemon_scheduler_lag_seconds_bucket')}[$__rate_interval]))) >= 0`,
              legend: 'scheduler',
            },
          ],
          unit: 's',
          width: 8,
        }),
        graph({
          title: ['RTT of all packets', '全部数据包 RTT'],
          help: [
            'Round-trip times of all packets of this daemon, half of them below p50. Normal: level. The lines are read from buckets and are coarse: exact figures of a path are on its dashboard.',
            '本守护进程全部数据包的往返时延，一半低于 p50。正常平稳。数值由分桶推算，较粗：路径的准确数字见路径仪表板。',
          ],
          queries: [0.5, 0.95, 0.99].map((quantile) => ({
            expr: `histogram_quantile(${quantile}, sum by (le) (rate(${of('pop_sla_rtt_seconds_bucket')}[$__rate_interval]))) >= 0`,
            legend: `p${quantile * 100}`,
          })),
          unit: 's',
          width: 8,
        }),
        graph({
          title: ['Unobserved share of the time', '未观测时间占比'],
          help: [
            'Share of the time in which ports were unobserved, of the port that was so most, by reason. Normal: 0. It counts as available, and lowers the bound of the availability: isolated is the uplink, stopped a restart.',
            '端口未观测的时间比例，取最多的端口，按原因。正常为 0。未观测计为可用，但拉低可用率下限：isolated 是上联，stopped 是重启。',
          ],
          queries: [
            {
              expr: `max by (reason) (rate(${of('pop_sla_observer_unobserved_seconds_total')}[$__rate_interval]))`,
              legend: '{{reason}}',
            },
          ],
          unit: 'percentunit',
          width: 8,
        }),
        graph({
          title: ['Clock: synchronised, steps per hour, seconds off', '时钟：同步、每小时跳变、偏差秒数'],
          help: [
            'Whether a time service keeps the clock, steps that were noticed in an hour, and how far it was set. Normal: 1, 0 and 0; −1: unknown here. A step: check the time service, one-way edges of outages rest on it.',
            '时钟是否与时间源同步、每小时跳变次数、被调整的秒数。正常为 1、0、0；−1：此处未知。出现跳变：检查时间源，中断的起止时间以它为准。',
          ],
          queries: [
            {
              expr: `max(${of('pop_sla_daemon_clock_synchronised')}) or vector(-1)`,
              legend: 'synchronised (−1: unknown)',
            },
            { expr: `increase(${of('pop_sla_daemon_clock_steps_total')}[1h])`, legend: 'steps' },
            { expr: of('pop_sla_daemon_clock_deviation_seconds'), legend: 'seconds off' },
          ],
          unit: 'short',
          width: 8,
        }),
      ],
    },
    {
      title: ['Process', '进程'],
      panels: () => [
        graph({
          title: ['Event loop lag', '事件循环滞后'],
          help: [
            'How long the process was busy before it could turn to the next thing. Normal: p99 below 50 ms. More for long: a large report or a slow disk; packets are stamped by the kernel and do not suffer.',
            '进程忙碌到能处理下一件事的时间。正常 p99 低于 50 毫秒。长时间更高：大型导出或慢磁盘；数据包由内核打时间戳，不受影响。',
          ],
          queries: [
            { expr: of('pop_sla_daemon_nodejs_eventloop_lag_p50_seconds'), legend: 'p50' },
            { expr: of('pop_sla_daemon_nodejs_eventloop_lag_p99_seconds'), legend: 'p99' },
          ],
          unit: 's',
          width: 8,
        }),
        graph({
          title: ['Memory', '内存'],
          help: [
            'Memory of the process, and what of it is in use by the program. Normal: level after the first hours. A steady rise over days is a leak: report it with the version.',
            '进程内存，以及其中程序使用的部分。正常在最初几小时后平稳。多日持续上升是泄漏：连同版本一并反馈。',
          ],
          queries: [
            { expr: of('pop_sla_daemon_process_resident_memory_bytes'), legend: 'resident' },
            { expr: of('pop_sla_daemon_nodejs_heap_size_used_bytes'), legend: 'heap' },
          ],
          unit: 'bytes',
          min: 0,
          width: 8,
        }),
        graph({
          title: ['CPU', 'CPU'],
          help: [
            'Processor time per second; 100 % is one core. Normal: peaks with the rounds, below 50 % between them. At 100 %: lateness above tells whether measuring suffers.',
            '每秒处理器时间；100 % 为一个核。正常随轮次出现峰值，其间低于 50 %。达到 100 % 时，由上方的滞后判断测量是否受影响。',
          ],
          queries: [
            {
              expr: `rate(${of('pop_sla_daemon_process_cpu_seconds_total')}[$__rate_interval])`,
              legend: 'cores',
            },
          ],
          unit: 'percentunit',
          min: 0,
          width: 8,
        }),
        graph({
          title: ['Database', '数据库'],
          help: [
            'Size of the database. Normal: a steady slow rise, a fall after old packets are removed. Too steep: more paths than were planned, or packets are stored for longer than is needed: shorten it in the configuration.',
            '数据库大小。正常缓慢上升，清除旧数据包后下降。上升过快：路径过多，或旧数据包保存期过长，可在配置中缩短。',
          ],
          queries: [{ expr: of('pop_sla_daemon_store_size_bytes'), legend: 'size' }],
          unit: 'bytes',
          min: 0,
          width: 8,
        }),
        graph({
          title: ['Disk', '磁盘'],
          help: [
            'Free room and size of the disk that the database is on. Normal: over 10 % free. Less: an alert comes; shorten how long packets are stored, or enlarge the disk.',
            '数据库所在磁盘的剩余空间与容量。正常剩余超过 10 %。更少时会告警；缩短数据包保存期，或扩大磁盘。',
          ],
          queries: [
            { expr: of('pop_sla_daemon_disk_free_bytes'), legend: 'free' },
            { expr: of('pop_sla_daemon_disk_size_bytes'), legend: 'size' },
          ],
          unit: 'bytes',
          min: 0,
          width: 8,
        }),
        graph({
          title: ['Duration of a judgement of the month', '月度判定耗时'],
          help: [
            'Time that the latest judgement of the month to date took, beside the measurement. Normal: below 10 s. Near 60 s the figures lag: fewer services for a daemon, or a faster disk.',
            '最近一次本月至今判定的耗时，与测量并行。正常低于 10 秒。接近 60 秒时数字滞后：减少每进程业务数，或换更快的磁盘。',
          ],
          queries: [{ expr: of('pop_sla_daemon_standing_duration_seconds'), legend: 'seconds' }],
          unit: 's',
          min: 0,
          width: 8,
        }),
      ],
    },
  ],
};

'use strict';

// Puts a chart that answers to the pointer in the place of the one that was drawn on the server. Its rounds come from
// the API. What was not measured is a gap.
(() => {
  const place = document.querySelector('.chart[data-path]');
  if (!place || typeof uPlot === 'undefined') return;
  const { path, zone } = place.dataset;
  const [from, to, every] = [place.dataset.from, place.dataset.to, place.dataset.every].map(Number);
  const words = JSON.parse(place.dataset.words);
  const happenings = JSON.parse(place.dataset.happenings);
  const commitment = place.dataset.commitment === '' ? null : Number(place.dataset.commitment) / 1000;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  const iso = (at) => new Date(at).toISOString();
  async function allRounds() {
    const rounds = [];
    let cursor = null;
    do {
      const query = new URLSearchParams({ path, from: iso(from), to: iso(to), limit: '1000' });
      if (cursor) query.set('cursor', cursor);
      const answer = await fetch(`/api/v1/rounds?${query}`, { headers: { accept: 'application/json' } });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const page = await answer.json();
      rounds.push(...page.rounds);
      cursor = page.nextCursor;
    } while (cursor);
    return rounds;
  }

  const mean = (values) => (values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length);
  const ms = (us) => (us === null ? null : us / 1000);

  function columns(rounds) {
    const found = new Map(rounds.map((round) => [Date.parse(round.slot), round]));
    const bytes = [...new Set(rounds.flatMap(({ sizes }) => sizes.map((size) => size.bytes)))].sort(
      (a, b) => a - b,
    );
    const slots = [];
    for (let at = Math.ceil(from / every) * every; at < to; at += every) slots.push(at);
    const sizesOf = (at) => {
      const round = found.get(at);
      return round && round.status === 'ok' ? round.sizes.filter(({ sent }) => sent > 0) : [];
    };
    const rows = slots.map(sizesOf);
    return {
      bytes,
      data: [
        slots.map((at) => (at + every / 2) / 1000),
        rows.map((sizes) =>
          ms(mean(sizes.flatMap(({ rttMeanUs }) => (rttMeanUs === null ? [] : [rttMeanUs])))),
        ),
        ...bytes.map((one) =>
          rows.map((sizes) => ms(sizes.find((size) => size.bytes === one)?.rttMeanUs ?? null)),
        ),
        slots.map(() => commitment),
        rows.map((sizes) => mean(sizes.map(({ sent, lost }) => (100 * lost) / sent))),
      ],
    };
  }

  /** The slots that nobody measured. */
  let missing = [];

  /** What happened, and what was not measured, behind the lines. */
  function shade(plot) {
    const { ctx, bbox } = plot;
    const band = (start, end, fill, stroke) => {
      const left = Math.max(bbox.left, plot.valToPos(start / 1000, 'x', true));
      const right = Math.min(bbox.left + bbox.width, plot.valToPos(end / 1000, 'x', true));
      if (right < left) return;
      ctx.save();
      ctx.fillStyle = fill;
      ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
      if (stroke) {
        ctx.strokeStyle = stroke;
        ctx.strokeRect(left, bbox.top, Math.max(2, right - left), bbox.height);
      }
      ctx.restore();
    };
    for (const at of missing) band(at, at + every, colour('none-soft'));
    for (const one of happenings) {
      const outage = one.what === 'outage';
      band(
        one.from,
        one.to ?? to,
        colour(outage ? 'worst-soft' : 'accent-soft'),
        colour(outage ? 'worst' : 'accent'),
      );
    }
  }

  const { lang } = document.documentElement;
  const clock = new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, {
    timeZone: zone,
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });

  function draw({ bytes, data }) {
    const [times, means] = data;
    // The slot that is being measured is not missing yet.
    missing = times
      .map((at) => at * 1000 - every / 2)
      .filter((at, n) => means[n] === null && data.at(-1)[n] === null && at + every < to);
    // Asked for whenever it is drawn: paper is light, and a screen may change.
    const ink = () => colour('muted');
    const grid = { stroke: () => colour('line'), width: 1 };
    const axis = { stroke: ink, grid, ticks: grid, font: '12px system-ui, sans-serif' };
    // Without a pointer over the chart there is nothing to say.
    const value = (unit, places) => (_plot, one, _series, slot) => {
      if (slot === null || slot === undefined) return '';
      return one === null || one === undefined ? words.notMeasured : `${one.toFixed(places)} ${unit}`;
    };
    const sizeColours = ['good', 'warn', 'bad'];
    const width = () => Math.max(280, place.clientWidth);
    // Two plots on one axis of time: what was lost stands below, and hides nothing of the latency.
    const sync = uPlot.sync('path');
    // Both say their figures below the plots, the time of the pointer once.
    const legends = document.createElement('div');
    legends.className = 'chart-legends';
    const plot = (height, bottom, label, series) => ({
      width: width(),
      height,
      // What the last tick is called stands half beside the plot.
      padding: [8, 48, 0, 0],
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), zone),
      legend: { mount: (_plot, table) => legends.append(table) },
      cursor: { drag: { x: true, y: false }, sync: { key: sync.key } },
      scales: {
        x: { range: () => [from / 1000, to / 1000] },
        ...(label === '%' && { y: { range: lossRange } }),
      },
      axes: [
        {
          ...axis,
          space: 110,
          size: bottom ? 40 : 6,
          values: (_plot, ticks) => ticks.map((at) => (bottom ? clock.format(new Date(at * 1000)) : '')),
        },
        {
          ...axis,
          size: 70,
          space: bottom ? 22 : 30,
          values: (_plot, ticks) => ticks.map((one) => (label === '%' ? `${one}%` : `${one} ${label}`)),
        },
      ],
      series: [
        {
          label: words.time,
          value: (_plot, at) => (at === null ? '' : clock.format(new Date(at * 1000 - every / 2))),
        },
        ...series,
      ],
      hooks: { drawClear: [shade] },
    });
    const latency = plot(250, false, words.ms, [
      {
        label: words.mean,
        stroke: () => colour('accent'),
        width: 2,
        spanGaps: false,
        value: value(words.ms, 3),
      },
      ...bytes.map((one, n) => ({
        label: words.bytes.replace('#', one),
        stroke: () => colour(sizeColours[n % sizeColours.length]),
        width: 1,
        show: false,
        spanGaps: false,
        value: value(words.ms, 3),
      })),
      {
        label: words.commitment,
        stroke: ink,
        dash: [6, 4],
        width: 1.2,
        show: commitment !== null,
        points: { show: false },
        value: value(words.ms, 3),
      },
    ]);
    const loss = plot(130, true, '%', [
      {
        label: words.loss,
        stroke: () => colour('worst'),
        fill: () => colour('worst'),
        width: 0,
        points: { show: false },
        paths: uPlot.paths.bars({ size: [0.8, 40] }),
        value: value('%', 4),
      },
    ]);
    const drawn = place.querySelector('.drawn');
    const holder = document.createElement('div');
    holder.setAttribute('role', 'img');
    holder.setAttribute('aria-label', drawn.getAttribute('aria-label'));
    drawn.replaceWith(holder);
    const plots = [
      [new uPlot(latency, data.slice(0, -1), holder), 250],
      [new uPlot(loss, [data[0], data.at(-1)], holder), 130],
    ];
    holder.after(legends);
    place.classList.add('is-scripted');
    for (const [one] of plots) sync.sub(one);
    for (const media of ['print', '(prefers-color-scheme: dark)'])
      matchMedia(media).addEventListener('change', () => {
        for (const [one] of plots) one.redraw(false);
      });
    new ResizeObserver(() => {
      for (const [one, height] of plots) one.setSize({ width: width(), height });
    }).observe(place);
  }

  /** A round figure over the most that was lost; of a hundred packets no more than all can be. */
  function lossRange(_plot, _low, high) {
    return [0, [1, 2, 5, 10, 20, 50].find((most) => most >= (high || 0)) ?? 100];
  }

  // What was drawn on the server stays where the API does not answer.
  allRounds()
    .then((rounds) => draw(columns(rounds)))
    .catch(() => undefined);
})();

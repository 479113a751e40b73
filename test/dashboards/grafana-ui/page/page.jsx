/** Draws the panels of a dashboard with Grafana's own components; `draw` is what the test calls. */
import { dateTime, getFieldDisplayValues, ThemeContext } from '@grafana/data';
import { BigValue, GlobalStyles, PanelChrome, PortalContainer, TimeSeries, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { createRoot } from 'react-dom/client';
import { factsOf, framesOf, theme } from './pipeline.js';

const cell = { width: 1600 / 24, height: 36 };

function Stats({ panel, frames, width, height }) {
  const { reduceOptions, textMode, colorMode, graphMode, justifyMode } = panel.options;
  const values = getFieldDisplayValues({
    data: frames,
    fieldConfig: panel.fieldConfig ?? { defaults: {}, overrides: [] },
    reduceOptions,
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
  });
  return (
    <VizRepeater
      getValues={() => values}
      getAlignmentFactors={() => ({ title: '', text: '' })}
      renderValue={({ value, width: own, height: tall, count }) => (
        <BigValue
          value={value.display}
          count={count}
          width={own}
          height={tall}
          theme={theme}
          textMode={textMode}
          colorMode={colorMode}
          graphMode={graphMode}
          justifyMode={justifyMode}
        />
      )}
      source={frames}
      renderCounter={0}
      width={width}
      height={height}
      orientation={panel.options.orientation}
    />
  );
}

function Lines({ panel, frames, width, height, range }) {
  const timeRange = { from: dateTime(range.from), to: dateTime(range.to), raw: { from: '', to: '' } };
  return (
    <TimeSeries
      frames={frames}
      structureRev={1}
      timeRange={timeRange}
      timeZone="utc"
      width={width}
      height={height}
      legend={panel.options?.legend ?? { showLegend: false }}
      options={panel.options}
    />
  );
}

/** Kinds that the libraries have no component for are shown by what they compute: the text and colour of each value. */
function Computed({ frames }) {
  return (
    <ol style={{ margin: 0, fontSize: 12, columns: 2, overflow: 'hidden' }}>
      {factsOf(frames).map(({ name, texts, count }, index) => (
        <li key={index}>
          <b>{name}</b>: {texts.slice(0, 8).join(', ')} ({count})
        </li>
      ))}
    </ol>
  );
}

function Content({ panel, frames, width, height, range }) {
  const of = { panel, frames, width, height, range };
  if (frames.length === 0 || frames.every(({ length }) => length === 0))
    return panel.type === 'stat' ? <Stats {...of} /> : <div className="no-data">No data</div>;
  if (panel.type === 'stat') return <Stats {...of} />;
  if (panel.type === 'timeseries') return <Lines {...of} />;
  if (panel.type === 'table')
    return (
      <TableNG
        data={frames[0]}
        width={width}
        height={height}
        timeRange={{ from: dateTime(range.from), to: dateTime(range.to) }}
        structureRev={1}
        initialSortBy={panel.options?.sortBy}
        enableVirtualization={false}
        getActions={() => []}
        replaceVariables={(text) => text}
        disableSanitizeHtml={false}
      />
    );
  return <Computed {...of} />;
}

function Board({ panels }) {
  const bottom = Math.max(...panels.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h));
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <PortalContainer />
      <div id="board" style={{ position: 'relative', width: 24 * cell.width, height: bottom * cell.height }}>
        {panels.map(({ panel, frames, range }) => {
          const { x, y, w, h } = panel.gridPos;
          const [width, height] = [w * cell.width - 8, h * cell.height - 8];
          const place = { position: 'absolute', left: x * cell.width, top: y * cell.height, width, height };
          if (panel.type === 'row')
            return (
              <h3 key={panel.id} style={{ ...place, margin: 4 }}>
                {panel.title}
              </h3>
            );
          return (
            <div key={panel.id} id={`panel-${panel.id}`} style={place}>
              <PanelChrome width={width} height={height} title={panel.title} description={panel.description}>
                {(innerWidth, innerHeight) => (
                  <Content
                    panel={panel}
                    frames={frames}
                    width={innerWidth}
                    height={innerHeight}
                    range={range}
                  />
                )}
              </PanelChrome>
            </div>
          );
        })}
      </div>
    </ThemeContext.Provider>
  );
}

let root = null;

/** Draws the panels and gives what they say, by the panel's id. */
window.draw = async (asked) => {
  const panels = [];
  for (const { panel, answers, range } of asked)
    panels.push({ panel, range, frames: panel.type === 'row' ? [] : await framesOf(panel, answers, range) });
  root ??= createRoot(document.getElementById('root'));
  root.render(<Board panels={panels} />);
  await new Promise((resolve) => setTimeout(resolve, 500));
  return panels.map(({ panel, frames }) => ({ id: panel.id, facts: factsOf(frames) }));
};

/** What of an element lies outside a box that cuts or scrolls, or outside its panel: then a reader doesn't see it. */
const isOutside = (one) => {
  const own = one.getBoundingClientRect();
  if (own.height === 0) return false;
  for (let box = one.parentElement; box !== null && box.id !== 'board'; box = box.parentElement) {
    const isPanel = box.id.startsWith('panel-');
    const { overflowX, overflowY } = getComputedStyle(box);
    const around = box.getBoundingClientRect();
    const cutsY = isPanel || overflowY !== 'visible';
    const cutsX = isPanel || overflowX !== 'visible';
    if (cutsY && (own.bottom > around.bottom + 1 || own.top < around.top - 1)) return true;
    if (cutsX && (own.right > around.right + 1 || own.left < around.left - 1)) return true;
    if (isPanel) return false;
  }
  return false;
};

/** Titles, heads of columns and legends of which a part is not seen, in width or in height. */
window.cutTexts = () => {
  const isCut = (one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1;
  const all = (selector) => [...document.querySelectorAll(`#board ${selector}`)];
  const cut = [...all('h2'), ...all('[role=columnheader] *'), ...all('li *')].filter(isCut);
  // Rows of a table scroll by design; its heads and the legends of lines don't.
  const legends = all('[data-testid^="data-testid VizLegend series"]');
  const outside = [...all('h2'), ...all('[role=columnheader]'), ...legends].filter(isOutside);
  const place = (one) => one.closest('[id^=panel-]')?.querySelector('h2')?.textContent ?? '';
  return [...new Set([...cut, ...outside].map((one) => `${place(one)}: ${one.textContent}`))];
};

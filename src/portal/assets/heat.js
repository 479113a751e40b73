'use strict';

// The heat map without this is a table of links. With it: arrow keys go from cell to cell, one stop for the tab key,
// and what a cell says stands above the map.
(() => {
  const links = () => [...document.querySelectorAll('.heat td a')];
  const said = () => document.getElementById('heat-said');
  let at = null;
  const one = (link) => {
    for (const other of document.querySelectorAll('.heat td a[tabindex="0"]')) other.tabIndex = -1;
    link.tabIndex = 0;
    at = link.getAttribute('href');
  };
  const rove = () => {
    const all = links();
    for (const link of all) link.tabIndex = -1;
    const again = all.find((link) => link.getAttribute('href') === at) ?? all[0];
    if (again) again.tabIndex = 0;
  };
  const say = (link) => {
    const place = said();
    if (place) place.textContent = link.getAttribute('aria-label');
  };
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const cellAt = (row, column) =>
    document.querySelector('.heat tbody')?.rows[row]?.cells[column]?.querySelector('a');

  document.addEventListener('keydown', (event) => {
    const link = event.target.closest?.('.heat td a');
    const step = steps[event.key];
    if (!link || !step) return;
    event.preventDefault();
    const cell = link.parentElement;
    let [row, column] = [cell.parentElement.sectionRowIndex, cell.cellIndex];
    const body = cell.closest('tbody');
    // Past the cells that are no path.
    for (;;) {
      row += step[0];
      column += step[1];
      if (row < 0 || column < 1 || row >= body.rows.length || column >= body.rows[row].cells.length) return;
      const next = cellAt(row, column);
      if (!next) continue;
      one(next);
      next.focus();
      return;
    }
  });
  for (const event of ['focusin', 'mouseover'])
    document.addEventListener(event, ({ target }) => {
      const link = target.closest?.('.heat td a');
      if (!link) return;
      say(link);
      if (event === 'focusin') one(link);
    });
  // Thousands of links are touched: once the map is drawn, and nothing else is to do.
  const idle = window.requestIdleCallback ?? ((done) => setTimeout(done, 200));
  const soon = () => idle(rove, { timeout: 1000 });
  document.addEventListener('htmx:afterSwap', soon);
  soon();
})();

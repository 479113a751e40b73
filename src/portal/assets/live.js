'use strict';

// Parts of a page that ask for themselves every minute do so at once when the network changed. What somebody folded out
// stays so.
(() => {
  const parts = () => [...document.querySelectorAll('[hx-get][data-live]')];
  let stream = null;
  const refresh = () => {
    for (const part of parts())
      window.htmx?.ajax('GET', part.getAttribute('hx-get'), {
        target: part,
        select: `#${part.id}`,
        swap: 'outerHTML',
        headers: { 'x-pop-sla-refresh': 'yes' },
      });
  };
  // A browser has few connections to one server: a page that nobody sees gives its own back.
  const follow = () => {
    if (document.hidden) {
      stream?.close();
      stream = null;
    } else if (stream === null && parts().length > 0) {
      stream = new EventSource('/mesh/changes');
      stream.onmessage = refresh;
    }
  };
  let open = [];
  let focused = null;
  /** How to find what has the focus again in the part that takes the place of this one. */
  const nameOf = (element) => {
    if (!element?.closest('[data-live]')) return null;
    const href = element.getAttribute('href');
    if (href !== null) return `[data-live] a[href="${CSS.escape(href)}"]`;
    const { id } = element.closest('[id]') ?? {};
    return element.localName === 'summary' && id ? `#${CSS.escape(id)} > summary` : null;
  };
  document.addEventListener('htmx:beforeSwap', () => {
    focused = nameOf(document.activeElement);
    open = [...document.querySelectorAll('details[id][open]')].map(({ id }) => id);
  });
  document.addEventListener('htmx:afterSettle', () => {
    for (const id of open) {
      const details = document.getElementById(id);
      if (details) details.open = true;
    }
    if (focused && document.activeElement === document.body)
      document.querySelector(focused)?.focus({ preventScroll: true });
  });
  // A link may lead to one that is folded in.
  const unfold = () => {
    let name = location.hash.slice(1);
    try {
      name = decodeURIComponent(name);
    } catch {
      // It is no escaped text: it is the name as it stands.
    }
    const target = document.getElementById(name);
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && stream === null) refresh();
    follow();
  });
  addEventListener('hashchange', unfold);
  addEventListener('pagehide', () => stream?.close());
  unfold();
  follow();
})();

'use strict';

// The wall asks for itself anew, and keeps what it has when nobody answers: then it says how old that is.
(() => {
  const everyMs = 15_000;
  const oldMs = 45_000;
  /** By the clock of this screen: the server's may be another. */
  let shownAt = Date.now();
  let fault = null;
  let asking = false;

  const tell = () => {
    const wall = document.getElementById('wall');
    const place = document.getElementById('wall-old');
    if (!wall || !place) return;
    const age = Date.now() - shownAt;
    const isOld = age > oldMs || fault !== null;
    const seconds = Math.floor(age / 1000);
    const text =
      seconds < 120
        ? `${seconds} s`
        : seconds < 7200
          ? `${Math.floor(seconds / 60)} min`
          : `${Math.floor(seconds / 3600)} h`;
    const said = isOld
      ? [
          wall.dataset.old.replace('{age}', text),
          fault === 'out' ? wall.dataset.out : wall.dataset.away,
        ].join(' ')
      : '';
    if (place.textContent !== said) place.textContent = said;
    place.hidden = !isOld;
    document.body.classList.toggle('is-old', isOld);
  };

  let stream = null;
  // A stream that was refused stays closed: it is opened anew when the page is answered.
  const follow = () => {
    if (stream !== null && stream.readyState !== EventSource.CLOSED) return;
    stream = new EventSource('/mesh/changes');
    stream.onmessage = ask;
  };

  const ask = async () => {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch('/wall', {
        headers: { accept: 'text/html', 'x-pop-sla-refresh': 'yes' },
        redirect: 'manual',
        cache: 'no-store',
        signal: AbortSignal.timeout(10_000),
      });
      // Whoever has to sign in is sent elsewhere.
      if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) fault = 'out';
      else if (!answer.ok) fault = 'away';
      else {
        const next = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('wall');
        if (next) {
          document.getElementById('wall').replaceWith(document.adoptNode(next));
          shownAt = Date.now();
          fault = null;
          follow();
        }
      }
    } catch {
      fault = 'away';
    } finally {
      asking = false;
      tell();
    }
  };

  setInterval(tell, 1000);
  setInterval(ask, everyMs);
  follow();
  addEventListener('online', ask);
})();

'use strict';

// Every page works without this: it only makes some things handier.

// An open menu closes when something else is meant.
addEventListener('click', ({ target }) => {
  for (const menu of document.querySelectorAll('details.menu[open]'))
    if (!menu.contains(target)) menu.open = false;
});
addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape') return;
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});

// A form that is on its way is not sent twice; one that is answered with a file leaves its page as it is, and may be.
addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post' || 'download' in form.dataset) return;
  if (form.dataset.sent === 'yes') event.preventDefault();
  else form.dataset.sent = 'yes';
});
// One that comes back out of the browser's memory may be sent again.
addEventListener('pageshow', () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// On a narrow screen the navigation scrolls: where one is has to be seen.
document.querySelector('.nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

// Runs inside of the page under test: the checks of WCAG 2.2 that can be made by looking at the document.

/** CSS pixels: target size (minimum), 2.5.8. */
const SMALLEST_TARGET = 24;

declare global {
  var findBarriers: () => readonly string[];
}

function nameOf(element: Element): string {
  const labelled = element.getAttribute('aria-labelledby');
  const byId = labelled?.split(' ').map((id) => document.getElementById(id)?.textContent ?? '');
  const labels =
    element instanceof HTMLInputElement ||
    element instanceof HTMLSelectElement ||
    element instanceof HTMLTextAreaElement
      ? [...(element.labels ?? [])]
      : [];
  const own = labels.length > 0 ? labels.map((label) => label.textContent) : [element.textContent];
  return [element.getAttribute('aria-label'), ...(byId ?? []), ...own].join(' ').trim();
}

function isShown(element: Element): boolean {
  return element.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true });
}

function tell(element: Element): string {
  return element.outerHTML.slice(0, 120).replace(/\s+/g, ' ');
}

const CHECKS: Readonly<Record<string, () => readonly Element[] | boolean>> = {
  'has no name': () =>
    [
      ...document.querySelectorAll('a[href], button, input, select, textarea, summary, [role=img], dialog'),
    ].filter((one) => isShown(one) && nameOf(one) === ''),
  'is too small to hit': () =>
    [
      ...document.querySelectorAll(
        'button, select, input:not([type=radio], [type=checkbox]), summary, nav a',
      ),
    ].filter((one) => {
      const { width, height } = one.getBoundingClientRect();
      return isShown(one) && (width < SMALLEST_TARGET || height < SMALLEST_TARGET);
    }),
  'has an id that is there twice': () =>
    [...document.querySelectorAll('[id]')].filter(
      ({ id }) => document.querySelectorAll(`#${CSS.escape(id)}`).length > 1,
    ),
  'describes itself by what is not there': () =>
    [...document.querySelectorAll('[aria-describedby], [aria-labelledby]')].filter((one) =>
      `${one.getAttribute('aria-describedby') ?? ''} ${one.getAttribute('aria-labelledby') ?? ''}`
        .split(' ')
        .some((id) => id !== '' && document.getElementById(id) === null),
    ),
  'is a heading cell without a scope': () => [...document.querySelectorAll('th:not([scope])')],
  'is a page without one main heading': () => document.querySelectorAll('h1').length !== 1,
  'is a page without one main part': () => document.querySelectorAll('main').length !== 1,
  'is a page without a language': () => document.documentElement.lang === '',
  'is a page without a title': () => document.title === '',
  'makes the page scroll sideways': () => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const beyond = [...document.querySelectorAll('body *')].filter(
      (one) => isShown(one) && one.getBoundingClientRect().right > clientWidth,
    );
    // Those that stick out of their own accord, not around another that does.
    return beyond.filter((one) => !beyond.some((other) => other !== one && one.contains(other)));
  },
  'sticks out of the screen': () =>
    [...document.querySelectorAll('main *')].filter((one) => {
      const box = one.getBoundingClientRect();
      const isWordless = one.closest('.hidden-words, thead, svg') !== null;
      return (
        isShown(one) && !isWordless && box.width > 0 && box.right > document.documentElement.clientWidth + 1
      );
    }),
  'skips a level of headings': () => {
    const levels = [...document.querySelectorAll('h1, h2, h3, h4')]
      .filter(isShown)
      .map(({ tagName }) => Number(tagName[1]));
    return levels.some((level, index) => level - (levels[index - 1] ?? level) > 1);
  },
};

globalThis.findBarriers = () =>
  Object.entries(CHECKS).flatMap(([barrier, find]) => {
    const found = find();
    if (typeof found === 'boolean') return found ? [`the page ${barrier}`] : [];
    return found.map((element) => `${barrier}: ${tell(element)}`);
  });

// A walk with nothing but a keyboard.
const MOST_STEPS = 250;

// What has the focus, told in little; whether it can be seen that it has.
const focused = (page) => page.evaluate(() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  return {
    tag: element.tagName.toLowerCase(),
    text: element.textContent.trim().slice(0, 80),
    href: element.getAttribute('href'),
    in_matrix: element.closest('table.matrix') !== null,
    in_main: element.closest('main') !== null,
    is_visible: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none',
  };
});

async function tab_until(page, wanted, key = 'Tab') {
  for (let step = 0; step < MOST_STEPS; ++step) {
    await page.keyboard.press(key);
    const at = await focused(page);
    if (wanted(at)) {
      return at;
    }
  }
  throw new Error(`${MOST_STEPS} times ${key} lead nowhere`);
}

export async function keyboard(stage) {
  const { page } = await stage.open();
  await page.waitForSelector('article.gate[data-gate="need"]');

  await stage.check('keyboard: the first Tab offers to skip to the content', async (differ) => {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    differ('the focus', at.tag, 'a');
    differ('its words', /skip/i.test(at.text), true);
    differ('whether it shows', at.is_visible, true);
    const box = await page.evaluate(() => document.activeElement.getBoundingClientRect().toJSON());
    differ('whether it is on the screen', box.x >= 0 && box.y >= 0 && box.width > 1 && box.height > 1, true);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    differ('whether the next Tab is in the content', (await focused(page)).in_main, true);
  });

  await stage.check('keyboard: Tab reaches the cells of the matrix, and Enter shows their story', async (differ) => {
    const at = await tab_until(page, (each) => each.in_matrix && each.tag === 'a' && each.href.startsWith('#call-'));
    differ('whether the focus shows', at.is_visible, true);
    await page.keyboard.press('Enter');
    differ('where it leads', new URL(page.url()).hash, at.href);
    await page.waitForFunction(() => {
      const box = document.getElementById(location.hash.slice(1))?.getBoundingClientRect();
      return Boolean(box) && box.height > 0 && box.top >= 0 && box.top < innerHeight;
    });
  });

  await stage.check('keyboard: details open by Enter and close by Space', async (differ) => {
    await tab_until(page, (each) => each.tag === 'summary');
    const is_open = () => page.evaluate(() => document.activeElement.closest('details').open);
    const before = await is_open();
    await page.keyboard.press('Enter');
    differ('after Enter', await is_open(), !before);
    await page.keyboard.press('Space');
    differ('after Space', await is_open(), before);
  });

  await stage.check('keyboard: to a target\'s page and back', async (differ) => {
    await tab_until(page, (each) => each.tag === 'a' && each.href === 'targets/orca');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/targets/orca');
    await tab_until(page, (each) => each.tag === 'a' && each.href === '../');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${stage.url}/`);
    differ('the path', new URL(page.url()).pathname, '/');
  });

  await stage.check('keyboard: Shift+Tab leads back out, no trap', async (differ) => {
    for (let step = 0; step < 3; ++step) {
      await page.keyboard.press('Tab');
    }
    const at = await tab_until(page, (each) => /skip/i.test(each.text) || each.tag === 'body', 'Shift+Tab');
    differ('whether it ends at the top', at.tag === 'a' || at.tag === 'body', true);
  });

  await stage.check('an update leaves the focus and open details where they are', async (differ) => {
    const where = (element) => element.closest('details').querySelector('summary').textContent.trim();
    const summary = page.locator('#targets details:not([open]) > summary').first();
    await summary.focus();
    await page.keyboard.press('Enter');
    const before = await page.evaluate(where, await page.evaluateHandle(() => document.activeElement));
    const stamp = await page.getAttribute('#as-of', 'datetime');
    await page.waitForFunction((old) => document.querySelector('#as-of').getAttribute('datetime') !== old, stamp);
    const after = await page.evaluate(() => ({
      tag: document.activeElement.tagName.toLowerCase(),
      open: document.activeElement.closest('details')?.open ?? null,
    }));
    differ('the focus', after.tag, 'summary');
    differ('whether it is open', after.open, true);
    differ('what it is of', await page.evaluate(where, await page.evaluateHandle(() => document.activeElement)), before);
  });
}

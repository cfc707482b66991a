// What is there to read: a target's own page, and everything as plain HTML.

export async function target(stage) {
  const { page, requests } = await stage.open('/targets/orca');
  await stage.check('a target has a page with everything known of it', async (differ) => {
    differ('the heading', /\borca\b/.test(await page.innerText('h1')), true);
    const text = await page.textContent('main');
    for (const word of ['nothing presented', 'handshake done', 'GET /health 200', 'TLSv1.3', 'TLSv1.2', 'CN=Demo Root CA',
      'CN=spin-orca', ':8083']) {
      differ(`"${word}" in it`, text.includes(word), true);
    }
    differ('addresses', new Set(text.match(/127\.\d+\.0\.[12]:8083/g)).size, 2);
    differ('whether it has a strip', (await page.locator('.strip').count()) > 0, true);
  });
  await stage.check('a target without that name is not found', async (differ) => {
    const answer = await page.goto('/targets/nobody');
    differ('status', answer.status(), 404);
  });
  await stage.check('its page asks no other host', async (differ) => {
    differ('strangers', requests.filter((url) => new URL(url).origin !== stage.url), []);
  });
}

export async function plain(stage) {
  const { page, requests } = await stage.open('/', { javaScriptEnabled: false });
  await stage.check('without JavaScript everything is there', async (differ) => {
    for (const [part, least] of [['#gates article.gate[data-gate]', 3], ['#calls table.matrix [data-verdict]', 20],
      ['[id^="target-"]', 11], ['#events', 1], ['.strip', 11]]) {
      differ(`enough of ${part}`, (await page.locator(part).count()) >= least, true);
    }
    const text = await page.textContent('body');
    for (const word of ['survives', 'want', 'need', 'CN=Demo Root CA']) {
      differ(`"${word}" in it`, text.includes(word), true);
    }
  });
  await stage.check('without JavaScript details open', async (differ) => {
    const folded = page.locator('details:not([open]) > summary').first();
    await folded.click();
    differ('whether it is open', await page.locator('details[open]').count() > 0, true);
  });
  await stage.check('without JavaScript links lead somewhere', async (differ) => {
    const links = await page.locator('a[href]').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    differ('whether there are any', links.length > 11, true);
    const anchors = links.filter((href) => href.startsWith('#'));
    for (const href of new Set(anchors)) {
      const id = decodeURIComponent(href.slice(1)).replaceAll('"', '\\"');
      const raw = href.slice(1);
      const found = (await page.locator(`[id="${id}"]`).count()) + (await page.locator(`[id="${raw}"]`).count());
      differ(`what ${href} leads to`, found > 0, true);
    }
    for (const href of new Set(links.filter((each) => !each.startsWith('#')).map((each) => each.split('#')[0]))) {
      const answer = await page.request.get(new URL(href, page.url()).href);
      differ(`status of ${href}`, answer.status(), 200);
    }
  });
  await stage.check('without JavaScript a target is two clicks from the page and back', async (differ) => {
    await page.locator('a[href="targets/orca"]').first().click();
    differ('the path', new URL(page.url()).pathname, '/targets/orca');
    differ('the heading', /\borca\b/.test(await page.innerText('h1')), true);
    await page.goBack();
    differ('the path', new URL(page.url()).pathname, '/');
    differ('strangers', requests.filter((url) => new URL(url).origin !== stage.url), []);
  });
}

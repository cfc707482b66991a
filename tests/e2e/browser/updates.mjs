// The page follows the fleet by itself.
const gate = (status) => `article.gate[data-gate="need"][data-status="${status}"]`;
const blocker = (reason) => `article.gate[data-gate="need"] [data-blocker-reason="${reason}"]`;
const cell = (verdict) => `table.matrix [data-verdict="${verdict}"]`;

export async function updates(stage) {
  const { page, requests } = await stage.open();
  await page.waitForSelector(gate('open'));
  // Gone if the page were loaded anew.
  await page.evaluate(() => { window.mark = true; });

  await stage.check('the gate is told first, in a word', async (differ) => {
    differ('the word', /\bopen\b/i.test(await page.innerText(gate('open'))), true);
    const first = await page.evaluate(() => {
      const [section] = document.querySelectorAll('main section[id], main #gates');
      return section?.id;
    });
    differ('the first section', first, 'gates');
  });

  await stage.check('a server names another authority: a blocker appears by itself', async (differ) => {
    await stage.ask('change', 'orca', 'want', 'other');
    await page.waitForSelector(gate('closed'));
    await page.waitForSelector(blocker('issuer_not_advertised'));
    await page.waitForSelector(cell('breaks'));
    const words = await page.innerText(gate('closed'));
    differ('the word', /\bclosed\b/i.test(words), true);
    differ('who is named', /\borca\b/.test(words), true);
    differ('the hint', /trust store of orca/.test(words), true);
    differ('the event', /issuer_not_advertised|breaks/.test(await page.innerText('#events')), true);
  });

  await stage.check('it is mended: the blocker goes by itself', async (differ) => {
    await stage.ask('change', 'orca', 'want', 'ours');
    await page.waitForSelector(gate('open'));
    await page.waitForSelector('[data-blocker-reason="issuer_not_advertised"]', { state: 'detached' });
    differ('cells that break', await page.locator(cell('breaks')).count(), 0);
  });

  await stage.check('a server asks for no certificate any more, then for one again', async (differ) => {
    await stage.ask('change', 'echo', 'none', 'ours');
    await page.waitForSelector(gate('closed'));
    await page.waitForSelector(blocker('client_auth_none'));
    differ('the word', /\bclosed\b/i.test(await page.innerText(gate('closed'))), true);
    await stage.ask('change', 'echo', 'need', 'ours');
    await page.waitForSelector(gate('open'));
    await page.waitForSelector('#target-echo >> text=need');
    await stage.ask('change', 'echo', 'want', 'ours');
  });

  await stage.check('all that without loading the page anew', async (differ) => {
    differ('the mark', await page.evaluate(() => window.mark), true);
  });

  await stage.check('a change is told to screen readers', async (differ) => {
    const live = page.locator('[role="status"], [aria-live="polite"]');
    differ('live regions', (await live.count()) > 0, true);
    const texts = (await live.allInnerTexts()).join(' ');
    differ('whether they say something', texts.trim() !== '', true);
  });

  await stage.check('no request goes to another host', async (differ) => {
    differ('strangers', requests.filter((url) => new URL(url).origin !== stage.url), []);
    differ('whether there were any', requests.length > 1, true);
  });

  await poll(stage);
}

async function poll(stage) {
  const { page, context, requests } = await stage.open(null);
  await stage.check('server-sent events do not come through: the page polls', async (differ) => {
    await context.route(/\/api\/v1\/watch/, (route) => route.abort());
    await page.goto('/');
    await page.waitForSelector(gate('open'));
    await page.evaluate(() => { window.mark = true; });
    await stage.ask('change', 'igor', 'none', 'ours');
    await page.waitForSelector(blocker('client_auth_none'));
    await stage.ask('change', 'igor', 'want', 'ours');
    await page.waitForSelector(gate('open'));
    differ('whether it tried', requests.some((url) => url.includes('/api/v1/watch')), true);
    differ('the mark', await page.evaluate(() => window.mark), true);
  });
}

// The daemon goes away under an open page, and comes back.
export async function stale(stage) {
  const { page } = await stage.open();
  await page.waitForSelector(gate('open'));
  await page.evaluate(() => { window.mark = true; });
  const says = (words) => page.waitForFunction((text) => document.querySelector('#live').textContent.includes(text), words);
  await stage.check('the daemon does not answer: the page says so, and that it is old', async () => {
    await stage.ask('stop daemon');
    await says('not reachable since');
    await says('what is shown is of');
  });
  await stage.check('the daemon does not answer: no gate is open any more', async (differ) => {
    await page.waitForSelector(gate('unknown'));
    differ('open gates', await page.locator('[data-status="open"]').count(), 0);
    differ('the title', /^unknown/.test(await page.title()), true);
  });
  await stage.check('the daemon is back: so is the page, by itself', async (differ) => {
    await stage.ask('start daemon');
    await says('live');
    await page.waitForSelector(gate('open'));
    differ('the mark', await page.evaluate(() => window.mark), true);
  });
}

// What stands between the reader and the daemon: passwords, proxies, clocks.
export async function trouble(stage) {
  const says = (page, words) =>
    page.waitForFunction((text) => document.querySelector('#live').textContent.includes(text), words);
  const fresh = async (page) => {
    await page.evaluate(() => { document.querySelector('#as-of').textContent = 'old'; });
    await page.waitForFunction(() => document.querySelector('#as-of').textContent !== 'old');
  };

  for (const [status, words] of [[404, 'not there any more (HTTP 404) since'], [401, 'answers HTTP 401 since'],
    [503, 'answers HTTP 503 since'], [200, 'answers with another page since']]) {
    await stage.check(`the page is answered with ${status}: it says so, and nothing on it may go`, async (differ) => {
      const { page, context } = await stage.open();
      await page.waitForSelector(gate('open'));
      const is_page = (url) => url.pathname === '/';
      await context.route(is_page, (route) => route.fulfill({ status, contentType: 'text/html', body: 'Sign in.' }));
      await says(page, words);
      differ('open gates', await page.locator('[data-status="open"]').count(), 0);
      const leave = await page.locator('.may-go').allInnerTexts();
      differ('whether anything might go', leave.length > 0, true);
      differ('what still may', leave.filter((text) => !text.startsWith('unknown, was ')), []);
      await context.unroute(is_page);
      await page.waitForSelector(gate('open'));
      differ('what is not known', await page.locator('.may-go', { hasText: 'unknown, was' }).count(), 0);
    });
  }

  await stage.check('a password in the address: the page is kept up to date', async (differ) => {
    const { page } = await stage.open(null);
    const address = new URL(stage.url);
    [address.username, address.password] = ['reader', 'secret'];
    await page.goto(address.href);
    await fresh(page);
    differ('whether it is stale', await page.evaluate(() => 'stale' in document.body.dataset), false);
  });

  await stage.check('the clock is set back, and there is no stream: the page is kept up to date', async (differ) => {
    const { page, context } = await stage.open(null);
    await context.route(/\/api\/v1\/watch/, (route) => route.abort());
    await page.goto('/');
    await page.evaluate(() => {
      const civil = Date.now;
      Date.now = () => civil() - 3_600_000;
    });
    await fresh(page);
    differ('whether it is stale', await page.evaluate(() => 'stale' in document.body.dataset), false);
  });

  await stage.check('two things come with one id: neither takes the place of the other', async (differ) => {
    const { page, context } = await stage.open();
    await context.route((url) => url.pathname === '/', async (route) => {
      const answer = await route.fetch();
      const twins = '<main id="main" tabindex="-1"><p id="twin">one</p><p id="twin">other</p>';
      await route.fulfill({ response: answer, body: (await answer.text()).replace('<main id="main" tabindex="-1">', twins) });
    });
    for (let round = 0; round < 2; round += 1) {
      await fresh(page);
      differ('the twins', await page.locator('#twin').allInnerTexts(), ['one', 'other']);
    }
  });
}

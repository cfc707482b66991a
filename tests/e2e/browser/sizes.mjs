// The page at a phone's width, a tablet's and a desk's, in light and dark; and the README's picture.
const WIDTHS = [360, 800, 1600];
const PATHS = ['/', '/targets/orca'];

export async function sizes(stage) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of WIDTHS) {
      const { page } = await stage.open(null, { colorScheme, viewport: { width, height: 900 } });
      for (const path of PATHS) {
        await stage.check(`${path} at ${width} px in ${colorScheme}: fits`, async (differ) => {
          await page.goto(path);
          await page.waitForSelector('main');
          const name = path === '/' ? 'page' : 'target';
          await page.screenshot({ path: `${stage.shots}/${name}-${width}-${colorScheme}.png`, fullPage: true });
          const seen = await page.evaluate(() => {
            const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\d+/g)?.map(Number) ?? [];
            const root = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g)?.map(Number) ?? [];
            const is_clear = getComputedStyle(document.body).backgroundColor === 'rgba(0, 0, 0, 0)';
            const [r, g, b] = is_clear ? root : [red, green, blue];
            return {
              overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
              is_light: r + g + b > 382,
              smallest: Math.min(...[...document.querySelectorAll('main *')]
                .filter((each) => each.childNodes.length && [...each.childNodes].some((node) =>
                  node.nodeType === 3 && node.textContent.trim()))
                .map((each) => parseFloat(getComputedStyle(each).fontSize))),
            };
          });
          differ('what sticks out', seen.overflow, 0);
          differ('whether it is light', seen.is_light, colorScheme === 'light');
          differ('whether all text can be read', seen.smallest >= 11, true);
        });
      }
    }
  }
}

// A state that tells something: one service names the wrong authority.
export async function picture(stage) {
  await stage.check(`the picture: ${stage.picture}`, async (differ) => {
    await stage.ask('change', 'clouddriver', 'want', 'other');
    const { page } = await stage.open('/', { colorScheme: 'light', viewport: { width: 1280, height: 1000 } });
    await page.waitForSelector('article.gate[data-gate="need"] [data-blocker-reason="issuer_not_advertised"]');
    await page.waitForFunction(() => document.querySelectorAll('table.matrix [data-verdict="unknown"]').length === 0);
    const end = await page.evaluate(() => document.querySelector('table.matrix').parentElement.getBoundingClientRect().bottom);
    await page.screenshot({ path: stage.picture, clip: { x: 0, y: 0, width: 1280, height: Math.ceil(end) + 16 } });
    await stage.ask('change', 'clouddriver', 'want', 'ours');
    differ('the gates', await page.locator('article.gate').count() > 0, true);
  });
}

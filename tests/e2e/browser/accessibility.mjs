// axe-core finds nothing to complain of.
import { createRequire } from 'node:module';

const axe = createRequire(`${process.env.E2E_MODULES}/`)('axe-core');

const VIEWS = [
  ['light', { colorScheme: 'light', viewport: { width: 1600, height: 900 } }],
  ['dark', { colorScheme: 'dark', viewport: { width: 1600, height: 900 } }],
  ['360 px', { colorScheme: 'light', viewport: { width: 360, height: 800 } }],
];

export async function accessibility(stage) {
  // With something in every state to look at: what breaks, and what is unknown.
  await stage.ask('change', 'rosco', 'want', 'other');
  for (const [view, options] of VIEWS) {
    // axe adds elements of its own to see what a page does with them, which the policy forbids.
    const { page } = await stage.open(null, { ...options, bypassCSP: true });
    for (const path of ['/', '/targets/orca', '/targets/hostile']) {
      await stage.check(`axe-core: ${path}, ${view}`, async (differ) => {
        await page.goto(path);
        if (path === '/') {
          await page.waitForSelector('[data-blocker-reason="issuer_not_advertised"]');
        }
        await page.evaluate(() => document.querySelectorAll('details').forEach((each) => { each.open = true; }));
        await page.evaluate(axe.source);
        const found = await page.evaluate(async () => (await window.axe.run(document)).violations
          .map((each) => `${each.id}: ${each.nodes.length} times, ${each.nodes[0].target} ${each.nodes[0].failureSummary}`));
        for (const each of found) {
          differ('a violation', each, 'none');
        }
      });
    }
  }
  await stage.ask('change', 'rosco', 'want', 'ours');
}

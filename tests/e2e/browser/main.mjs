// Plays scenes before the page, in the order that it is given: see ../browser.py.
import { createRequire } from 'node:module';
import { Stage } from './stage.mjs';
import * as scenes from './scenes.mjs';

const told = JSON.parse(process.argv[2]);
const { chromium } = createRequire(`${process.env.E2E_MODULES}/`)('playwright-core');

const browser = await chromium.launch({
  executablePath: told.chromium,
  chromiumSandbox: !told.root,
  args: ['--disable-quic', '--disable-component-update', '--disable-sync'],
});
const stage = new Stage(browser, told);
try {
  for (const name of told.scenes) {
    await stage.play(name, scenes[name]);
  }
} finally {
  await browser.close();
  stage.close();
}

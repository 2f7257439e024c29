// node page_screenshot.mjs URL FOLDER: pictures of the agent's page, narrow and wide, light and dark, English and Russian.
// URL is what a console opens: http://.../pop?point=...&key=... Fails when the browser complains about anything.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { launch, openPage } from './browser.mjs';

const [url, folder = '.'] = process.argv.slice(2);
if (!url) {
  console.error('usage: node page_screenshot.mjs URL [FOLDER]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const LOOKS = [
  { name: 'narrow', viewport: { width: 360, height: 760 } },
  { name: 'narrow-dark-ru', viewport: { width: 320, height: 760 }, colorScheme: 'dark', locale: 'ru-RU' },
  { name: 'wide', viewport: { width: 1100, height: 800 } },
  { name: 'no-script', viewport: { width: 400, height: 760 }, javaScriptEnabled: false },
];

const browser = await launch();
try {
  for (const { name, ...options } of LOOKS) {
    const page = await openPage(browser, options);
    const answer = await page.goto(url, { waitUntil: 'load' });
    assert.equal(answer.status(), 200, `${name}: HTTP ${answer.status()}`);
    assert.ok(!page.url().includes('key='), `${name}: the key is still in the address`);
    if (options.javaScriptEnabled !== false) await page.locator('#live[data-state="live"]').waitFor();
    const [inner, scroll] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]).catch(() => [0, 0]);
    assert.ok(scroll <= inner, `${name}: ${scroll} px of content in ${inner} px`);
    const file = join(folder, `page-${name}.png`);
    await page.screenshot({ path: file, fullPage: true });
    assert.deepEqual(page.complaints, [], name);
    console.log(file);
    await page.context().close();
  }
} finally {
  await browser.close();
}

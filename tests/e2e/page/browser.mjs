// Chromium of the system, driven by playwright-core. A page collects what the browser complains about: errors of
// scripts, refusals of the Content-Security-Policy, files that did not load.
import { chromium } from 'playwright-core';

// Flags: sandboxes and GPUs are missing in containers; /dev/shm is small there.
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars'];

export async function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
}

// A new browser profile with one page. `complaints` must stay empty.
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 360, height: 760 }, deviceScaleFactor: 2, locale: 'en-GB', timezoneId: 'Europe/Moscow', ...options,
  });
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) page.complaints.push(message.text());
  });
  page.on('requestfailed', (request) => {
    // A stream that ends with its page is no failure.
    if (!request.url().includes('/pop/feed')) page.complaints.push(`${request.url()}: ${request.failure()?.errorText}`);
  });
  return page;
}

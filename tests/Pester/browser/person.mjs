// A person with a real Chromium: goes to the address, unchecks pages, presses a button, and writes down in report.json what the page shows at
// the end. The file plan.json in the folder $NOTIONAUTH_TEST_PERSON says {"press": "allow" | "deny" | null, "uncheck": [titles]}.
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';

const folder = process.env.NOTIONAUTH_TEST_PERSON;
const report = { console: [], errors: [], requests: [] };
let browser;
try {
  const plan = JSON.parse(await readFile(path.join(folder, 'plan.json'), 'utf8'));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const page = await browser.newPage({ colorScheme: 'light' });
  page.on('console', (message) => report.console.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => report.errors.push(String(error)));
  page.on('dialog', async (dialog) => {
    report.errors.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  // Without the query: the code in it is the browser's own matter, and what the page shows must not have it.
  page.on('request', (request) => report.requests.push(request.url().split('?')[0]));

  let response = await page.goto(process.argv[2]);
  if (plan.press) {
    report.consent = {
      title: await page.title(),
      abilities: await page.locator('#capabilities li').allTextContents(),
      pages: (await page.locator('#pages label').allTextContents()).map((text) => text.trim()),
    };
    for (const title of plan.uncheck ?? []) await page.getByLabel(title, { exact: true }).uncheck();
    report.requests = [];
    const answered = page.waitForResponse((r) => r.request().isNavigationRequest() && r.status() !== 302);
    await page.locator(`#${plan.press}`).click();
    response = await answered;
    await page.waitForLoadState('load');
  }

  // The load event comes before a picture is decoded.
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode().catch(() => {}))));
  report.result = {
    status: response.status(),
    headers: await response.allHeaders(),
    address: page.url().split('?')[0],
    title: await page.title(),
    heading: await page.locator('h1').innerText(),
    text: await page.locator('main').innerText(),
    status_role: await page.getByRole('status').innerText(),
    tile: await page.locator('.tile').innerText(),
    images: await page.evaluate(() => [...document.images].map((image) => ({ source: image.src.slice(0, 22), width: image.naturalWidth }))),
    scripts: await page.locator('script').count(),
    language: await page.locator('html').getAttribute('lang'),
    light: await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
  };
  await page.emulateMedia({ colorScheme: 'dark' });
  report.result.dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
} catch (error) {
  report.failure = String(error?.stack ?? error);
} finally {
  await browser?.close();
  await writeFile(path.join(folder, 'report.tmp'), JSON.stringify(report));
  await rename(path.join(folder, 'report.tmp'), path.join(folder, 'report.json'));
}

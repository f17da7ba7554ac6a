import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM_BIN'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const isMissing = !existsSync(CHROMIUM);
if (isMissing && process.env['LIMPET_REQUIRE_INTEROP'] === '1') throw new Error(`no browser at ${CHROMIUM}`);
const skip = isMissing ? `no browser at ${CHROMIUM}` : false;
const WAIT_MS = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'limpet-page-'));
let isBroken = false;
let target: Server;
let limpet: ChildProcess;
let browser: Browser;
let address = '';

before(async () => {
  if (isMissing) return;
  target = createServer((_, response) => {
    if (isBroken) response.writeHead(503).end('away');
    else response.setHeader('content-type', 'text/plain; version=0.0.4').end('heat{room="kitchen"} 21.5\n');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => target.once('listening', resolve));
  const { port } = target.address() as AddressInfo;
  const job = (name: string, label: string) => `
  - job_name: ${name}
    static_configs: [{ targets: ['127.0.0.1:${port}'], labels: { place: ${label} } }]`;
  writeFileSync(
    join(folder, 'limpet.yml'),
    `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:${job('heating', 'cellar')}${job('cooling', 'attic')}\n`,
  );
  const words = ['--config.file=limpet.yml', '--storage.agent.path=data', '--web.listen-address=127.0.0.1:0', '--scrape.reload-on-startup'];
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  limpet = spawn(process.execPath, ['--conditions=development', main, 'run', ...words], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  address = await new Promise((resolve, reject) => {
    let log = '';
    limpet.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const found = /msg=ready address=(\S+)/.exec(log)?.[1];
      if (found !== undefined) resolve(found);
    });
    limpet.once('exit', (code) => reject(new Error(`limpet ended with ${code}: ${log}`)));
  });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});

after(async () => {
  if (isMissing) return;
  await browser.close();
  const exited = new Promise((resolve) => limpet.once('exit', resolve));
  limpet.kill('SIGTERM');
  await exited;
  target.closeAllConnections();
  target.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A fresh page that has its targets. */
async function openPage(query = '', colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1400, height: 800 } });
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(`http://${address}/${query === '' ? '' : `targets${query}`}`);
  await page.locator('[data-target]').first().waitFor();
  return page;
}

test('A-102 A-103 A-104 the page shows every target by pool with health, labels and the state of its loop', { skip }, async () => {
  const page = await openPage();
  assert.equal(await page.title(), 'Limpet');
  await page.getByText('heating', { exact: false }).first().waitFor();
  const rows = page.locator('[data-target]');
  assert.equal(await rows.count(), 2);
  await page.locator('[data-target]', { hasText: 'place="cellar"' }).getByText('up', { exact: true }).waitFor();
  await page.locator('[data-target] .state', { hasText: 'waiting' }).first().waitFor();
  assert.equal(await page.locator('.connection.live').count(), 1);
  await page.close();
});

test('a target that breaks turns red by itself, with its error, and back', { skip }, async () => {
  const page = await openPage();
  const row = page.locator('[data-target]').first();
  await row.getByText('up', { exact: true }).waitFor();
  isBroken = true;
  await row.getByText('down', { exact: true }).waitFor();
  await row.getByText('server returned HTTP status 503 Service Unavailable').waitFor();
  isBroken = false;
  await row.getByText('up', { exact: true }).waitFor();
  await page.close();
});

test('C-173 the page says when the configuration was loaded and what that did to the loops, or why it was refused', { skip }, async () => {
  const page = await openPage();
  const file = join(folder, 'limpet.yml');
  const before = readFileSync(file, 'utf8');
  await page.locator('.last-reload', { hasText: /^Configuration loaded .* ago: 2 added$/ }).waitFor();
  writeFileSync(file, before.replace('attic', 'roof'));
  limpet.kill('SIGHUP');
  await page.locator('.last-reload', { hasText: /^Configuration loaded .* ago: 1 added, 1 kept, 1 removed$/ }).waitFor();
  writeFileSync(file, `${before}\nnonsense: 1\n`);
  limpet.kill('SIGHUP');
  await page.locator('.last-reload.failed', { hasText: 'field nonsense not found in type config' }).waitFor();
  writeFileSync(file, before);
  limpet.kill('SIGHUP');
  await page.locator('.last-reload:not(.failed)', { hasText: 'kept' }).waitFor();
  await page.locator('[data-target]', { hasText: 'place="attic"' }).getByText('up', { exact: true }).waitFor();
  await page.close();
});

test('filters work and stay in the address', { skip }, async () => {
  const page = await openPage();
  await page.getByLabel('Search').fill('place="attic"');
  await page.waitForFunction("document.querySelectorAll('[data-target]').length === 1");
  assert.match(page.url(), /search=place/);
  const query = new URL(page.url()).search;
  const again = await openPage(query);
  assert.equal(await again.locator('[data-target]').count(), 1);
  await again.getByLabel('Search').fill('nothing like it');
  await again.getByText('No target passes the filter.').waitFor();
  await again.close();
  await page.close();
});

test('the chosen target shows its history from the embedded store', { skip }, async () => {
  const page = await openPage();
  await page.locator('[data-target] button').first().click();
  const detail = page.getByLabel('Chosen target');
  await detail.getByText('__address__=').waitFor();
  for (const metric of ['up', 'scrape_duration_seconds']) {
    const chart = detail.getByRole('region', { name: metric, exact: true });
    await chart.locator('canvas').waitFor();
    const points = Number(await chart.locator('[data-points]').getAttribute('data-points'));
    assert.ok(points > 0, `${metric} has ${points} points`);
  }
  await page.close();
});

test('the chosen target shows what became of its last ticks, one mark each', { skip }, async () => {
  const page = await openPage();
  await page.locator('[data-target] button').first().click();
  const ticks = page.getByLabel('Chosen target').getByRole('region', { name: 'Ticks' });
  await ticks.getByRole('img', { name: /^Last (?:tick|\d+ ticks): .*scraped/ }).waitFor();
  const title = await ticks.locator('.tick.good').last().getAttribute('title');
  assert.match(title ?? '', /^\d{4}-\d\d-\d\dT.*Z scraped$/);
  await page.close();
});

test('light and dark both keep the rules of contrast and naming', { skip }, async () => {
  const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  for (const scheme of ['light', 'dark'] as const) {
    const page = await openPage('', scheme);
    await page.locator('[data-target] button').first().click();
    await page.getByLabel('Chosen target').waitFor();
    assert.equal(await page.locator('html').getAttribute('data-mantine-color-scheme'), scheme);
    await page.addScriptTag({ content: axe });
    const violations = await page.evaluate(async () => {
      const { violations: found } = await (
        globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
      ).axe.run();
      return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
    assert.deepEqual(violations, [], scheme);
    await page.close();
  }
});

test('the colour scheme can be switched', { skip }, async () => {
  const page = await openPage('', 'light');
  await page.getByLabel('Switch to dark colours').click();
  await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
  await page.close();
});

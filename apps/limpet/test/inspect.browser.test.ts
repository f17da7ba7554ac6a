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
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
const isMissing = !existsSync(CHROMIUM);
if (isMissing && process.env['LIMPET_REQUIRE_INTEROP'] === '1') throw new Error(`no browser at ${CHROMIUM}`);
const skip = isMissing ? `no browser at ${CHROMIUM}` : false;
const WAIT_MS = 20_000;
const LOOPS = 'agent/scrape/pool:heating/loops';

const folder = mkdtempSync(join(tmpdir(), 'limpet-inspect-'));
let target: Server;
let limpet: ChildProcess;
let browser: Browser;
let address = '';

before(async () => {
  if (isMissing) return;
  target = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4').end('heat 21.5\n');
  }).listen(0);
  await new Promise((resolve) => target.once('listening', resolve));
  const { port } = target.address() as AddressInfo;
  const targets = Array.from({ length: 30 }, (_, index) => `'127.0.1.${index + 1}:${port}'`).join(', ');
  writeFileSync(
    join(folder, 'limpet.yml'),
    `global: { scrape_interval: 2s, scrape_timeout: 1s }
scrape_configs:
  - job_name: heating
    basic_auth: { username: me, password: hunter2 }
    static_configs: [{ targets: [${targets}] }]
  - job_name: cooling
    static_configs: [{ targets: ['127.0.2.1:${port}'] }]
`,
  );
  const words = ['--config.file=limpet.yml', '--storage.agent.path=data', '--web.listen-address=127.0.0.1:0'];
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  limpet = spawn(process.execPath, [main, 'run', ...words, '--scrape.reload-on-startup', '--inspect'], {
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

/** A fresh page in the second room; whatever goes wrong in it fails the test that holds it. */
async function openRoom(query = '', colorScheme: 'light' | 'dark' = 'light'): Promise<{ readonly page: Page; readonly faults: string[] }> {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1500, height: 900 } });
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('request', (request) => {
    if (new URL(request.url()).host !== address) faults.push(`asked for ${request.url()}`);
  });
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(`http://${address}/inspect${query}`);
  await page.locator('svg.chart[data-state^="idle"]').waitFor();
  return { page, faults };
}

test(
  'the second room shows the actors, loops counted by state, and what the first loop is doing, without other hosts',
  { skip },
  async () => {
    const { page, faults } = await openRoom();
    await page.locator(`[data-actor="${LOOPS}"] .total`, { hasText: '30' }).waitFor();
    for (const path of ['agent', 'agent/discovery', 'agent/scrape/pool:cooling']) await page.locator(`[data-actor="${path}"]`).waitFor();
    assert.equal(await page.locator('[data-actor*="/loops/"]').count(), 0, 'loops are counted, not listed');
    const sentence = page.locator('.sentence');
    await sentence.getByText('is a loop: one target, scraped once in every interval.').waitFor();
    await sentence.getByText('Waits for the next tick of its own grid.').waitFor();
    assert.equal(await page.locator('.box.lit').count(), 2, 'idle and what is inside it');
    const panel = page.getByLabel('Chosen actor');
    await panel.getByLabel('Pending timers').getByText('after untilNextTick').waitFor();
    await panel.getByLabel('Context').getByText('"intervalMs": 2000').waitFor();
    assert.doesNotMatch(await page.content(), /hunter2/);
    assert.deepEqual(faults, []);
    await page.close();
  },
);

test('when the loop scrapes, the transitions flash, are listed with their time, and the time line has them', { skip }, async () => {
  const { page, faults } = await openRoom();
  await page.locator('.arrow.flash').first().waitFor({ state: 'attached' });
  await page.locator('[data-box="fetching.scraping"]').waitFor();
  const steps = page.getByLabel('Last steps').locator('li');
  await page.waitForFunction("document.querySelectorAll('.steps li').length >= 4");
  const texts = await steps.allTextContents();
  assert.ok(
    texts.some((text) => /^\d\d:\d\d:\d\d\.\d{3} after untilNextTick .* fetching\.scraping$/.test(text)),
    texts.join(' | '),
  );
  assert.ok(
    texts.some((text) => /(?:response|appended) .* idle\.waiting$/.test(text)),
    texts.join(' | '),
  );
  const parts = await page.locator('.time-line rect title').allTextContents();
  assert.ok(
    parts.some((text) => text.startsWith('fetching.scraping')),
    parts.join(' | '),
  );
  assert.deepEqual(faults, []);
  await page.close();
});

test('any actor can be chosen, loops are found by name, and the choice stays in the address', { skip }, async () => {
  const { page, faults } = await openRoom();
  await page.locator('[data-actor="agent/scrape/pool:heating"] button').click();
  await page.locator('svg.chart[data-state="running"]').waitFor();
  await page.locator('.sentence').getByText('is a pool').waitFor();
  await page.getByLabel('Context').getByText('"loops": 30').waitFor();
  await page.getByLabel('Loops of this pool: 30').fill('127.0.1.7:');
  await page.waitForFunction("document.querySelectorAll('[data-member]').length === 1");
  await page.locator('[data-member]').click();
  await page.locator('svg.chart[data-state^="idle"]').waitFor();
  assert.match(decodeURIComponent(page.url()), /actor=agent\/scrape\/pool:heating\/loops\/heating\/127\.0\.1\.7:/);
  const again = await openRoom(new URL(page.url()).search);
  await again.page.locator('.sentence', { hasText: '127.0.1.7:' }).waitFor();
  assert.deepEqual([...faults, ...again.faults], []);
  await again.page.close();
  await page.close();
});

test('the chosen target of the first room leads to its loop', { skip }, async () => {
  const page = await browser.newPage({ viewport: { width: 1400, height: 800 } });
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(`http://${address}/targets?search=127.0.2.1`);
  await page.locator('[data-target] button').first().click();
  await page.getByText('Watch this loop').click();
  await page.locator('.sentence', { hasText: 'cooling/127.0.2.1' }).waitFor();
  await page.getByRole('link', { name: 'Target health' }).click();
  await page.locator('[data-target]').first().waitFor();
  await page.close();
});

test('light and dark both keep the rules of contrast and naming in the second room', { skip }, async () => {
  const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  for (const scheme of ['light', 'dark'] as const) {
    const { page } = await openRoom('', scheme);
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

const RECEIVER = `<script>
  window.heard = [];
  addEventListener('message', ({ data, source }) => source === parent && window.heard.push(data));
  setTimeout(() => parent.postMessage({ type: '@statelyai.connected' }, '*'), 300);
</script>`;

test("the bridge page passes the messages on to Stately's inspector in its frame once that has announced itself", { skip }, async () => {
  const page = await browser.newPage();
  page.setDefaultTimeout(WAIT_MS);
  await page.route('https://stately.ai/**', (route) => route.fulfill({ contentType: 'text/html', body: RECEIVER }));
  await page.goto(`http://${address}/-/inspect/bridge?spotlight=agent/scrape`);
  await page.getByText('Connected', { exact: false }).waitFor();
  const frame = page.frames().find((one) => one.url().startsWith('https://stately.ai/'));
  assert.ok(frame !== undefined);
  await frame.waitForFunction('window.heard.length >= 2');
  const heard = await frame.evaluate('window.heard.slice(0, 2).map(({ type, sessionId, _version }) => [type, sessionId, _version])');
  assert.deepEqual(heard, [
    ['@xstate.actor', 'agent', '0.7.2'],
    ['@xstate.actor', 'agent/scrape', '0.7.2'],
  ]);
  await page.close();
});

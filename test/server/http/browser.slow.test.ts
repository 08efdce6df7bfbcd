import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type Json, post, startPlatform, type TestPlatform } from '../platform.ts';

const BROWSER = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);
if (BROWSER === undefined) console.log('skipped: no chromium is installed (apt-get install chromium)');

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // What a rebinding attack does with DNS: a foreign name means this machine.
  '--host-resolver-rules=MAP evil.example 127.0.0.1',
];

let cleanUp: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
  cleanUp = [];
});

const CREATE = (name: string): string =>
  `CREATE STREAM ${name} (a INT) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', PARTITIONS=1);`;

/** Everything that a page can try against a server, then a report of what it could read. */
function attack(url: string): string {
  const body = (name: string): string => JSON.stringify(JSON.stringify({ ksql: CREATE(name) }));
  return `<!doctype html><iframe name="sink"></iframe>
    <form id="form" target="sink" method="post" enctype="text/plain" action="${url}/ksql">
      <input name='{"ksql":"${CREATE('by_form')}","x":"' value='"}'></form>
    <script type="module">
    const read = [];
    const attempt = async (what, run) => {
      try { const answer = await run(); if (answer.type !== 'opaque' && answer.ok) read.push(what); } catch {}
    };
    const url = ${JSON.stringify(url)} + '/ksql';
    await attempt('plain', () => fetch(url, { method: 'POST', mode: 'no-cors', body: ${body('by_plain')} }));
    await attempt('untyped', () =>
      fetch(url, { method: 'POST', mode: 'no-cors', body: new Blob([${body('by_untyped')}]) }));
    await attempt('json', () => fetch(url, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: ${body('by_json')} }));
    await attempt('info', () => fetch(${JSON.stringify(url)} + '/info'));
    navigator.sendBeacon(url, ${body('by_beacon')});
    document.getElementById('form').submit();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await fetch('/report', { method: 'POST', body: JSON.stringify(read) });
    </script>`;
}

/** Shows a page of `origin`'s in the browser; resolves with what the page reports. */
async function visit(page: (port: number) => string, host: string): Promise<readonly string[]> {
  const profile = mkdtempSync(path.join(tmpdir(), 'millrace-browser-'));
  let report: (read: readonly string[]) => void = () => {};
  const reported = new Promise<readonly string[]>((resolve) => (report = resolve));
  const pages = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      if (request.url === '/report') report(JSON.parse(text) as string[]);
      response.setHeader('content-type', 'text/html');
      response.end(request.url === '/' ? page((pages.address() as AddressInfo).port) : '');
    });
  });
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  const { port } = pages.address() as AddressInfo;
  const browser = spawn(BROWSER ?? '', [...FLAGS, `--user-data-dir=${profile}`, `http://${host}:${port}/`], {
    stdio: 'ignore',
    detached: true,
  });
  const gone = new Promise((resolve) => browser.on('exit', resolve));
  cleanUp.push(async () => {
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    await gone;
    pages.closeAllConnections();
    pages.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  return reported;
}

async function streamsOf({ url }: TestPlatform): Promise<readonly unknown[]> {
  const { body } = await post(`${url}/ksql`, { ksql: 'SHOW STREAMS;' });
  const [{ streams }] = body as [{ readonly streams: readonly Json[] }];
  return streams.map(({ name }) => name);
}

async function start(properties: Readonly<Record<string, string>> = {}): Promise<TestPlatform> {
  const platform = await startPlatform({ properties });
  cleanUp.push(() => platform.close());
  return platform;
}

it.skipIf(BROWSER === undefined)('keeps pages of another origin out', async () => {
  const platform = await start();
  expect(await visit(() => attack(`http://localhost:${platform.port}`), 'localhost')).toEqual([]);
  expect(await streamsOf(platform)).toEqual([]);
});

it.skipIf(BROWSER === undefined)('keeps a foreign name out that was pointed at this machine', async () => {
  const platform = await start();
  // The page is the server's own as far as the browser can tell: an answer of ours would be its to read.
  const page = `<!doctype html><iframe src="http://evil.example:${platform.port}/info"></iframe>`;
  expect(await visit(() => page + attack(`http://evil.example:${platform.port}`), 'evil.example')).toEqual(
    [],
  );
  expect(await streamsOf(platform)).toEqual([]);
});

it.skipIf(BROWSER === undefined)('serves pages of an origin that is allowed, by JSON only', async () => {
  const platform = await start({ 'access.control.allow.origin': '*' });
  const read = await visit(() => attack(`http://localhost:${platform.port}`), 'localhost');
  expect(read).toContain('json');
  expect(await streamsOf(platform)).toEqual(['BY_JSON']);
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ExampleProcess, root } from './example-process.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'millrace-example-'));
const example = path.join(root, 'examples/02-flights-sql');
let server: ExampleProcess;
let http = '';

beforeAll(async () => {
  const options = ['start', '--json', '--kafka-port', '0', '--http-port', '0', '--data', `${directory}/data`];
  server = new ExampleProcess('cli/main', options, directory);
  const [line] = await server.printed(/^\{.*\}$/m);
  const facts = JSON.parse(line) as { readonly kafka: string; readonly http: string };
  http = facts.http;
  await new ExampleProcess('examples/flight-data/load', [facts.kafka], directory).output();
});
afterAll(async () => {
  await server.kill();
  rmSync(directory, { recursive: true, force: true });
});

const sql = (file: string): Promise<string> =>
  new ExampleProcess('cli/main', ['sql', http, '-f', path.join(example, file)], directory).output();
const expected = (file: string): string => readFileSync(path.join(example, file), 'utf8');

it('02-flights-sql prints what its README says', async () => {
  expect(await sql('flights.sql')).toBe(expected('flights.expected.txt'));
  // The table is filled while we look: it settles on the expected rows.
  await expect
    .poll(() => sql('atlanta.sql'), { timeout: 30_000, interval: 500 })
    .toBe(expected('atlanta.expected.txt'));
});

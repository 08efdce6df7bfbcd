import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PATIENCE_MS } from '../setup/patience.ts';
import { ExampleProcess } from './example-process.ts';
import { expectedOutput, flightsExample } from './flights-output.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'millrace-example-'));
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

const sql = (file: string): Promise<{ readonly text: string; readonly errors: string }> =>
  new ExampleProcess('cli/main', ['sql', http, '-f', path.join(flightsExample, file)], directory).ended();

it('02-flights-sql prints what its README says', async () => {
  expect(await sql('flights.sql')).toEqual(expectedOutput('flights.expected.txt'));
  // The table is filled while we look: it settles on the expected rows.
  await expect
    .poll(() => sql('atlanta.sql'), { timeout: PATIENCE_MS, interval: 500 })
    .toEqual(expectedOutput('atlanta.expected.txt'));
});

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

const sql = (file: string): Promise<{ readonly text: string; readonly errors: string }> =>
  new ExampleProcess('cli/main', ['sql', http, '-f', path.join(example, file)], directory).ended();

/** What a terminal shows: rows are printed, what is said of the statements goes to standard error. */
function expected(file: string): { readonly text: string; readonly errors: string } {
  const lines = readFileSync(path.join(example, file), 'utf8').split(/(?<=\n)/);
  const isRow = (line: string): boolean => /^[+|]/.test(line);
  return { text: lines.filter(isRow).join(''), errors: lines.filter((line) => !isRow(line)).join('') };
}

it('02-flights-sql prints what its README says', async () => {
  expect(await sql('flights.sql')).toEqual(expected('flights.expected.txt'));
  // The table is filled while we look: it settles on the expected rows.
  await expect
    .poll(() => sql('atlanta.sql'), { timeout: 30_000, interval: 500 })
    .toEqual(expected('atlanta.expected.txt'));
});

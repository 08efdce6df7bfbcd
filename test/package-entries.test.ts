import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import * as millrace from '../src/index.ts';
import * as client from '../src/client/index.ts';
import * as streams from '../src/streams/index.ts';
import { TestBrokers } from './broker/running-broker.ts';
import './setup/built.ts';

const root = path.resolve(import.meta.dirname, '..');
const brokers = new TestBrokers();
afterAll(() => brokers.close());

const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string>>;
};
const entries = Object.keys(manifest.exports)
  .filter((name) => !name.endsWith('.json'))
  .map((name) => `millrace${name.slice(1)}`);

it.each(entries)('%s loads as a package', (entry) => {
  const code = `console.log(Object.keys(await import('${entry}')).length)`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: root });
  expect(Number(printed.toString())).toBeGreaterThan(0);
});

it('has client and Streams at its root, whole', () => {
  expect(millrace).toMatchObject({ ...client, ...streams });
});

/** Classes of errors that nobody outside catches: they become another one or an answer first, or are DiagnosticErrors there. */
const INNER_ERRORS = [
  'BrokenInterpreter',
  'CleaningInterrupted',
  'CodeMistake',
  'CoordinatorLogError',
  'FunctionCallError',
  'InvalidSchemaError',
  'JsonDepthError',
  'ListMistake',
  'NodeFailure',
  'RecordMismatch',
  'Refusal',
  'RegistryRefusal',
  'RestError',
  'ScriptError',
  'SegmentDamage',
  'SourceError',
  'TransactionFailure',
  'UnknownSchemaId',
  'UnreadableRequest',
];

it('exports every class of errors that it throws', () => {
  const thrown = ['src', 'broker'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const text = readFileSync(path.join(root, folder, file), 'utf8');
        return [...text.matchAll(/^export class (\w+) extends \w*(?:Error|Failure)\b/gm)].map(
          ([, name]) => name ?? '',
        );
      }),
  );
  expect(thrown).toContain('OperationalError');
  expect(thrown.filter((name) => !(name in millrace)).sort()).toEqual(INNER_ERRORS);
});

it('starts a broker, a client and SQL from its root alone', async () => {
  const broker = await millrace.Broker.start({
    config: { 'log.dirs': brokers.newDirectory(), listeners: 'PLAINTEXT://127.0.0.1:0' },
  });
  const bootstrapServers = `127.0.0.1:${broker.address.port}`;
  const producer = new millrace.Producer({ bootstrapServers });
  const { offset } = await producer.sendAndWait({ topic: 'greetings', key: 'en', value: 'hello' });
  expect(offset).toBe(0);
  await producer.close();

  const sql = await millrace.startSqlServer({ bootstrapServers, data: brokers.newDirectory() });
  const info = (await (await fetch(`${sql.url}/info`)).json()) as {
    KsqlServerInfo: { serverStatus: string };
  };
  expect(info.KsqlServerInfo.serverStatus).toBe('RUNNING');
  await sql.close();
  await broker.close();
});

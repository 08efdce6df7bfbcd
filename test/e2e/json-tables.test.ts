import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../cli/commands.ts';
import { Producer } from '../../src/client/index.ts';
import { type TestPlatform, startPlatform } from '../server/platform.ts';
import { millrace, RunningCommand } from './command.ts';

let platform: TestPlatform;
let folder: string;
let cluster: RunningCommand;
let member: RunningCommand;
/** In a transaction that is open. */
let producer: Producer;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-json-'));
  cluster = new RunningCommand([
    ...['start', '--cluster', '1', '--no-sql', '--json', '--kafka-port', '0', '--data', folder],
  ]);
  platform = await startPlatform();
  const on = ['-b', platform.bootstrap];
  await millrace(['topic', 'create', 'words', '-p', '2', '-c', 'retention.ms=-1', ...on]);
  await millrace(['produce', 'words', ...on], 'a\nb\nc\n');
  member = new RunningCommand(['consume', 'words', '-g', 'readers', '--from-beginning', ...on]);
  await member.until(/c\n/);
  await millrace(['consume', 'words', '-g', 'left', '--from-beginning', '-m', '2', ...on]);
  const declared = await sql(`
    CREATE STREAM s (id STRING KEY, v INT, d DECIMAL(4, 2), a ARRAY<STRUCT<x INT>>)
      WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
    CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s GROUP BY id EMIT CHANGES;
    CREATE TYPE point AS STRUCT<x INT, y INT>;
    INSERT INTO s (id, v, d) VALUES ('k', 1, 2.55);`);
  expect(declared).toMatchObject({ status: 0, stderr: expect.not.stringContaining('rror') });
  producer = new Producer({ bootstrapServers: platform.bootstrap, transactionalId: 'copier' });
  await producer.initTransactions();
  producer.beginTransaction();
  await producer.sendAndWait({ topic: 'copies', key: 'k', value: 'v' });
  await cluster.until(/^\{"brokers"/m);
});

afterAll(async () => {
  await Promise.all([member.stop(), cluster.stop(), producer.close()]);
  await platform.close();
  rmSync(folder, { recursive: true, force: true });
});

const sql = (text: string) => millrace(['sql', platform.url, '-e', text]);
const kafka = (...args: string[]) => [...args, '-b', platform.bootstrap];
const ofCluster = (...args: string[]) => ['cluster', ...args, '--data', folder];

const SQL = `
  SHOW STREAMS; SHOW TABLES; SHOW TOPICS; SHOW QUERIES; SHOW PROPERTIES; SHOW FUNCTIONS; SHOW TYPES;
  DEFINE a = 'b'; SHOW VARIABLES; DESCRIBE s; DESCRIBE t; SET 'auto.offset.reset' = 'earliest';
  SELECT id, v, d FROM s EMIT CHANGES LIMIT 1;`;

/** Arguments for each command that can answer in JSON and in a table. */
const SAMPLES: Readonly<Record<string, () => readonly (readonly string[])[]>> = {
  'topic list': () => [kafka('topic', 'list', '--internal')],
  'topic describe': () => [kafka('topic', 'describe', 'words', 's')],
  'topic config': () => [kafka('topic', 'config', 'words', '--all')],
  'group list': () => [kafka('group', 'list')],
  'group describe': () => [kafka('group', 'describe', 'readers'), kafka('group', 'describe', 'left')],
  'transaction list': () => [kafka('transaction', 'list')],
  'transaction describe': () => [kafka('transaction', 'describe', 'copier')],
  'transaction producers': () => [kafka('transaction', 'producers', 'copies')],
  'cluster status': () => [ofCluster('status')],
  'cluster start': () => [ofCluster('start')],
  'config explain': () => [['config', 'explain']],
  sql: () => [['sql', platform.url, '-e', SQL]],
};

/** They answer with facts or with records, in no table. */
const WITHOUT_TABLE = ['start', 'demo', 'consume'];
/** They answer by the code of `cluster start`, and would take the broker away under the other samples. */
const AS_STATUS = ['cluster stop', 'cluster restart'];

async function commandsWithJson(): Promise<readonly string[]> {
  const found: string[] = [];
  const walk = (command: Command, above: string): void => {
    const name = `${above} ${command.name()}`.trim();
    if (command.options.some(({ long }) => long === '--json' || long === '--output')) found.push(name);
    for (const below of command.commands) walk(below, name);
  };
  for (const load of Object.values(commands)) walk(await load(), '');
  return found;
}

interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const cellsOf = (line: string): readonly string[] =>
  line
    .slice(2, -2)
    .split(' | ')
    .map((cell) => cell.trim());

/** The tables in a text: each is a rule, the header, a rule, the rows, and a rule where it has rows. */
function tablesOf(text: string): readonly Table[] {
  const lines = text.split('\n');
  const tables: Table[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (lines[i]?.startsWith('+-') !== true) continue;
    const header = cellsOf(lines[i + 1] ?? '');
    const rows: (readonly string[])[] = [];
    for (i += 3; lines[i]?.startsWith('|') === true; i++) rows.push(cellsOf(lines[i] ?? ''));
    tables.push({ header, rows });
  }
  return tables;
}

/** All texts and numbers in JSON, and what a table makes of a list of them. */
function* valuesOf(json: unknown): Generator<string> {
  if (typeof json !== 'object' || json === null) yield String(json);
  else if (Array.isArray(json) && json.every((each) => typeof each !== 'object')) {
    yield json.join(',');
    yield json.join(', ');
    yield String(json.length);
    yield* json.map(String);
  } else {
    for (const [name, value] of Object.entries(json)) {
      if (!Array.isArray(json)) yield name;
      yield* valuesOf(value);
    }
  }
}

/** A type is a tree in ksqlDB's JSON, and a statement has its own blanks there. */
const TYPE = /^(STRING|BIGINT|INTEGER|DECIMAL|ARRAY|STRUCT)\b/;
const oneBlank = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

const isTold = (cell: string, told: ReadonlySet<string>): boolean =>
  cell === '-' ||
  cell === '' ||
  TYPE.test(cell) ||
  told.has(cell) ||
  [...told].some((value) => oneBlank(value) === cell);

describe('what a table shows is in the JSON of the same command', () => {
  it('which is tried for all of them', async () => {
    const tried = [...Object.keys(SAMPLES), ...WITHOUT_TABLE, ...AS_STATUS];
    expect(tried.toSorted()).toEqual((await commandsWithJson()).toSorted());
  });

  it.each(Object.keys(SAMPLES))('%s', async (name) => {
    for (const args of SAMPLES[name]?.() ?? []) {
      const asJson = name === 'sql' || name === 'config explain' ? ['-o', 'json'] : ['--json'];
      const [people, program] = await Promise.all([millrace(args), millrace([...args, ...asJson])]);
      expect([people.status, program.status], people.stderr).toEqual([0, 0]);
      const tables = tablesOf(people.stdout);
      expect(tables.length, args.join(' ')).toBeGreaterThan(0);
      const told = new Set<string>();
      for (const line of program.stdout.trimEnd().split('\n'))
        for (const value of valuesOf(JSON.parse(line))) told.add(value.trim());
      for (const { header, rows } of tables) {
        expect(rows.length, `${args.join(' ')}: ${header.join()}`).toBeGreaterThan(0);
        const untold = rows.flatMap((row) =>
          row.flatMap((cell, i) => (isTold(cell, told) ? [] : [[header[i], cell]])),
        );
        expect(untold, args.join(' ')).toEqual([]);
      }
    }
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Admin } from '../../src/client/index.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENCE_MS } from '../setup/patience.ts';
import { millrace, onTerminal, RunningCommand } from './command.ts';

let server: RunningCommand;
let kafka: string;
let http: string;

beforeAll(async () => {
  server = new RunningCommand(['start', '--ephemeral', '--json', '--kafka-port', '0', '--http-port', '0']);
  const [line] = await server.until(/^\{.*\}$/m);
  const facts = JSON.parse(line) as { readonly kafka: string; readonly http: string; readonly data: string };
  ({ kafka, http } = facts);
  expect(facts.data).toMatch(/millrace-/);
});

afterAll(async () => {
  expect(await server.stop('SIGINT')).toBe(0);
});

const lines = (text: string): readonly Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('settings', () => {
  it('are explained, for people and for programs', async () => {
    const one = await millrace(['config', 'explain', 'linger.ms']);
    expect(one).toMatchObject({ status: 0, stderr: '' });
    expect(one.stdout).toMatch(/^linger.ms\n  of       producer\n  value    5\n  source   default\n/);
    const json = await millrace(['config', 'explain', '-o', 'json', '-s', 'num.partitions=2']);
    const rows = lines(json.stdout);
    expect(rows.length).toBeGreaterThan(100);
    expect(rows).toContainEqual(
      expect.objectContaining({ name: 'num.partitions', value: '2', source: 'flag' }),
    );
    const wrong = await millrace(['config', 'explain', 'linger.sm']);
    expect(wrong).toMatchObject({ status: 1, stdout: '' });
    expect(wrong.stderr).toContain('unknown property linger.sm\ndid you mean linger.ms?');
  });
});

describe('topics, records and groups', () => {
  it('creates, fills, reads, alters and deletes', async () => {
    const on = ['-b', kafka];
    const created = await millrace(['topic', 'create', 'words', '-p', '2', '-c', 'retention.ms=-1', ...on]);
    expect(created).toMatchObject({ status: 0, stdout: 'created topic words\n' });
    const flags = ['-k', ':', '-n', 'NULL', '-H', 'h=1', '-z', 'lz4'];
    const produced = await millrace(['produce', 'words', ...flags, ...on], 'a:one\nb:two\na:NULL\n');
    expect(produced).toMatchObject({ status: 0, stderr: '' });

    const consumed = await millrace(['consume', 'words', '--from-beginning', '-e', '--json', ...on]);
    const records = lines(consumed.stdout);
    expect(records.map(({ key, value }) => `${String(key)}=${String(value)}`).toSorted()).toEqual([
      'a=null',
      'a=one',
      'b=two',
    ]);
    expect(records[0]).toMatchObject({ headers: [{ key: 'h', value: '1' }] });

    const grouped = await millrace([
      'consume',
      'words',
      '-g',
      'readers',
      '--from-beginning',
      '-m',
      '3',
      ...on,
    ]);
    expect(grouped.stdout.trim().split('\n')).toHaveLength(3);
    const lagOf = async (): Promise<number> => {
      const { stdout } = await millrace(['group', 'describe', 'readers', '--json', ...on]);
      return (JSON.parse(stdout) as { readonly totalLag: number }).totalLag;
    };
    expect(await lagOf()).toBe(0);
    await millrace(['group', 'reset', 'readers', '-t', 'words', '--to', 'earliest', ...on]);
    expect(await lagOf()).toBe(3);
    const beyond = await millrace(['group', 'reset', 'readers', '-t', 'words', '--to', '99', ...on]);
    expect(beyond.stderr).toContain('words-0 ends at 3: there is no offset 99\n');
    expect(beyond.stdout).toContain('words-0 3\n');
    expect(await lagOf()).toBe(0);
    await millrace(['group', 'reset', 'readers', '-t', 'words', '--to', 'earliest', ...on]);

    // What was shown is committed, however much was fetched.
    const two = await millrace(['consume', 'words', '-g', 'readers', '-m', '2', ...on]);
    expect(two.stdout.trim().split('\n')).toHaveLength(2);
    expect(await lagOf()).toBe(1);

    await millrace(['topic', 'alter', 'words', '-p', '4', ...on]);
    const topics = await millrace(['topic', 'list', '--json', ...on]);
    expect(topics.stdout).toContain('{"name":"words","partitions":4,"replication":1,"internal":false}');
    expect((await millrace(['topic', 'delete', 'words', ...on])).stdout).toBe('deleted topic words\n');
  });

  it('reads and writes keys and values in formats, from any place, in any form', async () => {
    const on = ['-b', kafka];
    await millrace(['topic', 'create', 'numbers', '-p', '1', ...on]);
    const formats = ['-k', '=', '--key-format', 'int', '--value-format', 'long'];
    await millrace(['produce', 'numbers', ...formats, ...on], '1=9007199254740993\n2=-5\n');
    const from = ['consume', 'numbers', '-e', ...on];
    const formatted = await millrace([
      ...from,
      '-o',
      'earliest',
      ...formats.slice(2),
      '-f',
      '%p %o %k: %s%%\\n',
    ]);
    expect(formatted.stdout).toBe('0 0 1: 9007199254740993%\n0 1 2: -5%\n');
    const hex = await millrace([...from, '-o', '-1', '--value-format', 'hex']);
    expect(hex.stdout).toBe('fffffffffffffffb\n');
    const later = await millrace([...from, '-o', '2100-01-01T00:00:00Z']);
    expect(later).toMatchObject({ status: 0, stdout: '' });
    const wrong = await millrace(['produce', 'numbers', ...formats, ...on], '1=5\n1=five\n');
    expect(wrong).toMatchObject({ status: 1 });
    expect(wrong.stderr).toMatch(/^millrace: line 2: "five" is no long/);
    const short = await millrace([...from, '-o', '0', '--value-format', 'int']);
    expect(short.stderr).toMatch(/^millrace: numbers-0 offset 0: 8 bytes are no int/);
  });

  it('shows and changes settings with their source and meaning, and a group as a whole', async () => {
    const on = ['-b', kafka];
    await millrace(['topic', 'create', 'settings', '-p', '1', '-c', 'retention.ms=-1', ...on]);
    // What the controller of a new cluster has set for all topics.
    const ofAll = { name: 'min.insync.replicas', value: '1', source: 'all brokers, changed' };
    const config = async (...args: readonly string[]) =>
      lines((await millrace(['topic', 'config', 'settings', '--json', ...args, ...on])).stdout);
    expect(await config()).toMatchObject([ofAll, { name: 'retention.ms', value: '-1', source: 'topic' }]);
    const changed = await config('-s', 'retention.ms=', '-s', 'cleanup.policy=compact');
    expect(changed).toMatchObject([{ name: 'cleanup.policy', value: 'compact', source: 'topic' }, ofAll]);
    expect(String(changed[0]?.['doc']).length).toBeGreaterThan(20);
    const all = await config('--all');
    expect(all.find(({ name }) => name === 'retention.ms')).toMatchObject({ source: 'default' });
    const described = await millrace(['topic', 'describe', 'settings', ...on]);
    expect(described.stdout).toMatch(/\| settings +\| cleanup\.policy +\| compact +\| topic/);
    const wrong = await millrace(['topic', 'config', 'settings', '-s', 'cleanup.polic=compact', ...on]);
    expect([wrong.status, wrong.stderr.trim().split('\n').length]).toEqual([1, 1]);

    await millrace(['produce', 'settings', '-k', ':', ...on], 'a:1\nb:2\nc:3\n');
    await millrace(['consume', 'settings', '-g', 'partly', '--from-beginning', '-m', '1', ...on]);
    const group = await millrace(['group', 'describe', 'partly', ...on]);
    expect(group.stdout).toMatch(/\| partly +\| Empty +\| .*\| 0 +\| 2 +\| /);
    const unknown = await millrace(['group', 'describe', 'nobody', ...on]);
    expect([unknown.status, unknown.stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(unknown.stderr).toMatch(/group nobody/i);
  });

  it('ends quietly when its reader goes, as with head', async () => {
    const producing = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join('');
    await millrace(['topic', 'create', 'many', '-p', '1', '-b', kafka]);
    await millrace(['produce', 'many', '-b', kafka], producing);
    const child = new RunningCommand(['consume', 'many', '--from-beginning', '-b', kafka]);
    await child.until(/line 0\n/);
    child.child.stdout?.destroy();
    await millrace(['produce', 'many', '-b', kafka], producing);
    expect(await child.ended()).toBe(0);
    expect(child.output).not.toMatch(/EPIPE|millrace:/);
  });

  it('ends in one line when a topic is not there', async () => {
    const { status, stderr } = await millrace(['topic', 'describe', 'nowhere', '-b', kafka]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^millrace: .*nowhere/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('sql', () => {
  it('runs statements and a file, and shows results as table, JSON and CSV', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'millrace-sql-')), 'people.sql');
    writeFileSync(
      file,
      `-- people; and their towns
      CREATE TABLE people (id INT PRIMARY KEY, town STRING)
        WITH (KAFKA_TOPIC = 'people', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
      CREATE TABLE towns AS SELECT town, COUNT(*) AS n FROM people GROUP BY town EMIT CHANGES;
      INSERT INTO people VALUES (1, 'Bern'); INSERT INTO people VALUES (2, 'Bern');
      SET 'auto.offset.reset' = 'earliest';
      SELECT id, town FROM people EMIT CHANGES LIMIT 2;`,
    );
    const first = await millrace(['sql', http, '-f', file, '-o', 'csv']);
    expect(first).toMatchObject({ status: 0, stdout: 'ID,TOWN\n1,Bern\n2,Bern\n' });
    // What was done is said, but not among the rows.
    expect(first.stderr).toMatch(/'auto.offset.reset' is now 'earliest'/);

    const json = await millrace(['sql', http, '-e', 'SHOW TABLES', '-o', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      '@type': 'tables',
      tables: [{ name: 'PEOPLE' }, { name: 'TOWNS' }],
    });
    expect((await millrace(['sql', http], 'SHOW TABLES;')).stdout).toMatch(/\| PEOPLE +\| people +\|/);
  });

  it('runs nothing of a script whose last statement is wrong', async () => {
    const create = "CREATE STREAM lost (a INT) WITH (KAFKA_TOPIC='lost', VALUE_FORMAT='JSON', PARTITIONS=1);";
    const { status, stderr } = await millrace([
      'sql',
      http,
      '-e',
      `${create} CREATE STREAM x AS SELECT b FROM lost;`,
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/B/);
    expect(stderr).not.toMatch(/ {4}at /);
    expect((await millrace(['sql', http, '-e', 'SHOW STREAMS;'])).stdout).not.toContain('LOST');
  });

  it('says in which line of a file a wrong statement begins', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'millrace-cli-')), 'wrong.sql');
    writeFileSync(
      file,
      '-- one\nSHOW TABLES; /* two;\n*/\nSHOW STREAMS;\n\nSELECT nothing FROM nowhere EMIT CHANGES;\n',
    );
    const outcome = await millrace(['sql', http, '-f', file]);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain(`${file}:6: `);
    writeFileSync(file, 'SHOW TABLES;\n\n-- wrong\nSHOW STREAMZ;\nSHOW TABLES;');
    expect((await millrace(['sql', http, '-f', file])).stderr).toContain(`${file}:`);
  });

  it('says which server does not answer', async () => {
    const { status, stderr } = await millrace(['sql', 'http://127.0.0.1:9', '-e', 'SHOW STREAMS;']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^millrace: no SQL server answers at http:\/\/127\.0\.0\.1:9/);
  });

  it.skipIf(spawnSync('script', ['--version']).status !== 0)(
    'edits several lines on a terminal, completes, and survives Ctrl-C',
    async () => {
      const shell = new RunningCommand([], onTerminal(['sql', http]));
      await shell.until(/millrace> /);
      // What is typed while a statement runs, or between two, belongs to the next entry.
      shell.type('SHOW QUERIES;\rDROP STREAM IF EXISTS typed;\rSHOW PROPERTIES;\rversion\r');
      await shell.until(/\?2004l\d+\.\d+\.\d+/);
      // What is longer than the screen went through the pager, and nothing else did.
      expect(shell.output).toMatch(/paged: Property : [\s\S]*\?2004h/);
      expect(shell.output).not.toMatch(/paged: \|/);
      shell.type('SHOW STREA\t;\r');
      await shell.until(/Kafka Topic/);
      shell.type('CREATE STREAM typed (a INT)\r');
      await shell.until(/-> /);
      shell.type("WITH (KAFKA_TOPIC='typed', VALUE_FORMAT='JSON', PARTITIONS=1);\r");
      await shell.until(/Stream created/);
      shell.type('SELECT a FROM typed EMIT CHANGES;\r');
      await shell.until(/\| A +\|/);
      shell.type('\x03');
      await shell.until(/Query terminated/);
      shell.type('\x12emit');
      await shell.until(/search 'emit': SELECT a FROM typed EMIT CHANGES;/);
      shell.type('\x07');
      shell.type('help terminate\r');
      await shell.until(/queryControlStatement = /);
      shell.type('\\timing\r');
      await shell.until(/timing is on/);
      shell.type('SELEC nonsense;\r');
      await shell.until(/did you mean SELECT[\s\S]*took [\d.]+ ms/i);
      shell.type('\x04');
      expect(await shell.ended()).toBe(0);
    },
  );
});

describe('demo', () => {
  it('shows results over real flights and stays up', async () => {
    const demo = new RunningCommand(['demo', '--ephemeral', '--kafka-port', '0', '--http-port', '0']);
    await demo.until(/Limit Reached/);
    const [, url = ''] = await demo.until(/SQL {5}(http:\/\/\S+)/);
    // The live rows are of one of them; the others may still be starting.
    const running = async (): Promise<number | undefined> =>
      (await millrace(['sql', url, '-e', 'SHOW QUERIES;'])).stdout.match(/RUNNING/g)?.length;
    await expect.poll(running, { timeout: PATIENCE_MS }).toBe(3);
    // The flights are of 2001: every topic that they go through keeps them.
    const [, kafka = ''] = await demo.until(/Kafka {3}(\S+)/);
    const admin = new Admin({ bootstrapServers: kafka });
    const topics = (await admin.listTopics())
      .map(({ name }) => name)
      .filter((name) => !name.endsWith('command_topic'));
    expect(topics.length).toBeGreaterThan(5);
    for (const { entries } of await admin.describeConfigs(topics.map((name) => ({ type: 'topic', name }))))
      expect(entries.find(({ name }) => name === 'retention.ms')?.value).toBe('-1');
    await admin.close();
    expect(await demo.stop()).toBe(0);
  });
});

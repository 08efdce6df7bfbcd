import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestPlatform, startPlatform } from '../server/platform.ts';
import { millrace, onTerminal, RunningCommand } from './command.ts';

/** Terminals come from util-linux. */
const withoutTerminals = spawnSync('script', ['--version']).status !== 0;

/** Clears a screen by C0 and by C1, turns the direction of writing, rings, and goes back to the line's start. */
const STEERING = 'a\u001b[2Jb\u009b31mc\u202edcba\u2066e\u0007f\rg\u007f';
const STEERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const COLUMN = '`c\u001b[31m\u009b1m`';
const CREATE = `CREATE STREAM s (id STRING KEY, t STRING, ${COLUMN} INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`;
const SELECT = 'SELECT * FROM s EMIT CHANGES LIMIT 1;';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
  expect(await sql(CREATE)).toMatchObject({ status: 0 });
  const inserted = await sql(`INSERT INTO s (id, t) VALUES ('${STEERING}', '${STEERING}');`);
  expect(inserted).toMatchObject({ status: 0 });
});

afterAll(() => platform.close());

const earliest = (text: string): string => `SET 'auto.offset.reset'='earliest'; ${text}`;
const sql = (text: string, ...more: string[]) => millrace(['sql', platform.url, '-e', text, ...more]);

/** What a command writes on a terminal, without what the terminal itself adds at the ends of lines. */
async function onScreen(args: readonly string[]): Promise<string> {
  const command = new RunningCommand([], onTerminal(args));
  await command.ended();
  return command.output.replaceAll('\r\n', '\n');
}

describe.skipIf(withoutTerminals)('on a terminal no data steers it', () => {
  it.each([
    ['rows as a table', SELECT, 'tabular'],
    ['rows as CSV', SELECT, 'csv'],
    ['rows as JSON', SELECT, 'json'],
    ['PRINT as text', "PRINT 's' FROM BEGINNING LIMIT 1;", 'tabular'],
    ['PRINT as CSV', "PRINT 's' FROM BEGINNING LIMIT 1;", 'csv'],
    ['PRINT as JSON', "PRINT 's' FROM BEGINNING LIMIT 1;", 'json'],
    ['a description', 'DESCRIBE s;', 'tabular'],
    ['a description as CSV', 'DESCRIBE s;', 'csv'],
    ['a description as JSON', 'DESCRIBE s;', 'json'],
    ['an error', `SELECT \`${STEERING.replace('\r', '')}\` FROM s EMIT CHANGES;`, 'tabular'],
  ])('%s', async (_, statement, output) => {
    const screen = await onScreen(['sql', platform.url, '-o', output, '-e', earliest(statement)]);
    expect(screen.length).toBeGreaterThan(20);
    expect(screen).not.toMatch(STEERS);
    expect(screen.replaceAll('\n', '')).not.toMatch(/\r/);
    if (statement === SELECT || output === 'tabular') expect(screen).toMatch(/\\u001b\[/i);
  });

  it.each([
    ['as text', []],
    ['with keys and headers', ['-f', '%t %k %s %h\\n']],
    ['as JSON', ['--json']],
    ['as JSON in JSON', ['--json', '--value-format', 'json']],
  ])('records %s', async (_, more) => {
    const consume = ['consume', 's', '--from-beginning', '-e', '-b', platform.bootstrap, ...more];
    const screen = await onScreen(consume);
    expect(screen).toMatch(/a\\u001b\[2Jb/i);
    expect(screen).not.toMatch(STEERS);
  });

  it('and JSON is that of the data', async () => {
    const json = (text: string): Record<string, unknown> =>
      JSON.parse(text.split('\n').find((line) => line.startsWith('{')) ?? '') as Record<string, unknown>;
    const rows = await onScreen(['sql', platform.url, '-o', 'json', '-e', earliest(SELECT)]);
    expect(json(rows)).toMatchObject({ ID: STEERING, T: STEERING });
    const consume = ['consume', 's', '--from-beginning', '-e', '-b', platform.bootstrap, '--json'];
    expect(json(await onScreen(consume))['key']).toBe(STEERING);
  });
});

describe('into a pipe', () => {
  it('data goes as it is', async () => {
    const csv = await sql(earliest(SELECT), '-o', 'csv');
    expect(csv.stdout).toContain(STEERING);
    const records = ['consume', 's', '--from-beginning', '-e', '-b', platform.bootstrap, '-k', ' '];
    expect((await millrace(records)).stdout).toContain(`${STEERING} {`);
  });

  it('JSON of several lines is one object a line', async () => {
    const kafka = ['-b', platform.bootstrap];
    await millrace(['topic', 'create', 'lines', ...kafka]);
    await millrace(['produce', 'lines', ...kafka, '--value-format', 'hex'], '7b0d0a09226122203a317d\n');
    const consume = ['consume', 'lines', '--from-beginning', '-e', '--json', '--value-format', 'json'];
    const { stdout } = await millrace([...consume, ...kafka]);
    expect(JSON.parse(stdout)).toMatchObject({ value: { a: 1 } });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('the commands', () => {
  it('write by way of the standard streams alone', () => {
    const folder = path.resolve(import.meta.dirname, '..', '..', 'cli');
    // The streams themselves, the shell's editor and pager, and the maker of the reference, which is no command.
    const own = /^(standard-streams\.ts|shell\/shell\.ts|reference\/)/;
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const breaches = files.filter(
      (file) =>
        file.endsWith('.ts') &&
        !own.test(file) &&
        /console\.|std(out|err)\.write\(/.test(readFileSync(path.join(folder, file), 'utf8')),
    );
    expect(breaches).toEqual([]);
  });
});

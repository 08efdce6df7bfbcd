import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestPlatform, startPlatform } from '../server/platform.ts';
import { main, millrace, RunningCommand } from './command.ts';

/** Terminals come from util-linux. */
const withoutTerminals = spawnSync('script', ['--version']).status !== 0;

const ESCAPE = /\u001b/;
const COLOUR = /\u001b\[[0-9;]*m/;
const WORDS = 'one two three four five six seven eight nine ten';

let platform: TestPlatform;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-plain-'));
  platform = await startPlatform();
  const { status } = await millrace([
    ...['sql', platform.url, '-e'],
    `CREATE STREAM s (id STRING KEY, t STRING, u STRING, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
     INSERT INTO s (id, t, u, n) VALUES ('k', '${WORDS}', '${'x'.repeat(70)}', 1);`,
  ]);
  expect(status).toBe(0);
});
afterAll(async () => {
  await platform.close();
  rmSync(folder, { recursive: true, force: true });
});

/** `millrace ARGS` on a terminal of its own; what is typed is not echoed, so that its output is what it has written. */
function onTerminal(
  args: readonly string[],
  { env = {}, columns = 100, redirect = '' }: TerminalOptions = {},
): RunningCommand {
  const variables = Object.entries({ PAGER: '', ...env }).map(([name, value]) => `${name}='${value}'`);
  const command = [process.execPath, main, ...args]
    .map((arg) => `'${arg.replaceAll("'", `'\\''`)}'`)
    .join(' ');
  const shell = `stty rows 40 cols ${columns} -echo; unset NO_COLOR; exec env ${variables.join(' ')} ${command} ${redirect}`;
  return new RunningCommand([], ['script', '-qfec', shell, '/dev/null']);
}

interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly redirect?: string;
}

async function screenOf(args: readonly string[], options?: TerminalOptions): Promise<string> {
  const command = onTerminal(args, options);
  expect(await command.ended()).toBe(0);
  return command.output.replaceAll('\r\n', '\n');
}

/** Types some entries at the prompt, ahead of their answers. */
async function evening(env: Readonly<Record<string, string>>): Promise<string> {
  const shell = onTerminal(['sql', platform.url], { env });
  await shell.until(/millrace> /);
  shell.type('SHOW\rSTREAMS;\rnonsense;\rhelp\rclear\rversion\rexit\r');
  expect(await shell.ended()).toBe(0);
  expect(shell.output).toMatch(/\| S +\| s +\|/);
  expect(shell.output).toMatch(/Unknown statement 'nonsense'/);
  expect(shell.output).toMatch(/Ctrl-D leaves/);
  expect(shell.output).toMatch(/0\.1\.0\r?\n/);
  return shell.output;
}

const shown = (columns: number) =>
  [
    "SET 'auto.offset.reset'='earliest'; SELECT * FROM s EMIT CHANGES LIMIT 1;",
    'SHOW STREAMS; DESCRIBE s; SHOW PROPERTIES;',
  ].map((sql) => [columns, sql] as const);

describe.skipIf(withoutTerminals)('a terminal', () => {
  it('with NO_COLOR gets none, and with an empty one some', async () => {
    expect(await evening({ TERM: 'xterm', NO_COLOR: '1' })).not.toMatch(COLOUR);
    expect(await evening({ TERM: 'xterm', NO_COLOR: '' })).toMatch(COLOUR);
  });

  it('that is dumb gets a prompt and no control sequences', async () => {
    const output = await evening({ TERM: 'dumb' });
    expect(output).not.toMatch(ESCAPE);
    expect(output).toContain('millrace> ');
    expect(output).toContain('-> ');
  });

  it('that is dumb has Ctrl-C for a query, Ctrl-D for the end', async () => {
    const shell = onTerminal(['sql', platform.url], { env: { TERM: 'dumb' } });
    await shell.until(/millrace> /);
    shell.type('SELECT id FROM s EMIT CHANGES;\n');
    await shell.until(/\| ID +\|/);
    shell.type('\x03');
    await shell.until(/Query terminated\r?\nmillrace> /);
    shell.type('SELECT\n');
    await shell.until(/-> /);
    shell.type('\x03');
    await shell.until(/-> \^?C?\r?\nmillrace> $/);
    shell.type('\x04');
    expect(await shell.ended()).toBe(0);
    expect(shell.output).not.toMatch(ESCAPE);
  });

  it('keeps the prompts of a shell whose results go to a file', async () => {
    const file = path.join(folder, 'results');
    const shell = onTerminal(['sql', platform.url], { env: { TERM: 'xterm' }, redirect: `> ${file}` });
    await shell.until(/millrace> /);
    shell.type('SHOW STREAMS;\n');
    await shell.until(/millrace> [^]*millrace> /);
    shell.type('exit\n');
    expect(await shell.ended()).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/\| S +\| s +\|/);
    expect(readFileSync(file, 'utf8') + shell.output).not.toMatch(ESCAPE);
  });

  it.each([...shown(100), ...shown(30), ...shown(1)])(
    'of %i columns gets no torn table: %s',
    async (columns, sql) => {
      const screen = await screenOf(['sql', platform.url, '-e', sql], { columns, env: { TERM: 'xterm' } });
      expect(screen).not.toMatch(ESCAPE);
      const lines = screen.split('\n');
      // A line of a table is as wide as its rules, and no wider than the terminal.
      for (const line of lines.filter((each) => /^[+|].*[+|]$/.test(each)))
        expect(line.length, screen).toBeLessThanOrEqual(columns);
      for (const line of lines.filter((each) => each.startsWith('|'))) expect(line, screen).toMatch(/\|$/);
    },
  );

  it.each([
    ['topic', ['topic', 'list', '--internal']],
    ['groups', ['group', 'list']],
    ['settings', ['config', 'explain']],
    ['help', ['start', '--help']],
  ])('of 30 columns gets no torn table of %s', async (_, args) => {
    const kafka = args[0] === 'topic' || args[0] === 'group' ? ['-b', platform.bootstrap] : [];
    const screen = await screenOf([...args, ...kafka], { columns: 30, env: { TERM: 'dumb' } });
    expect(screen).not.toMatch(ESCAPE);
    for (const line of screen.split('\n').filter((each) => /^[+|].*[+|]$/.test(each)))
      expect(line.length, screen).toBeLessThanOrEqual(30);
  });
});

describe('without a terminal', () => {
  it('there are no control sequences, whatever TERM and COLUMNS say', async () => {
    const env = { ...process.env, TERM: 'xterm-256color', COLUMNS: '10', FORCE_COLOR: '1', PAGER: 'less' };
    for (const args of [
      ['sql', platform.url],
      ['topic', 'list', '-b', platform.bootstrap],
      ['--help'],
      ['start', '--help'],
    ]) {
      const { stdout, stderr } = await millrace(args, 'SHOW STREAMS;', env);
      expect(stdout + stderr).not.toMatch(ESCAPE);
      if (args[0] === 'sql') expect(stdout).toMatch(/^\| S +\| s +\| KAFKA +\| JSON +\| false +\|$/m);
    }
  });
});

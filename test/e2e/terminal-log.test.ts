import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onTerminal, RunningCommand } from './command.ts';

/** Terminals come from util-linux. */
const withoutTerminals = spawnSync('script', ['--version']).status !== 0;

const CTRL_C = '\x03';
const PORTS = ['--kafka-port', '0'];
const TALKATIVE = ['--log-level', 'info'];

/** Each command that stays, and what it has said when it serves. */
const STAYING: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['start', ['start', '--http-port', '0'], /Ctrl-C stops it\./],
  ['start of a cluster', ['start', '--cluster', '2', '--http-port', '0'], /Ctrl-C stops it\./],
  ['demo', ['demo', '--no-shell', '--http-port', '0'], /Limit Reached/],
];

let folder: string;
const running = new Set<RunningCommand>();
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-log-'));
});
afterEach(async () => {
  for (const command of running) {
    command.type(CTRL_C);
    await command.ended();
  }
  running.clear();
  rmSync(folder, { recursive: true, force: true });
});

function run(...given: ConstructorParameters<typeof RunningCommand>): RunningCommand {
  const started = new RunningCommand(...given);
  running.add(started);
  return started;
}

const withData = (args: readonly string[]): readonly string[] => [
  ...args,
  '--data',
  path.join(folder, 'data'),
];

async function linesOf(command: RunningCommand, ready: RegExp): Promise<readonly string[]> {
  await command.until(ready);
  command.type(CTRL_C);
  await command.ended();
  running.delete(command);
  return command.output.replaceAll('\r\n', '\n').split('\n');
}

describe.skipIf(withoutTerminals)('on a terminal the log is read by somebody', () => {
  it.each(STAYING)('%s', async (_, args, ready) => {
    const lines = await linesOf(run([], onTerminal(withData([...args, ...PORTS, ...TALKATIVE]))), ready);
    const started = lines.filter((line) => line.includes('broker started'));
    expect(started).toHaveLength(args.includes('--cluster') ? 2 : 1);
    for (const line of started) expect(line).toMatch(/^\d\d:\d\d:\d\d broker started \(broker \d, /);
    expect(lines.filter((line) => /^\s*\{"/.test(line))).toEqual([]);
  });

  it('as JSON only where that is asked for', async () => {
    const asked = [...TALKATIVE, '--log-format', 'json'];
    const args = withData(['start', '--cluster', '2', '--no-sql', ...PORTS, ...asked]);
    const lines = await linesOf(run([], onTerminal(args)), /Ctrl-C stops it\./);
    const logged = lines.filter((line) => line.includes('broker started'));
    const ids = logged.map((line) => (JSON.parse(line) as { readonly broker: number }).broker);
    expect(new Set(ids)).toEqual(new Set([1, 2]));
  });

  it('beside a shell it goes to a file, for programs', async () => {
    const args = withData(['demo', '--http-port', '0', ...PORTS, ...TALKATIVE]);
    const command = run([], onTerminal(args));
    await command.until(/millrace> /);
    command.type('exit\r');
    await command.ended();
    running.delete(command);
    expect(command.output).not.toContain('broker started');
    const log = readFileSync(path.join(folder, 'data', 'millrace.log'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(log.map((line) => (JSON.parse(line) as { readonly msg: string }).msg)).toContain('broker started');
  });
});

it('into a pipe it is JSON, what happens to brokers too', async () => {
  const command = run(withData(['start', '--cluster', '2', '--no-sql', '--json', ...PORTS]));
  const [facts = ''] = await command.until(/^\{"brokers".*$/m);
  const { pids }: { readonly pids: readonly number[] } = JSON.parse(facts);
  process.kill(pids[0] ?? 0, 'SIGKILL');
  await command.until(/broker 1 runs again/);
  const lines = command.output.trimEnd().split('\n');
  const messages = lines.map((line) => (JSON.parse(line) as { readonly msg?: string }).msg);
  expect(messages).toContain('broker 1 has died (SIGKILL): it is started again in 1 s');
  await command.stop();
  running.delete(command);
});

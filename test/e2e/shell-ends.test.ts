import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PATIENCE_MS } from '../setup/patience.ts';
import { millrace, onTerminal, RunningCommand } from './command.ts';

/** Terminals come from util-linux. */
const withoutTerminals = spawnSync('script', ['--version']).status !== 0;

const folder = (): string => mkdtempSync(path.join(tmpdir(), 'millrace-shell-'));

interface Server {
  readonly process: RunningCommand;
  readonly http: string;
}

async function startServer(data: string, httpPort = '0'): Promise<Server> {
  const process = new RunningCommand([
    ...['start', '--json', '--data', data],
    ...['--kafka-port', '0', '--http-port', httpPort],
  ]);
  const [line] = await process.until(/^\{"kafka.*\}$/m);
  return { process, http: (JSON.parse(line) as { readonly http: string }).http };
}

async function pidOf(command: RunningCommand): Promise<number> {
  return Number((await command.until(/pid (\d+)/))[1]);
}

const CREATE = "CREATE STREAM s (a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";

describe.skipIf(withoutTerminals)('the shell', () => {
  it('says in one line that its server went away, and goes on when it is back', async () => {
    const data = folder();
    const first = await startServer(data);
    const shell = new RunningCommand([], onTerminal(['sql', first.http]));
    await shell.until(/millrace> /);
    shell.type(`${CREATE}\r`);
    await shell.until(/Stream created/);
    shell.type('SELECT a FROM s EMIT CHANGES;\r');
    await shell.until(/\| A +\|/);

    await first.process.stop('SIGKILL');
    await shell.until(/has gone away in the middle of its answer[^\n]*\n[^\n]*millrace> /);
    const begin = shell.output.length;
    shell.type('DESCRIBE s;\r');
    await shell.until(/no SQL server answers at [^\n]*\n[^\n]*millrace> /);
    expect(shell.output.slice(begin)).not.toMatch(/\n +at /);

    const second = await startServer(data, new URL(first.http).port);
    shell.type('SHOW STREAMS;\r');
    await shell.until(/\| S +\| s +\|/);
    shell.type('\x04');
    expect(await shell.ended()).toBe(0);
    await second.process.stop();
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('ends on %s, at its prompt and under a query', async (signal) => {
    const server = await startServer(folder());
    await millrace(['sql', server.http, '-e', CREATE]);
    for (const query of [undefined, 'SELECT a FROM s EMIT CHANGES;']) {
      const shell = new RunningCommand([], onTerminal(['sql', server.http]));
      const pid = await pidOf(shell);
      await shell.until(/millrace> /);
      if (query !== undefined) {
        shell.type(`${query}\r`);
        await shell.until(/\| A +\|/);
      }
      process.kill(pid, signal);
      expect(await shell.ended()).toBe(0);
      // The terminal is as it was: nothing that is pasted into it is bracketed any more.
      expect(shell.output.lastIndexOf('\x1b[?2004l')).toBeGreaterThan(
        shell.output.lastIndexOf('\x1b[?2004h'),
      );
    }
    const batch = new RunningCommand(['sql', server.http, '-e', 'SELECT a FROM s EMIT CHANGES;']);
    await batch.until(/\| A +\|/);
    expect(await batch.stop(signal)).toBe(0);
    // A script whose end never comes.
    const reading = new RunningCommand(['sql', server.http]);
    reading.type('SHOW TOPICS;');
    await untilListening(reading);
    expect(await reading.stop(signal)).toBe(0);
    await server.process.stop();
  });

  it('of the demo shares its terminal with no log, and ends with its terminal', async () => {
    const data = folder();
    const demo = new RunningCommand(
      [],
      onTerminal([
        ...['demo', '--data', data, '--log-level', 'info'],
        ...['--kafka-port', '0', '--http-port', '0'],
      ]),
    );
    const pid = await pidOf(demo);
    const log = path.join(data, 'millrace.log');
    await demo.until(/log {5}\S+millrace\.log/);
    await demo.until(/millrace> /);
    expect(demo.output).not.toMatch(/"level":/);
    expect(readFileSync(log, 'utf8')).toMatch(/"level":30/);
    // The terminal goes: the kernel tells the process by SIGHUP, and nobody reads what it says from then on.
    await demo.stop('SIGKILL');
    await expect.poll(() => isRunning(pid), { timeout: PATIENCE_MS }).toBe(false);
    // A clean end leaves its mark, which the next start looks for.
    expect(existsSync(path.join(data, '.kafka_cleanshutdown'))).toBe(true);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Until the process handles signals: its first request was answered long before it reads. */
async function untilListening(command: RunningCommand): Promise<void> {
  const status = (): string => readFileSync(`/proc/${command.child.pid}/status`, 'utf8');
  // Of the signals that end a command, SIGHUP is the one that Node does not handle by itself.
  const SIGHUP_BIT = 1n;
  await expect
    .poll(() => (BigInt(`0x${/SigCgt:\s*(\w+)/.exec(status())?.[1] ?? '0'}`) & SIGHUP_BIT) !== 0n, {
      timeout: PATIENCE_MS,
    })
    .toBe(true);
}

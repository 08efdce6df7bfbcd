import { type ChildProcess, spawn } from 'node:child_process';
import { renameSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { typescriptFlags } from '../../setup/typescript-flags.ts';
import { collectApp, createTopics, produce, readTotals, records } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';

let folder: string;
let bootstrapServers: string;

function startProcess(stateDir: string, step: string, commits: number, sessionMs = 1500): ChildProcess {
  const program = path.join(import.meta.dirname, 'crashing-app.ts');
  const about = [bootstrapServers, stateDir, step, String(commits), String(sessionMs)];
  const args = [...typescriptFlags, program, ...about];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

const ended = (child: ChildProcess): Promise<NodeJS.Signals | null> =>
  new Promise((resolve) => child.on('exit', (_code, signal) => resolve(signal)));

const running = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => child.stdout?.on('data', (text: Buffer) => text.includes('RUNNING') && resolve()));

const allGroups = (each: number): Record<string, number> =>
  Object.fromEntries(Array.from('abcdefgh', (group) => [group, each]));

describe('an application that is killed', () => {
  beforeEach(async () => {
    const around = await brokerAndFolder({ 'group.min.session.timeout.ms': 500 });
    ({ bootstrapServers, folder } = around);
    await createTopics(environment, bootstrapServers, { in: 4, out: 4 });
    return () => around.close();
  });

  it('leaves its tasks to the other process, with nothing lost', async () => {
    const victim = startProcess(path.join(folder, 'victim'), 'never', 0);
    const death = ended(victim);
    await running(victim);
    await produce(environment, bootstrapServers, records(0, 800));
    await readTotals(environment, bootstrapServers, { total: 400, partitions: 4, timeoutMs: 20_000 });
    const survivor = collectApp(environment, { bootstrapServers, stateDir: path.join(folder, 'survivor') });
    await survivor.start();
    await produce(environment, bootstrapServers, records(800, 400));
    victim.kill('SIGKILL');
    expect(await death).toBe('SIGKILL');
    await produce(environment, bootstrapServers, records(1200, 400));

    const sizes = await readTotals(environment, bootstrapServers, {
      total: 1600,
      partitions: 4,
      timeoutMs: 30_000,
    });
    expect(Object.fromEntries(sizes)).toEqual(allGroups(200));
    await survivor.close();
  });

  it.each([
    ['where its state is', 'thread-1'],
    ['where its state is that of a thread which there is no more', 'thread-2'],
  ])('takes up its tasks at once %s, however long its session goes on', async (_where, thread) => {
    const sessionTimeoutMs = 600_000;
    const stateDir = path.join(folder, 'state');
    const victim = startProcess(stateDir, 'never', 0, sessionTimeoutMs);
    const death = ended(victim);
    await running(victim);
    await produce(environment, bootstrapServers, records(0, 400));
    await readTotals(environment, bootstrapServers, { total: 400, partitions: 4, timeoutMs: 20_000 });
    victim.kill('SIGKILL');
    await death;
    renameSync(path.join(stateDir, 'collect', 'thread-1'), path.join(stateDir, 'collect', thread));
    await produce(environment, bootstrapServers, records(400, 400));

    const consumer = { sessionTimeoutMs, heartbeatIntervalMs: 300 };
    const heir = collectApp(environment, { bootstrapServers, stateDir, consumer });
    await heir.start();
    const sizes = await readTotals(environment, bootstrapServers, {
      total: 800,
      partitions: 4,
      timeoutMs: 20_000,
    });
    expect(Object.fromEntries(sizes)).toEqual(allGroups(100));
    await heir.close();
  });

  it.each([['before-offsets'], ['after-offsets']])(
    'loses nothing when it dies in a commit, %s',
    async (step) => {
      const state = path.join(folder, 'state');
      await produce(environment, bootstrapServers, records(0, 400));
      const victim = startProcess(state, step, 1);
      const death = ended(victim);
      await running(victim);
      // Keeps commits coming, so that the second one has something to commit.
      for (let from = 400; victim.exitCode === null && victim.signalCode === null; from += 8) {
        if (from < 1200) await produce(environment, bootstrapServers, records(from, 8));
        else break;
      }
      expect(await death).toBe('SIGKILL');

      await produce(environment, bootstrapServers, records(400, 1200));
      const heir = collectApp(environment, { bootstrapServers, stateDir: state });
      await heir.start();
      const sizes = await readTotals(environment, bootstrapServers, {
        total: 1600,
        partitions: 4,
        timeoutMs: 30_000,
      });
      expect(Object.fromEntries(sizes)).toEqual(allGroups(200));
      await heir.close();
    },
  );
});

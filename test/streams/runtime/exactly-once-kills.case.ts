import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { typescriptFlags } from '../../setup/typescript-flags.ts';
import { waitFor } from './app-under-test.ts';
import {
  createNumberedTopics,
  type NumberedTopics,
  numberedResults,
  produceNumbered,
  resultsNow,
  resultsOf,
} from './numbered-results.ts';

/** How large a run is: what it takes on a machine with little to do is some 20 s for each 10 kills. */
export interface KillRun {
  readonly records: number;
  readonly keys: number;
  readonly kills: number;
  /** Between two kills, at most. */
  readonly aliveMsMax: number;
  /** Rows of the state that is not to be restored whole. */
  readonly rows: number;
}

const PARTITIONS = 3;

/** A process that numbers records, and what it has printed. */
class NumberingProcess {
  readonly #child: ChildProcess;
  readonly exited: Promise<unknown>;
  printed = '';

  constructor(args: readonly string[]) {
    const program = path.join(import.meta.dirname, 'numbering-process.ts');
    this.#child = spawn(process.execPath, [...typescriptFlags, program, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.exited = new Promise((resolve) => this.#child.on('exit', resolve));
    this.#child.stdout?.on('data', (text: Buffer) => {
      this.printed += text.toString();
    });
  }

  has(text: string): Promise<void> {
    return waitFor(environment, text, () => this.printed.includes(text));
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }
}

/** What hangs is waited for as long; the larger a run is, the longer it takes. */
const timeoutMs = (records: number): number => 600_000 + records;

/** Processes that are killed and stopped, on a broker that has transactions. */
export function describeExactlyOnceKills(
  name: string,
  startBroker: () => Promise<{ readonly bootstrapServers: string; readonly stop: () => Promise<void> }>,
  run: KillRun,
): void {
  describe(`exactly-once in processes that die, on ${name}`, () => {
    let bootstrapServers: string;
    let stop: () => Promise<void> = async () => {};
    let folder: string;
    const started: NumberingProcess[] = [];
    /** Names of topics and groups end in it, where a broker has those of an earlier run. */
    const tag = Date.now().toString(36);

    beforeAll(async () => {
      ({ bootstrapServers, stop } = await startBroker());
      folder = mkdtempSync(path.join(tmpdir(), 'exactly-once-kills-'));
    });
    afterEach(async () => {
      for (const each of started.splice(0)) await each.kill();
    });
    afterAll(() => stop());

    function start(applicationId: string, member: string, topics: NumberedTopics): NumberingProcess {
      const { input, output, partitions } = topics;
      const stateDir = path.join(folder, applicationId, member);
      const about = [bootstrapServers, applicationId, stateDir, input, output, String(partitions)];
      const child = new NumberingProcess(about);
      started.push(child);
      return child;
    }

    it(`${run.kills} kills: each result is there once`, { timeout: timeoutMs(run.records) }, async () => {
      const { records, keys, kills, aliveMsMax } = run;
      const topics = await createNumberedTopics(bootstrapServers, `killed-${tag}`, PARTITIONS);
      const members = ['a', 'b'];
      const running = new Map(members.map((member) => [member, start(`killed-${tag}`, member, topics)]));
      let written = 0;
      for (let kill = 0; kill < kills; kill++) {
        const until = Math.floor(((kill + 1) * records) / kills);
        await produceNumbered(bootstrapServers, topics, { from: written, count: until - written, keys });
        written = until;
        // A while that differs from kill to kill, and is the same in each run.
        await environment.timers.sleep((aliveMsMax * ((7 * kill + 3) % 11)) / 11);
        const member = members[kill % members.length] ?? '';
        await running.get(member)?.kill();
        running.set(member, start(`killed-${tag}`, member, topics));
      }
      expect(await resultsOf(bootstrapServers, topics, records)).toEqual(numberedResults(records, keys));
    });

    it('a process that was stopped, and comes back, writes nothing that counts', async () => {
      const total = 3_000;
      const topics = await createNumberedTopics(bootstrapServers, `zombie-${tag}`, PARTITIONS);
      const zombie = start(`zombie-${tag}`, 'zombie', topics);
      await zombie.has('RUNNING');
      await produceNumbered(bootstrapServers, topics, { count: total / 3, keys: 10 });
      await resultsOf(bootstrapServers, topics, total / 6);
      zombie.signal('SIGSTOP');
      const heir = start(`zombie-${tag}`, 'heir', topics);
      await produceNumbered(bootstrapServers, topics, { from: total / 3, count: total / 3, keys: 10 });
      // Its session ends, and the transaction that it has left is aborted.
      await resultsOf(bootstrapServers, topics, (2 * total) / 3);
      await heir.has('RUNNING');
      zombie.signal('SIGCONT');
      await produceNumbered(bootstrapServers, topics, { from: (2 * total) / 3, count: total / 3, keys: 10 });
      expect(await resultsOf(bootstrapServers, topics, total)).toEqual(numberedResults(total, 10));
      await waitFor(environment, 'the zombie to join again', () =>
        /RUNNING[\s\S]*REBALANCING[\s\S]*RUNNING/.test(zombie.printed),
      );
      expect(await resultsNow(bootstrapServers, topics)).toEqual(numberedResults(total, 10));
    });

    const restart = 'a restart after a kill reads the tail of the changelog, and not all of it';
    it(restart, { timeout: timeoutMs(run.rows) }, async () => {
      const keys = run.rows;
      const topics = await createNumberedTopics(bootstrapServers, `tail-${tag}`, 1);
      const victim = start(`tail-${tag}`, 'only', topics);
      await produceNumbered(bootstrapServers, topics, { count: keys, keys });
      await resultsOf(bootstrapServers, topics, keys);
      // One more, whose commit comes after all that.
      await produceNumbered(bootstrapServers, topics, { from: keys, count: 1, keys });
      await resultsOf(bootstrapServers, topics, keys + 1);
      await victim.kill();
      const heir = start(`tail-${tag}`, 'only', topics);
      await produceNumbered(bootstrapServers, topics, { from: keys + 1, count: keys - 1, keys });
      expect(await resultsOf(bootstrapServers, topics, 2 * keys)).toEqual(numberedResults(2 * keys, keys));
      const restored = [...heir.printed.matchAll(/RESTORED \S+ (\d+)/g)].reduce(
        (sum, [, count]) => sum + Number(count),
        0,
      );
      expect(restored).toBeLessThan(keys / 10);
    });
  });
}

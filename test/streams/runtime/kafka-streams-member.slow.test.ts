import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rivalClassPath } from '../../../bench/harness/maven.ts';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin, type GroupMemberDescription } from '../../../src/client/index.ts';
import { Serdes, StreamsBuilder } from '../../../src/streams/index.ts';
import { whyNoKafka } from '../../compat/apache-kafka.ts';
import { createTopics, produce, readTotals, waitFor } from './app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from './broker-and-folder.ts';
import { startThread, type ThreadUnderTest } from './thread-under-test.ts';

const PARTITIONS = 4;
const KEYS = Array.from({ length: 24 }, (_, i) => `key-${i}`);
const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/** A member of the application on Kafka Streams, in a process of its own. */
class JavaMember {
  readonly #child: ChildProcess;
  output = '';

  constructor(bootstrapServers: string, stateDir: string) {
    const program = path.join(import.meta.dirname, 'KafkaStreamsMember.java');
    const args = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', rivalClassPath('kafka'), program];
    this.#child = spawn('java', [...args, bootstrapServers, stateDir], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.on('data', (text: Buffer) => {
      this.output += text.toString();
    });
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.on('exit', resolve));
    this.#child.stdin?.end();
    await ended;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

describe.skipIf(whyNoKafka !== undefined)('a group of members of Kafka Streams and of Millrace', () => {
  let around: BrokerAndFolder;
  let admin: Admin;
  const opened: { kill(): void }[] = [];
  let rounds = 0;

  beforeEach(async () => {
    around = await brokerAndFolder();
    admin = new Admin({ environment, bootstrapServers: around.bootstrapServers });
    await createTopics(environment, around.bootstrapServers, { in: PARTITIONS, out: PARTITIONS });
  });
  afterEach(async () => {
    for (const member of opened.splice(0)) member.kill();
    await admin.close();
    await around.close();
  });

  function startOurs(name: string): Promise<ThreadUnderTest> {
    const builder = new StreamsBuilder();
    builder
      .stream('in', strings)
      .groupByKey()
      .count({ storeName: 'counts', keySerde: Serdes.string })
      .toStream()
      .mapValues(String)
      .to('out', strings);
    return startThread({
      applicationId: 'mixed',
      bootstrapServers: around.bootstrapServers,
      topology: builder.build(),
      stateDir: path.join(around.folder, name),
      commitIntervalMs: 100,
      consumer: { heartbeatIntervalMs: 300 },
    });
  }

  function startJava(name: string): JavaMember {
    const member = new JavaMember(around.bootstrapServers, path.join(around.folder, name));
    opened.push(member);
    return member;
  }

  const hasTasks = (member: ThreadUnderTest, count: number): Promise<void> =>
    waitFor(environment, `${count} tasks`, () => member.thread.tasks.length === count);

  /** Waits until the group is at rest with so many members, each with its share. */
  async function atRest(count: number): Promise<readonly GroupMemberDescription[]> {
    for (;;) {
      const [group] = await admin.describeGroups(['mixed']);
      const members = group?.members ?? [];
      const isShared = members.every(({ assignment }) => assignment.length === PARTITIONS / count);
      if (group?.state === 'Stable' && members.length === count && isShared) return members;
      await environment.timers.sleep(50);
    }
  }

  /** One record of each key: whoever has the partition goes on counting where the last one was. */
  async function count(): Promise<void> {
    rounds++;
    await produce(
      environment,
      around.bootstrapServers,
      KEYS.map((key) => ({ topic: 'in', key, value: 'x' })),
    );
    const until = { total: KEYS.length * rounds, partitions: PARTITIONS, timeoutMs: 60_000 };
    const counts = await readTotals(environment, around.bootstrapServers, until);
    expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(KEYS.map((key) => [key, rounds])));
  }

  it('shares out tasks, whoever leads, and goes on with the state of the other', async () => {
    const ours = await startOurs('ours');
    await hasTasks(ours, PARTITIONS);
    await count();

    // Ours leads.
    const java = startJava('java');
    await atRest(2);
    await hasTasks(ours, PARTITIONS / 2);
    await count();

    expect(await ours.end()).toBeUndefined();
    await atRest(1);
    await count();

    // Kafka Streams leads.
    const again = await startOurs('again');
    await atRest(2);
    await hasTasks(again, PARTITIONS / 2);
    await count();

    await java.end();
    expect(java.output).toContain('ENDED');
    expect(java.output).not.toContain('ERROR');
    await hasTasks(again, PARTITIONS);
    await count();
    expect(await again.end()).toBeUndefined();
  });
});

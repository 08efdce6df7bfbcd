import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import {
  Admin,
  Consumer,
  type ConsumerAssignor,
  type GroupDescription,
  Producer,
} from '../../../src/client/index.ts';
import { Serdes, StreamsBuilder, type StreamsAppOptions, type Topology } from '../../../src/streams/index.ts';
import { eagerTaskAssignor } from '../../../src/streams/runtime/eager-task-assignor.ts';
import { taskAssignors } from '../../../src/streams/runtime/task-assignor.ts';
import type { TaskAssignorOptions } from '../../../src/streams/runtime/task-assignor-options.ts';
import type { Task } from '../../../src/streams/runtime/task.ts';
import { planTopics } from '../../../src/streams/runtime/topic-plan.ts';
import { typescriptFlags } from '../../setup/typescript-flags.ts';
import { collectTopology, createTopics, readTotals, records, waitFor } from './app-under-test.ts';
import type { BrokerAndFolder } from './broker-and-folder.ts';
import { startThread, type ThreadUnderTest } from './thread-under-test.ts';

const PARTITIONS = 6;
const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/** What members of an application's group do for each other when some come and go, on any broker. */
export function describeCooperation(
  name: string,
  start: () => Promise<BrokerAndFolder>,
  { sessionMsMin }: { readonly sessionMsMin: number },
): void {
  describe(`an application on ${name}`, () => {
    let folder = '';
    let bootstrapServers = '';
    let admin: Admin;

    beforeEach(async () => {
      const around = await start();
      ({ bootstrapServers, folder } = around);
      await createTopics(environment, bootstrapServers, { in: PARTITIONS, out: PARTITIONS });
      admin = new Admin({ environment, bootstrapServers });
      return async () => {
        await admin.close();
        await around.close();
      };
    });

    const startMember = (
      member: string,
      topology: Topology,
      options: Partial<StreamsAppOptions> = {},
      onPhase?: (phase: string) => void,
    ): Promise<ThreadUnderTest> =>
      startThread(
        {
          bootstrapServers,
          applicationId: 'collect',
          topology,
          stateDir: path.join(folder, member),
          commitIntervalMs: 100,
          consumer: { sessionTimeoutMs: sessionMsMin, heartbeatIntervalMs: 300 },
          ...options,
        },
        {},
        onPhase,
      );

    /** A member in a process of its own, which can be killed. */
    function startVictim(sessionMs: number): {
      readonly child: ChildProcess;
      readonly running: Promise<void>;
      readonly death: Promise<unknown>;
    } {
      const program = path.join(import.meta.dirname, 'crashing-app.ts');
      const stateDir = path.join(folder, 'victim');
      const args = [...typescriptFlags, program, bootstrapServers, stateDir, 'never', '0', String(sessionMs)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const running = new Promise<void>((resolve) => {
        child.stdout.on('data', (text: Buffer) => text.includes('RUNNING') && resolve());
      });
      return { child, running, death: new Promise((resolve) => child.on('exit', resolve)) };
    }

    const hasTasks = async (count: number, ...members: readonly ThreadUnderTest[]): Promise<void> => {
      const isReached = (): boolean =>
        members.every(({ thread }) => thread.tasks.length === count && thread.restoring.length === 0);
      try {
        await waitFor(environment, `${count} tasks each`, isReached);
      } catch (error) {
        const found = members.map(({ thread }) => thread.tasks.map(({ id }) => id).join());
        throw new Error(`instead there are ${found.join(' and ')}`, { cause: error });
      }
    };

    it('stops only what moves when members come, die and go, and loses nothing', async () => {
      const flow = new Flow(bootstrapServers);
      const topology = collectTopology();
      const one = await startMember('one', topology);
      await hasTasks(2 * PARTITIONS, one);

      const before = new Kept(one);
      const { child, running, death } = startVictim(sessionMsMin);
      await running;
      await hasTasks(PARTITIONS, one);
      before.expectKept(PARTITIONS);

      const two = await startMember('two', topology);
      await hasTasks(4, one, two);
      before.expectKept(4);

      const survivors = [new Kept(one), new Kept(two)];
      child.kill('SIGKILL');
      await death;
      await hasTasks(PARTITIONS, one, two);
      for (const survivor of survivors) survivor.expectKept(4);

      const last = new Kept(one);
      expect(await two.end()).toBeUndefined();
      await hasTasks(2 * PARTITIONS, one);
      last.expectKept(PARTITIONS);
      before.expectKept(4);

      const total = await flow.end();
      const sizes = await readTotals(environment, bootstrapServers, {
        total,
        partitions: PARTITIONS,
        timeoutMs: 60_000,
      });
      expect([...sizes.values()].reduce((a, b) => a + b, 0)).toBe(total);
      expect(new Set(sizes.values())).toEqual(new Set([total / 8]));
      expect(await one.end()).toBeUndefined();
    });

    it('processes nothing twice when tasks move between members that live', async () => {
      const seen: string[] = [];
      const builder = new StreamsBuilder();
      builder.stream('in', strings).process(() => ({ process: ({ value }) => void seen.push(value) }));
      const topology = builder.build();
      const flow = new Flow(bootstrapServers);
      const one = await startMember('one', topology);
      await hasTasks(PARTITIONS, one);
      const two = await startMember('two', topology);
      await hasTasks(PARTITIONS / 2, one, two);
      const three = await startMember('three', topology);
      await hasTasks(PARTITIONS / 3, one, two, three);
      expect(await two.end()).toBeUndefined();
      await hasTasks(PARTITIONS / 2, one, three);
      const total = await flow.end();
      await waitFor(environment, 'all records', () => new Set(seen).size === total);
      for (const member of [one, three]) expect(await member.end()).toBeUndefined();
      expect(seen.length).toBe(total);
    });

    it('goes on, and commits, while the group waits for a member that does not answer', async () => {
      const topology = idleTopology();
      const one = await startMember('one', topology);
      await hasTasks(PARTITIONS, one);
      // It joins, and is not polled any more: the group waits for it as it does for a dead one's session.
      const silent = memberConsumer(taskAssignors(assignorOptions(topology)));
      while (silent.assignment().length < PARTITIONS / 2) await silent.poll(50);
      await hasTasks(PARTITIONS / 2, one);

      const kept = new Kept(one);
      const two = await startMember('two', topology);
      await until(async () => (await groupNow()).state === 'PreparingRebalance');
      const flow = new Flow(bootstrapServers);
      await waitFor(environment, 'records', () => flow.sent >= 200);
      await flow.end();
      const mine = new Set(one.thread.tasks.flatMap((task) => task.queues.map(({ partition }) => partition)));
      expect(mine.size).toBe(PARTITIONS / 2);
      const ends = await admin.listOffsets(
        [...mine].map((partition) => ({ topic: 'in', partition, spec: 'latest' as const })),
      );
      await until(async () => {
        const committed = await admin.listConsumerGroupOffsets('collect');
        return ends.every(({ partition, offset }) =>
          committed.some(
            (each) => each.topic === 'in' && each.partition === partition && each.offset === offset,
          ),
        );
      });
      expect((await groupNow()).state).toBe('PreparingRebalance');
      expect(two.thread.tasks).toEqual([]);
      kept.expectKept(PARTITIONS / 2);
      await silent.close({ leaveGroup: true });
      await hasTasks(PARTITIONS / 2, one, two);
      for (const member of [one, two]) expect(await member.end()).toBeUndefined();
    });

    it('gives a static member that comes back its tasks without a rebalance', async () => {
      const topology = collectTopology();
      const phases: string[] = [];
      const staticMember = (
        groupInstanceId: string,
        onPhase?: (phase: string) => void,
      ): Promise<ThreadUnderTest> =>
        startMember(
          groupInstanceId,
          topology,
          { consumer: { groupInstanceId, sessionTimeoutMs: 60_000, heartbeatIntervalMs: 300 } },
          onPhase,
        );
      const stays = await staticMember('stays', (phase) => phases.push(phase));
      await hasTasks(2 * PARTITIONS, stays);
      const leaves = await staticMember('leaves');
      await hasTasks(PARTITIONS, stays, leaves);
      await until(async () => (await groupNow()).state === 'Stable');
      const kept = new Kept(stays);
      const idsOf = ({ thread }: ThreadUnderTest): readonly string[] =>
        thread.tasks.map(({ id }) => id).sort();
      const before = idsOf(leaves);
      phases.length = 0;
      expect(await leaves.end()).toBeUndefined();
      const back = await staticMember('leaves');
      await hasTasks(PARTITIONS, back);
      expect(idsOf(back)).toEqual(before);
      const { state, members } = await groupNow();
      expect([state, members.length]).toEqual(['Stable', 2]);
      const flow = new Flow(bootstrapServers);
      await waitFor(environment, 'records', () => flow.sent >= 100);
      const total = await flow.end();
      await readTotals(environment, bootstrapServers, { total, partitions: PARTITIONS, timeoutMs: 60_000 });
      expect(phases).toEqual([]);
      kept.expectKept(PARTITIONS);
      for (const member of [stays, back]) expect(await member.end()).toBeUndefined();
    });

    it('is upgraded one by one from a version that gives everything up in each rebalance', async () => {
      const topology = idleTopology();
      const eager = eagerTaskAssignor(assignorOptions(topology));
      // As the earlier version had it: it knows no other protocol.
      const old = memberConsumer([{ ...eager, supportedProtocols: ['eager'], revokesAll: false }]);
      while (old.assignment().length < PARTITIONS) await old.poll(50);
      const one = await startMember('one', topology);
      const isShared = (): boolean =>
        one.thread.tasks.length === PARTITIONS / 2 && old.assignment().length === PARTITIONS / 2;
      while (!isShared()) await old.poll(50);
      expect((await groupNow()).protocol).toBe('millrace-streams');
      // Whoever is led by the older version keeps nothing over a rebalance.
      const before = new Kept(one);
      const two = startMember('two', topology);
      let hasStarted = false;
      const started = two.then((member) => {
        hasStarted = true;
        return member;
      });
      while (!hasStarted || old.assignment().length > PARTITIONS / 3) await old.poll(50);
      await hasTasks(PARTITIONS / 3, one, await started);
      before.expectKept(0);
      await old.close();
      await hasTasks(PARTITIONS / 2, one, await started);
      await until(async () => (await groupNow()).protocol === 'stream');
      const kept = new Kept(one);
      const three = await startMember('three', topology);
      await hasTasks(PARTITIONS / 3, one, await started, three);
      kept.expectKept(PARTITIONS / 3);
      for (const member of [one, await started, three]) expect(await member.end()).toBeUndefined();
    });

    const groupNow = async (): Promise<GroupDescription> => {
      const [group] = await admin.describeGroups(['collect']);
      if (group === undefined) throw new Error('the group is not described');
      return group;
    };

    const assignorOptions = (topology: Topology): TaskAssignorOptions => ({
      applicationId: 'collect',
      topology,
      tasks: planTopics(topology, 'collect', new Map([['in', PARTITIONS]])).tasks,
      processId: () => randomBytes(16).toString('base64url'),
      userEndPoint: '',
      standbyReplicas: 0,
      warmupReplicasMax: 2,
      probingRebalanceIntervalMs: 600_000,
      nowMs: () => 1_000,
      instance: undefined,
      taskOffsetSums: () => new Map(),
      endOffsets: () => Promise.resolve(undefined),
      acceptableRecoveryLag: 10_000,
    });

    /** A member that only takes its partitions, to be polled by hand. */
    function memberConsumer(assignors: readonly ConsumerAssignor[]): Consumer {
      const consumer = new Consumer({
        environment,
        bootstrapServers,
        groupId: 'collect',
        autoCommit: false,
        sessionTimeoutMs: sessionMsMin,
        heartbeatIntervalMs: 300,
        assignors,
      });
      consumer.subscribe(['in']);
      return consumer;
    }
  });
}

function idleTopology(): Topology {
  const builder = new StreamsBuilder();
  builder.stream('in', strings).process(() => ({ process() {} }));
  return builder.build();
}

/** The tasks that a member has now: those that stay must be the same objects later, which were never closed. */
class Kept {
  readonly #member: ThreadUnderTest;
  readonly #tasks: ReadonlySet<Task>;

  constructor(member: ThreadUnderTest) {
    this.#member = member;
    this.#tasks = new Set(member.thread.tasks);
  }

  expectKept(count: number): void {
    expect(this.#member.thread.tasks.filter((task) => this.#tasks.has(task))).toHaveLength(count);
  }
}

/** Records that keep coming: values that end in a letter of one of eight groups, eight at a time. */
class Flow {
  readonly #producer: Producer;
  readonly #running: Promise<void>;
  #isOver = false;
  sent = 0;

  constructor(bootstrapServers: string) {
    this.#producer = new Producer({ environment, bootstrapServers });
    this.#running = this.#run();
  }

  /** Answers how many there were. */
  async end(): Promise<number> {
    this.#isOver = true;
    await this.#running;
    await this.#producer.close();
    return this.sent;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      for (const record of records(this.sent, 8)) this.#producer.send(record);
      await this.#producer.flush();
      this.sent += 8;
      await environment.timers.sleep(40);
    }
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await environment.timers.sleep(20);
}

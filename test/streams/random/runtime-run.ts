import path from 'node:path';
import type { Environment } from '../../../src/base/environment.ts';
import { Admin, Consumer, Producer } from '../../../src/client/index.ts';
import { startThread, type ThreadUnderTest } from '../runtime/thread-under-test.ts';
import { EMIT_ALWAYS } from '../recordings.ts';
import { buildProgram } from './build-program.ts';
import { oracleOutputs, partitionOf } from './oracle.ts';
import { printCase, type Program, topicsOf } from './program.ts';
import type { Life, RuntimeCase } from './runtime-case.ts';
import { printResult, rawRecord } from './test-driver-answers.ts';

/** What a run has around it. */
export interface Surroundings {
  readonly environment: Environment;
  readonly bootstrapServers: string;
  /** For the state of applications. */
  readonly folder: string;
  /** Begins the names of topics and of the application: several cases share a broker. */
  readonly prefix: string;
}

/** What a last commit has brought may be on its way to the next sub-topology. */
const QUIET_LOOKS = 8;
const LIFE_MS_MAX = 60_000;

/** Runs a case in the runtime, life after life. Returns what is wrong with what came of it, or undefined. */
export async function runInRuntime(
  { given, partitions, lives, promise, seed }: RuntimeCase,
  around: Surroundings,
): Promise<string | undefined> {
  const prefix = `${around.prefix}-${seed}-`;
  const program = renamed(given.program, prefix);
  const { inputs, outputs } = topicsOf(program);
  await makeTopics([...inputs, ...outputs], partitions, around);
  await produceAll(
    given.records.map((record) => ({ ...record, topic: prefix + record.topic })),
    partitions,
    around,
  );
  const last: Life = {
    members: 1,
    commitIntervalMs: 5,
    bufferedRecordsMax: 1_000,
    processedMax: Number.POSITIVE_INFINITY,
    cut: undefined,
    keepsState: true,
  };
  let folder = 0;
  for (const life of [...lives, last]) {
    if (!life.keepsState) folder++;
    const failure = await live(life, {
      program,
      applicationId: `${prefix}app`,
      cached: given.cached,
      stateDir: path.join(around.folder, `${prefix}state-${folder}`),
      mayDie: lives.some(({ cut }) => cut !== undefined),
      around,
    });
    if (failure !== undefined) return failure;
  }
  const isApart = promise === 'exact' && partitions > 1;
  const expected = oracleOutputs(given, isApart ? partitions : 1);
  for (const [topic, wanted] of expected) {
    const found = (await contentsOf(prefix + topic, partitions, around)).map((text) =>
      text.slice(prefix.length),
    );
    const difference =
      promise === 'exact'
        ? differentRecords(found, wanted, { inOrder: partitions === 1 })
        : differentEnds(found, wanted, isTable(given.program, topic));
    if (difference !== undefined) return `${topic}: ${difference}`;
  }
  return undefined;
}

/** A case as text, with what has to be told to repeat it. */
export function printRuntimeCase({ seed, promise, given, partitions, lives }: RuntimeCase): string {
  return `seed ${seed}, ${promise}, ${partitions} partitions, lives ${JSON.stringify(lives)}\n${printCase(given)}`;
}

interface Application {
  readonly program: Program;
  readonly applicationId: string;
  readonly cached: boolean;
  readonly stateDir: string;
  readonly mayDie: boolean;
  readonly around: Surroundings;
}

/** One that was cut off leaves no word; where none is, nobody may be taken for dead. */
const membership = ({
  mayDie,
}: Application): { readonly sessionTimeoutMs: number; readonly heartbeatIntervalMs: number } =>
  mayDie
    ? { sessionTimeoutMs: 1_000, heartbeatIntervalMs: 100 }
    : { sessionTimeoutMs: 45_000, heartbeatIntervalMs: 300 };

/** Runs the application once; returns what it failed with, other than being cut off. */
async function live(life: Life, app: Application): Promise<string | undefined> {
  const { environment } = app.around;
  let commits = 0;
  const members: ThreadUnderTest[] = [];
  for (let i = 0; i < life.members; i++) {
    members.push(
      await startThread(
        {
          environment,
          bootstrapServers: app.around.bootstrapServers,
          applicationId: app.applicationId,
          topology: buildProgram(app.program),
          stateDir: i === 0 ? app.stateDir : `${app.stateDir}-other`,
          cacheBytesMax: app.cached ? 1 << 20 : 0,
          commitIntervalMs: life.commitIntervalMs,
          bufferedRecordsMax: life.bufferedRecordsMax,
          // So that little is fetched at a time.
          consumer: { ...membership(app), pollRecordsMax: life.bufferedRecordsMax },
          config: EMIT_ALWAYS,
          pollMs: 5,
        },
        {
          at: (step, when) => {
            const { cut } = life;
            if (cut === undefined || i > 0 || cut.step !== step || cut.when !== when) return;
            if (commits++ >= cut.commit) throw new Error('cut off');
          },
        },
      ),
    );
  }
  const isLast = life.processedMax === Number.POSITIVE_INFINITY;
  await waitForEnd(members, life, environment);
  const failures: unknown[] = [];
  // The last one to go has what the others have left.
  for (const member of members) failures.push(await member.end());
  const wrong = failures.find(
    (failure) => failure !== undefined && !(failure as Error).message.includes('cut off'),
  );
  if (wrong !== undefined) return `a life failed: ${(wrong as Error).stack}`;
  return isLast && failures[0] !== undefined ? 'the last life was cut off' : undefined;
}

/** Waits until enough was processed, there is nothing more, or a member has ended by itself. */
async function waitForEnd(
  members: readonly ThreadUnderTest[],
  life: Life,
  environment: Environment,
): Promise<void> {
  const [first] = members;
  const deadlineMs = environment.clock.monotonicMs() + LIFE_MS_MAX;
  const tasks = () => members.flatMap((member) => member.thread.tasks.map((task) => ({ member, task })));
  const processed = (): number => tasks().reduce((total, { task }) => total + task.metrics.processed, 0);
  let quiet = { processed: -1, looks: 0 };
  while (environment.clock.monotonicMs() < deadlineMs) {
    if (members.some((member) => member.hasEnded())) return;
    if (processed() >= life.processedMax) return;
    const isDry =
      tasks().length >= (first?.taskCount ?? 0) &&
      tasks().every(
        ({ member, task }) =>
          task.bufferedCount === 0 && member.thread.inputsOf(task).every(({ lag }) => lag === 0),
      );
    const isQuiet = isDry && (life.commitIntervalMs > 1000 || tasks().every(({ task }) => task.isSettled));
    if (!isQuiet || processed() !== quiet.processed) quiet = { processed: processed(), looks: 0 };
    else if (quiet.looks++ >= QUIET_LOOKS) return;
    await environment.timers.sleep(5);
  }
  throw new Error(
    `a life has not ended: ${processed()} processed, ${tasks().length} of ${first?.taskCount} tasks`,
  );
}

const clientOf = ({
  environment,
  bootstrapServers,
}: Surroundings): Pick<Surroundings, 'environment' | 'bootstrapServers'> => ({
  environment,
  bootstrapServers,
});

function renamed(program: Program, prefix: string): Program {
  return program.map((step) =>
    ['stream', 'table', 'versioned', 'to'].includes(step.operator)
      ? { ...step, words: [prefix + (step.words[0] ?? ''), ...step.words.slice(1)] }
      : step,
  );
}

async function makeTopics(names: readonly string[], partitions: number, around: Surroundings): Promise<void> {
  const admin = new Admin(clientOf(around));
  await admin.createTopics(names.map((name) => ({ name, partitions, replicationFactor: 1 })));
  await admin.close();
}

async function produceAll(
  records: RuntimeCase['given']['records'],
  partitions: number,
  around: Surroundings,
): Promise<void> {
  const producer = new Producer(clientOf(around));
  for (const record of records)
    producer.send({ topic: record.topic, partition: partitionOf(record, partitions), ...rawRecord(record) });
  await producer.flush();
  await producer.close();
}

/** All that a topic holds, partition after partition. */
async function contentsOf(
  topic: string,
  partitions: number,
  around: Surroundings,
): Promise<readonly string[]> {
  const consumer = new Consumer({ ...clientOf(around), autoOffsetReset: 'earliest' });
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
  consumer.assign(all);
  const found: string[][] = all.map(() => []);
  let left = 0;
  for (const { offset } of await consumer.endOffsets(all)) left += offset;
  while (left > 0) {
    for (const { partition, records } of await consumer.poll(100)) {
      left -= records.length;
      for (const record of records) found[partition]?.push(printResult(topic, record));
    }
  }
  await consumer.close();
  return found.flat();
}

function isTable(program: Program, topic: string): boolean {
  const sink = program.find(({ operator, words }) => operator === 'to' && words[0] === topic);
  return program.find(({ id }) => id === sink?.inputs[0])?.operator === 'toStream';
}

function differentRecords(
  found: readonly string[],
  wanted: readonly string[],
  { inOrder }: { readonly inOrder: boolean },
): string | undefined {
  const [a, b] = inOrder ? [found, wanted] : [found.toSorted(), wanted.toSorted()];
  const at = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).find((i) => a[i] !== b[i]);
  if (at === undefined) return undefined;
  return `${a.length} records instead of ${b.length}; at ${at} ${a[at]} instead of ${b[at]}\n  found ${a.join(' ')}\n  wanted ${b.join(' ')}`;
}

/** The last value of each key of a table, or the different results of a stream: times and repetitions do not matter. */
function differentEnds(
  found: readonly string[],
  wanted: readonly string[],
  table: boolean,
): string | undefined {
  const ends = (records: readonly string[]): string => {
    const parts = records.map((record) => record.split(','));
    if (!table) return [...new Set(parts.map(([, key, value]) => `${key}=${value}`))].sort().join(' ');
    const last = new Map(parts.map(([, key = '', value = '']) => [key, value]));
    return [...last]
      .filter(([, value]) => value !== '~')
      .map((entry) => entry.join('='))
      .sort()
      .join(' ');
  };
  const a = ends(found);
  const b = ends(wanted);
  return a === b ? undefined : `ends with\n  ${a}\ninstead of\n  ${b}`;
}

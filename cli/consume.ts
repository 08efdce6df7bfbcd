import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { DiagnosticError, OperationalError } from '../src/base/errors.ts';
import {
  Admin,
  Consumer,
  type ConsumerRecord,
  type FetchedRecords,
  type TopicPartition,
} from '../src/client/index.ts';
import { clientOptions, type ConnectionOptions, withConnection } from './connection.ts';
import { wholeNumber } from './topic.ts';

interface ConsumeOptions extends ConnectionOptions {
  readonly fromBeginning?: boolean;
  readonly group?: string;
  readonly partition?: number;
  readonly offset?: number;
  readonly max?: number;
  readonly exit?: boolean;
  readonly json?: boolean;
  readonly keySeparator?: string;
}

const POLL_TIMEOUT_MS = 500;
const TOPIC_CHECK_MS = 500;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** `millrace consume TOPIC`: prints records as they come, until Ctrl-C, `--max`, or with `--exit` the topic's end. */
export function consumeCommand(): Command {
  return withConnection(new Command('consume').argument('<topic>'))
    .description('print records as they come')
    .option('--from-beginning', 'start with the oldest record instead of the next one')
    .option('-g, --group <id>', 'consume as a member of this group and commit')
    .option('-p, --partition <n>', 'only this partition', wholeNumber)
    .option('-o, --offset <n>', 'start at this offset (with --partition)', wholeNumber)
    .option('-m, --max <n>', 'stop after so many records', wholeNumber)
    .option('-e, --exit', 'stop at the end of the topic')
    .option('-k, --key-separator <text>', 'print keys too, with this between key and value')
    .option('--json', 'one JSON object a line: partition, offset, timestamp, key, value, headers')
    .action(async (topic: string, options: ConsumeOptions) => {
      const stop = new AbortController();
      const interrupt = (): void => stop.abort();
      for (const name of SIGNALS) process.once(name, interrupt);
      try {
        if (await untilThere(topic, options, stop.signal)) await consume(topic, options, stop.signal);
      } finally {
        for (const name of SIGNALS) process.off(name, interrupt);
      }
    });
}

/**
 * Waits for a topic that does not exist yet, and says so once; answers whether there is one to read by then.
 * @throws {OperationalError} when the topic is not there and the user asked to stop at its end.
 */
async function untilThere(topic: string, options: ConsumeOptions, signal: AbortSignal): Promise<boolean> {
  const admin = new Admin(await clientOptions(options));
  try {
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const partitions = await partitionsOf(admin, topic);
      if (partitions !== undefined) {
        refuseUnknownPartition(topic, options.partition, partitions);
        return true;
      }
      const missing = `there is no topic ${topic}`;
      if (options.exit === true)
        throw new OperationalError('UNKNOWN_TOPIC_OR_PARTITION', missing, { retriable: true });
      if (isFirst) process.stderr.write(`${missing} yet: waiting for it, Ctrl-C ends that\n`);
      await sleep(TOPIC_CHECK_MS, undefined, { signal }).catch(() => {});
    }
    return false;
  } finally {
    await admin.close();
  }
}

/** How many partitions a topic has; undefined when it does not exist. */
async function partitionsOf(admin: Admin, topic: string): Promise<number | undefined> {
  try {
    const [description] = await admin.describeTopics([topic]);
    return description?.partitions.length;
  } catch (error) {
    if (error instanceof OperationalError && error.code === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined;
    throw error;
  }
}

function refuseUnknownPartition(topic: string, partition: number | undefined, partitions: number): void {
  if (partition === undefined || (partition >= 0 && partition < partitions)) return;
  throw new DiagnosticError({
    message: `topic ${topic} has no partition ${partition}`,
    hint: partitions === 1 ? 'it has one, partition 0' : `it has ${partitions}, 0 to ${partitions - 1}`,
  });
}

async function consume(topic: string, options: ConsumeOptions, signal: AbortSignal): Promise<void> {
  const consumer = new Consumer({
    ...(await clientOptions(options)),
    ...(options.group === undefined ? { autoCommit: false } : { groupId: options.group }),
    autoOffsetReset: options.fromBeginning === true ? 'earliest' : 'latest',
  });
  const wakeUp = (): void => consumer.wakeup();
  signal.addEventListener('abort', wakeUp);
  try {
    await consumeAll(consumer, topic, options, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', wakeUp);
    await consumer.close();
  }
}

async function consumeAll(consumer: Consumer, topic: string, options: ConsumeOptions, signal: AbortSignal) {
  const ends = await subscribe(consumer, topic, options);
  let left = options.max ?? Number.POSITIVE_INFINITY;
  while (left > 0 && !signal.aborted) {
    if (ends !== undefined && (await reached(consumer, ends, options.group !== undefined))) return;
    for (const fetched of await consumer.poll(POLL_TIMEOUT_MS)) {
      const shown = fetched.records.slice(0, left);
      left -= shown.length;
      if (shown.length > 0) process.stdout.write(shown.map((r) => show(r, fetched, options)).join(''));
    }
  }
}

/** Begins to consume; answers where to stop, when the user asked to stop at the end. */
async function subscribe(consumer: Consumer, topic: string, options: ConsumeOptions) {
  const all = await consumer.partitionsFor(topic);
  if (options.group !== undefined) {
    consumer.subscribe([topic]);
    return options.exit === true ? consumer.endOffsets(all) : undefined;
  }
  const partitions: readonly TopicPartition[] =
    options.partition === undefined ? all : [{ topic, partition: options.partition }];
  consumer.assign(partitions);
  if (options.offset !== undefined)
    for (const partition of partitions) consumer.seek(partition, options.offset);
  return options.exit === true ? consumer.endOffsets(partitions) : undefined;
}

/** Whether everything that was there at the start has been read, of the partitions that are this consumer's. */
async function reached(
  consumer: Consumer,
  ends: readonly (TopicPartition & { readonly offset: number })[],
  isMember: boolean,
): Promise<boolean> {
  const own = new Set(consumer.assignment().map(({ partition }) => partition));
  if (own.size === 0) return false;
  for (const end of ends) {
    if (!own.has(end.partition)) continue;
    // A member of a group learns its positions while it polls.
    const position = isMember ? consumer.positionNow(end) : await consumer.position(end);
    if (position === undefined || position < end.offset) return false;
  }
  return true;
}

function show(record: ConsumerRecord, fetched: FetchedRecords, options: ConsumeOptions): string {
  const key = record.key?.toString() ?? null;
  const value = record.value?.toString() ?? null;
  if (options.json !== true) {
    const lead = options.keySeparator === undefined ? '' : `${key ?? 'null'}${options.keySeparator}`;
    return `${lead}${value ?? 'null'}\n`;
  }
  const { partition } = fetched;
  const { offset, timestamp } = record;
  const headers = record.headers.map((h) => ({ key: h.key, value: h.value?.toString() ?? null }));
  return `${JSON.stringify({ partition, offset, timestamp, key, value, headers })}\n`;
}

import { Command } from 'commander';
import {
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
      const consumer = new Consumer({
        ...clientOptions(options),
        ...(options.group === undefined ? { autoCommit: false } : { groupId: options.group }),
        autoOffsetReset: options.fromBeginning === true ? 'earliest' : 'latest',
      });
      const stop = new AbortController();
      const interrupt = (): void => {
        stop.abort();
        consumer.wakeup();
      };
      process.once('SIGINT', interrupt);
      try {
        await consumeAll(consumer, topic, options, stop.signal);
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      } finally {
        process.off('SIGINT', interrupt);
        await consumer.close();
      }
    });
}

async function consumeAll(consumer: Consumer, topic: string, options: ConsumeOptions, signal: AbortSignal) {
  const ends = await subscribe(consumer, topic, options);
  let left = options.max ?? Number.POSITIVE_INFINITY;
  while (left > 0 && !signal.aborted) {
    if (ends !== undefined && (await reached(consumer, ends))) return;
    for (const fetched of await consumer.poll(POLL_TIMEOUT_MS)) {
      const shown = fetched.records.slice(0, left);
      left -= shown.length;
      if (shown.length > 0) process.stdout.write(shown.map((r) => show(r, fetched, options)).join(''));
    }
  }
}

/** Begins to consume; answers where to stop, when the user asked to stop at the end. */
async function subscribe(consumer: Consumer, topic: string, options: ConsumeOptions) {
  if (options.group !== undefined) {
    consumer.subscribe([topic]);
    return undefined;
  }
  const all = await consumer.partitionsFor(topic);
  const partitions: readonly TopicPartition[] =
    options.partition === undefined ? all : [{ topic, partition: options.partition }];
  consumer.assign(partitions);
  if (options.offset !== undefined)
    for (const partition of partitions) consumer.seek(partition, options.offset);
  return options.exit === true ? consumer.endOffsets(partitions) : undefined;
}

async function reached(
  consumer: Consumer,
  ends: readonly (TopicPartition & { readonly offset: number })[],
): Promise<boolean> {
  for (const end of ends) {
    if ((await consumer.position(end)) < end.offset) return false;
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

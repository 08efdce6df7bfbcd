import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { shownInteger } from './wide-integer.ts';
import { DiagnosticError, messageOf, OperationalError } from '../src/base/errors.ts';
import {
  Admin,
  Consumer,
  type ConsumerRecord,
  FailureWatch,
  type FetchedRecords,
  type OffsetAndMetadata,
  type TopicPartition,
} from '../src/client/index.ts';
import { clientOptions, type ConnectionOptions, withConnection } from './connection.ts';
import { nearestTopic } from './missing-topic.ts';
import { byteFormat, type ByteFormat, recordTemplate, type ShownRecord, textOf } from './record-format.ts';
import { visible } from './shell/visible-text.ts';
import { type OptionRules, withOptionRules } from './option-rules.ts';
import { offsetsAt, startPlace, type StartPlace } from './start-place.ts';
import { stopRequest } from './stop-request.ts';
import { wholeNumber } from './option-values.ts';
import { writeError, writeOut } from './standard-streams.ts';

interface ConsumeOptions extends ConnectionOptions {
  readonly fromBeginning?: boolean;
  readonly group?: string;
  readonly partition?: number;
  readonly offset?: StartPlace;
  readonly keyFormat: ByteFormat;
  readonly valueFormat: ByteFormat;
  readonly format?: string;
  readonly max?: number;
  readonly exit?: boolean;
  readonly json?: boolean;
  readonly keySeparator?: string;
}

const POLL_TIMEOUT_MS = 500;
const TOPIC_CHECK_MS = 500;

const leaveOut = 'leave one of them out';

const OPTION_RULES: OptionRules = {
  '--from-beginning': { not: { '--offset': `they say two different places: ${leaveOut}` } },
  '--group': {
    not: {
      '--offset': 'a group begins where it has committed: millrace group reset moves that',
      '--partition': `a group is given its partitions: ${leaveOut}`,
    },
  },
  '--partition': {},
  '--offset': {},
  '--max': {},
  '--exit': {},
  '--key-separator': {
    not: {
      '--format': `the format says where the key goes, as %k: ${leaveOut}`,
      '--json': `a JSON object has the key in a field of its own: ${leaveOut}`,
    },
  },
  '--key-format': {
    needs: {
      oneOf: ['--key-separator', '--format', '--json'],
      hint: 'keys are shown with a separator, such as -k :, in a format with %k, and in JSON',
    },
  },
  '--value-format': {},
  '--format': { not: { '--json': `they say two different forms: ${leaveOut}` } },
  '--json': {},
};

/** `millrace consume TOPIC`: prints records as they come, until Ctrl-C, `--max`, or with `--exit` the topic's end. */
export function consumeCommand(): Command {
  const command = withConnection(new Command('consume').argument('<topic>'))
    .description('print records as they come')
    .option('--from-beginning', 'start with the oldest record instead of the next one')
    .option('-g, --group <id>', 'consume as a member of this group and commit')
    .option('-p, --partition <n>', 'only this partition', wholeNumber)
    .option(
      '-o, --offset <place>',
      'start here: earliest, latest, an offset, -n for the last n, or a time',
      startPlace,
    )
    .option('-m, --max <n>', 'stop after so many records, and commit no more than those', wholeNumber)
    .option('-e, --exit', 'stop at the end of the topic')
    .option('-k, --key-separator <text>', 'print keys too, with this between key and value')
    .addOption(byteFormat('--key-format <format>', 'what keys are'))
    .addOption(byteFormat('--value-format <format>', 'what values are'))
    .option(
      '-f, --format <text>',
      "how a record is written, as kcat's: %t %p %o %k %s %T %h %K %S %%, \\n, \\t",
    )
    .option('--json', 'one JSON object a line: partition, offset, timestamp, key, value, headers')
    .action(async (topic: string, options: ConsumeOptions) => {
      const { signal } = stopRequest();
      if (await untilThere(topic, options, signal)) await consume(topic, options, signal);
    });
  return withOptionRules(command, OPTION_RULES);
}

/**
 * Waits for a topic that does not exist yet, and says so once; answers whether there is one to read by then.
 * @throws {DiagnosticError} when the topic is not there and the user asked to stop at its end.
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
      if (options.exit === true || isFirst) {
        const suggestion = await nearestTopic(admin, topic);
        if (options.exit === true)
          throw new DiagnosticError({
            message: missing,
            ...(suggestion === undefined ? {} : { suggestion }),
          });
        const meant = suggestion === undefined ? '' : `, or is it ${suggestion}?`;
        writeError(`${missing} yet: waiting for it, Ctrl-C ends that${meant}\n`);
      }
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
    ...(options.group === undefined ? {} : { groupId: options.group }),
    // What has been shown is committed, and not what has been fetched beyond it.
    autoCommit: false,
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
  const write = recordWriter(options);
  const ends = await subscribe(consumer, topic, options);
  const waits = new FailureWatch([consumer], ({ error }) => {
    writeError(`waiting: ${error.message}\n`);
  });
  let left = options.max ?? Number.POSITIVE_INFINITY;
  while (left > 0 && !signal.aborted) {
    if (ends !== undefined && (await reached(consumer, ends, options.group !== undefined))) return;
    const shownUpTo: OffsetAndMetadata[] = [];
    for (const fetched of await consumer.poll(POLL_TIMEOUT_MS)) {
      const shown = fetched.records.slice(0, left);
      const last = shown.at(-1);
      if (last === undefined) continue;
      left -= shown.length;
      writeOut(shown.map((record) => write(record, fetched)).join(''));
      const { partition, nextOffset: whole } = fetched;
      const offset = shown.length === fetched.records.length ? whole : last.offset + 1;
      shownUpTo.push({ topic, partition, offset, leaderEpoch: fetched.leaderEpoch });
    }
    waits.check();
    if (options.group !== undefined && shownUpTo.length > 0) await commitShown(consumer, shownUpTo);
  }
}

/** Commits; where the group has gone on without this member, the partitions' next owner shows the records again. */
async function commitShown(consumer: Consumer, offsets: readonly OffsetAndMetadata[]): Promise<void> {
  try {
    await consumer.commit(offsets);
  } catch (error) {
    const code = error instanceof OperationalError ? error.code : undefined;
    if (code !== 'REBALANCE_IN_PROGRESS' && code !== 'COMMIT_FAILED') throw error;
    writeError(`${messageOf(error)}\n`);
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
  if (options.offset !== undefined) {
    for (const { partition, offset } of await placesOf(partitions, options.offset, options)) {
      consumer.seek({ topic, partition }, offset);
    }
  }
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

async function placesOf(partitions: readonly TopicPartition[], place: StartPlace, options: ConsumeOptions) {
  const admin = new Admin(await clientOptions(options));
  try {
    return await offsetsAt(admin, partitions, place);
  } finally {
    await admin.close();
  }
}

type RecordWriter = (record: ConsumerRecord, fetched: FetchedRecords) => string;

/**
 * How records are written: by a format string, as JSON, or as their values. On a terminal a text keeps to its line, as it
 * does in JSON anyway.
 */
function recordWriter(options: ConsumeOptions): RecordWriter {
  const { keyFormat, valueFormat, keySeparator, format } = options;
  const shownText = process.stdout.isTTY && options.json !== true ? visible : (text: string): string => text;
  const write =
    options.json === true
      ? jsonOf(options)
      : format === undefined
        ? recordTemplate(`${keySeparator === undefined ? '' : `%k${escaped(keySeparator)}`}%s\n`)
        : recordTemplate(format);
  return (record, { topic, partition }) => {
    const read = (bytes: Buffer | null, as: ByteFormat): string | null => {
      if (bytes === null) return null;
      try {
        return shownText(textOf(bytes, as));
      } catch (error) {
        throw new DiagnosticError({
          message: `${topic}-${partition} offset ${record.offset}: ${messageOf(error)}`,
          hint: 'choose another --key-format or --value-format; hex shows any bytes',
        });
      }
    };
    return write({
      topic,
      partition,
      record,
      key: read(record.key, keyFormat),
      value: read(record.value, valueFormat),
    });
  };
}

const escaped = (text: string): string => text.replaceAll('%', '%%').replaceAll('\\', '\\\\');

/** In JSON, numbers and JSON are values of their own, and not in quotes. */
function jsonOf({ keyFormat, valueFormat }: ConsumeOptions): (shown: ShownRecord) => string {
  const asJson = (text: string | null, format: ByteFormat): string =>
    text !== null && BARE_IN_JSON.has(format) && !/^-?(NaN|Infinity)$/.test(text)
      ? oneLine(text)
      : JSON.stringify(text);
  return ({ partition, record, key, value }) => {
    const { offset, timestamp } = record;
    const headers = record.headers.map((h) => ({ key: h.key, value: h.value?.toString() ?? null }));
    const place = JSON.stringify({ partition, offset, timestamp: shownInteger(timestamp) }).slice(0, -1);
    return `${place},"key":${asJson(key, keyFormat)},"value":${asJson(value, valueFormat)},"headers":${JSON.stringify(headers)}}\n`;
  };
}

/** JSON on one line: line breaks and tabs are blanks in it, since its strings hold none that is not escaped. */
const oneLine = (json: string): string => json.replaceAll(/[\n\r\t]+/g, ' ');

const BARE_IN_JSON: ReadonlySet<ByteFormat> = new Set(['json', 'int', 'long', 'double']);

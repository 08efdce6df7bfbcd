import { Command } from 'commander';
import { DiagnosticError } from '../src/base/errors.ts';
import type { Admin, TransactionDescription, TransactionFilter } from '../src/client/index.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { withOptionRules } from './option-rules.ts';
import { collect, wholeNumber } from './option-values.ts';
import { printObject, printRows } from './output.ts';
import { writeOut } from './standard-streams.ts';
import { withAdmin } from './with-admin.ts';

interface OutputOptions extends ConnectionOptions {
  readonly json?: boolean;
}

interface ListOptions extends OutputOptions {
  readonly state: readonly string[];
  readonly longerThan?: number;
}

interface AbortOptions extends ConnectionOptions {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
}

/** `millrace transaction`: list, describe, fence and abort transactions. */
export function transactionCommand(): Command {
  const transaction = new Command('transaction').description('list, describe, fence and abort transactions');

  const list = withConnection(transaction.command('list'))
    .description('list the transactional ids, and the state of the last transaction of each')
    .option('--state <name>', 'only those in this state, such as Ongoing (repeatable)', collect, [])
    .option('--longer-than <ms>', 'only those that have been open for longer', wholeNumber)
    .option('--json', 'one JSON object a line')
    .action((options: ListOptions) => withAdmin(options, (admin) => listTransactions(admin, options)));
  withOptionRules(list, { '--state': {}, '--longer-than': {}, '--json': {} });

  const description = withConnection(transaction.command('describe <id>'))
    .description('show the state of a transactional id, its producer, and the partitions of its transaction')
    .option('--json', 'one JSON object')
    .action((id: string, options: OutputOptions) =>
      withAdmin(options, async (admin) => {
        const [described] = await admin.describeTransactions([id]);
        if (described !== undefined) printDescription(described, options.json === true);
      }),
    );
  withOptionRules(description, { '--json': {} });

  const producers = withConnection(transaction.command('producers <topic>'))
    .description(
      'show the producers that the partitions of a topic remember, and where their open transactions begin',
    )
    .option('--json', 'one JSON object a line')
    .action((topic: string, options: OutputOptions) =>
      withAdmin(options, (admin) => listProducers(admin, topic, options.json === true), [topic]),
    );
  withOptionRules(producers, { '--json': {} });

  addFence(transaction);
  addAbort(transaction);
  return transaction;
}

function addFence(transaction: Command): void {
  withConnection(transaction.command('fence <id...>'))
    .description('fence the producers of transactional ids, and abort what they have open')
    .action((ids: readonly string[], options: ConnectionOptions) =>
      withAdmin(options, async (admin) => {
        await admin.fenceProducers(ids);
        for (const id of ids) writeOut(`fenced the producer of ${id}\n`);
      }),
    );
}

function addAbort(transaction: Command): void {
  const abort = withConnection(transaction.command('abort'))
    .description('end a transaction that hangs on one partition, unknown to its coordinator')
    .requiredOption('-t, --topic <name>', 'topic')
    .requiredOption('-p, --partition <n>', 'partition', wholeNumber)
    .requiredOption('--start-offset <n>', 'where it begins: see millrace transaction producers', wholeNumber)
    .action((options: AbortOptions) =>
      withAdmin(options, (admin) => abortTransaction(admin, options), [options.topic]),
    );
  withOptionRules(abort, { '--topic': {}, '--partition': {}, '--start-offset': {} });
}

async function listTransactions(admin: Admin, { state, longerThan, json }: ListOptions): Promise<void> {
  const filter: TransactionFilter = {
    states: state,
    ...(longerThan === undefined ? {} : { longerThanMs: longerThan }),
  };
  const rows = (await admin.listTransactions(filter)).map((each) => ({
    transactionalId: each.transactionalId,
    producerId: each.producerId,
    state: each.state,
  }));
  printRows(rows, { header: ['Transactional id', 'Producer', 'State'], json: json === true });
}

function printDescription(described: TransactionDescription, json: boolean): void {
  const { transactionalId, state, producerId, producerEpoch, coordinatorId, timeoutMs, startTimeMs } =
    described;
  const since = startTimeMs === undefined ? null : new Date(startTimeMs).toISOString();
  const row = { transactionalId, state, producerId, producerEpoch, coordinatorId, timeoutMs, since };
  const partitions = described.partitions.map(({ topic, partition }) => ({ topic, partition }));
  if (json) {
    printObject({ ...row, partitions });
    return;
  }
  printRows([row], {
    header: ['Transactional id', 'State', 'Producer', 'Epoch', 'Coordinator', 'Timeout ms', 'Open since'],
  });
  if (partitions.length > 0) printRows(partitions, { header: ['Topic', 'Partition'] });
}

async function listProducers(admin: Admin, topic: string, json: boolean): Promise<void> {
  const partitions = (await admin.describeTopics([topic])).flatMap((each) => each.partitions);
  const described = await admin.describeProducers(partitions.map(({ partition }) => ({ topic, partition })));
  const rows = described.flatMap(({ partition, producers }) =>
    producers.map((producer) => ({
      partition,
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      lastSequence: producer.lastSequence,
      lastWrite: new Date(producer.lastTimestamp).toISOString(),
      startOffset: producer.transactionStartOffset ?? null,
    })),
  );
  printRows(rows, {
    header: ['Partition', 'Producer', 'Epoch', 'Last sequence', 'Last write', 'Start offset'],
    json,
  });
}

async function abortTransaction(
  admin: Admin,
  { topic, partition, startOffset }: AbortOptions,
): Promise<void> {
  const [described] = await admin.describeProducers([{ topic, partition }]);
  const open = described?.producers.find((each) => each.transactionStartOffset === startOffset);
  if (open === undefined) {
    throw new DiagnosticError({
      message: `no transaction of ${topic}-${partition} begins at ${startOffset}`,
      hint: `millrace transaction producers ${topic} lists those that are open`,
    });
  }
  const { producerId, producerEpoch, coordinatorEpoch } = open;
  await admin.abortTransaction({ topic, partition, producerId, producerEpoch, coordinatorEpoch });
  writeOut(`aborted the transaction of producer ${producerId} on ${topic}-${partition}\n`);
}

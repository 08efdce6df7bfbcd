import type { Environment } from '../../base/environment.ts';
import { type Admin, Consumer } from '../../client/index.ts';
import { ENVELOPE_BYTES } from '../../serde/schemas/envelope.ts';
import type { RecordedCommand } from './command.ts';

const POLL_TIMEOUT_MS = 1_000;
/** Internal topics whose values are rows. */
const HOLDS_ROWS = /-repartition$|(?:Materialize|Reduce)-changelog$|-JOIN(?:THIS|OTHER)-\d+-store-changelog$/;

interface KsqldbStateOptions {
  readonly environment: Environment;
  readonly bootstrapServers: string;
  readonly admin: Pick<Admin, 'listTopics'>;
  /** What the names of the service's groups and internal topics begin with. */
  readonly prefix: string;
}

/**
 * Marks the queries of ksqlDB that this server cannot go on with: those whose rows are in internal topics by schemas of a registry.
 * Here such rows are in formats that need no registry (docs/decisions/0055-registered-formats.md): what ksqlDB has counted would be
 * taken for nothing, and counted anew from where ksqlDB was.
 */
export async function withUnreadableState(
  commands: readonly RecordedCommand[],
  options: KsqldbStateOptions,
): Promise<readonly RecordedCommand[]> {
  if (commands.every(({ foreign }) => foreign?.queryId === undefined)) return commands;
  const topics = await registeredTopics(options);
  return commands.map((recorded) => {
    const { queryId } = recorded.foreign ?? {};
    if (queryId === undefined) return recorded;
    const topic = topics.find((name) => name.startsWith(`${options.prefix}query_${queryId}-`));
    return topic === undefined
      ? recorded
      : {
          ...recorded,
          obstacle: `ksqlDB has rows of it in ${topic} by schemas of the registry, which cannot be gone on with`,
        };
  });
}

/** Internal topics of queries whose rows name a schema. */
async function registeredTopics({
  environment,
  bootstrapServers,
  admin,
  prefix,
}: KsqldbStateOptions): Promise<readonly string[]> {
  const all = await admin.listTopics({ includeInternal: true });
  const names = all.map(({ name }) => name).filter((name) => name.startsWith(`${prefix}query_`));
  const consumer = new Consumer({
    environment,
    bootstrapServers,
    clientId: 'millrace-sql-commands',
    autoCommit: false,
    autoOffsetReset: 'earliest',
    isolationLevel: 'read_committed',
  });
  try {
    const registered: string[] = [];
    for (const name of names.filter((one) => HOLDS_ROWS.test(one))) {
      if (await beginsWithSchema(consumer, name)) registered.push(name);
    }
    return registered;
  } finally {
    await consumer.close();
  }
}

/** Whether the first row of a topic names a schema. */
async function beginsWithSchema(consumer: Consumer, topic: string): Promise<boolean> {
  const partitions = await consumer.partitionsFor(topic);
  for (const end of await consumer.endOffsets(partitions)) {
    consumer.assign([end]);
    consumer.seekToBeginning([end]);
    while ((await consumer.position(end)) < end.offset) {
      for (const { records } of await consumer.poll(POLL_TIMEOUT_MS)) {
        const value = records.find((record) => record.value !== null)?.value;
        if (value !== undefined && value !== null) return value.length >= ENVELOPE_BYTES && value[0] === 0;
      }
    }
  }
  return false;
}

import { Command } from 'commander';
import { DiagnosticError, OperationalError } from '../src/base/errors.ts';
import { Admin, type TopicPartition } from '../src/client/index.ts';
import { clientOptions, type ConnectionOptions, withConnection } from './connection.ts';
import { withOptionRules } from './option-rules.ts';
import { collect, parseConfigs, wholeNumber } from './option-values.ts';
import { printObject, printRows } from './output.ts';
import { alterTopicConfigs, settingRow, topicConfigCommand, topicSettings } from './topic-config.ts';
import { topicElectCommand } from './topic-elect.ts';
import { withAdmin } from './with-admin.ts';
import { writeError, writeOut } from './standard-streams.ts';

/** How long `topic create` waits for the new partitions to be led. */
const USABLE_MS_MAX = 5_000;

interface OutputOptions extends ConnectionOptions {
  readonly json?: boolean;
}

interface CreateOptions extends ConnectionOptions {
  readonly partitions: number;
  readonly replication: number;
  readonly config: readonly string[];
}

/** `millrace topic`: list, create, describe, alter and delete topics. */
export function topicCommand(): Command {
  const topic = new Command('topic').description(
    'list, create, describe, configure, alter and delete topics, and elect their leaders',
  );

  const list = withConnection(topic.command('list'))
    .description('list the topics')
    .option('--internal', 'internal topics too')
    .option('--json', 'one JSON object a line')
    .action(async (options: OutputOptions & { readonly internal?: boolean }) =>
      withAdmin(options, async (admin) => {
        const listed = await admin.listTopics({ includeInternal: options.internal === true });
        const described = await admin.describeTopics(
          listed.map((t) => t.name),
          { existingOnly: true },
        );
        const rows = described.map(({ name, partitions, internal }) => ({
          name,
          partitions: partitions.length,
          replication: partitions[0]?.replicas.length ?? 0,
          internal,
        }));
        printRows(
          rows.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
          {
            header: ['Topic', 'Partitions', 'Replication', 'Internal'],
            json: options.json === true,
          },
        );
      }),
    );

  withOptionRules(list, { '--internal': {}, '--json': {} });

  const create = withConnection(topic.command('create <name>'))
    .description('create a topic')
    .option(
      '-p, --partitions <n>',
      'number of partitions (the broker decides when not given)',
      wholeNumber,
      -1,
    )
    .option('-r, --replication <n>', 'replicas of each partition', wholeNumber, -1)
    .option('-c, --config <name=value>', 'topic configuration, repeatable', collect, [])
    .action(async (name: string, options: CreateOptions) =>
      withAdmin(options, async (admin) => {
        const { partitions, replication: replicationFactor } = options;
        await admin.createTopics([
          { name, partitions, replicationFactor, configs: parseConfigs(options.config) },
        ]);
        writeOut(`created topic ${name}\n`);
        await warnIfUnusable(name, options);
      }),
    );

  withOptionRules(create, { '--partitions': {}, '--replication': {}, '--config': {} });

  const describe = withConnection(topic.command('describe <name...>'))
    .description(
      'show partitions, leaders, replicas and offsets, and the settings that differ from their default',
    )
    .option('--json', 'one JSON object a line for each topic')
    .action(async (names: readonly string[], options: OutputOptions) =>
      withAdmin(
        options,
        async (admin) => {
          const partitions = (await admin.describeTopics(names)).flatMap((t) => t.partitions);
          const [starts, ends] = await Promise.all([
            offsetsOf(admin, partitions, 'earliest'),
            offsetsOf(admin, partitions, 'latest'),
          ]);
          const rows = partitions.map((p, i) => ({
            topic: p.topic,
            partition: p.partition,
            leader: p.leader,
            replicas: p.replicas,
            isr: p.isr,
            start: starts[i]?.offset ?? null,
            end: ends[i]?.offset ?? null,
          }));
          const settings = await changedSettings(admin, names);
          if (options.json === true) printTopics(names, { partitions: rows, settings });
          else {
            printRows(rows, {
              header: ['Topic', 'Partition', 'Leader', 'Replicas', 'ISR', 'Start', 'End'],
            });
            if (settings.length > 0) printRows(settings, { header: ['Topic', 'Setting', 'Value', 'Source'] });
          }
          const cause = [...starts, ...ends].find((looked) => looked.error !== undefined)?.error;
          if (cause !== undefined) writeError(`${cause.message}\n`);
        },
        names,
      ),
    );

  withOptionRules(describe, { '--json': {} });

  const alter = withConnection(topic.command('alter <name>'))
    .description('add partitions or change configuration')
    .option('-p, --partitions <n>', 'new number of partitions; it can only grow', wholeNumber)
    .option('-c, --config <name=value>', 'set a configuration; name= goes back to the default', collect, [])
    .action(
      async (
        name: string,
        options: ConnectionOptions & Partial<CreateOptions> & { config: readonly string[] },
      ) =>
        withAdmin(
          options,
          async (admin) => {
            if (options.partitions === undefined && options.config.length === 0) {
              throw new DiagnosticError({
                message: 'nothing to alter',
                hint: 'say what with --partitions or --config',
              });
            }
            if (options.partitions !== undefined)
              await admin.createPartitions([{ name, count: options.partitions }]);
            await alterTopicConfigs(admin, name, options.config);
            writeOut(`altered topic ${name}\n`);
          },
          [name],
        ),
    );

  withOptionRules(alter, { '--partitions': {}, '--config': {} });

  topic.addCommand(topicConfigCommand());
  topic.addCommand(topicElectCommand());

  withConnection(topic.command('delete <name...>'))
    .description('delete topics and all their records')
    .action(async (names: readonly string[], options: ConnectionOptions) =>
      withAdmin(
        options,
        async (admin) => {
          await admin.deleteTopics(names);
          for (const name of names) writeOut(`deleted topic ${name}\n`);
        },
        names,
      ),
    );
  return topic;
}

interface LookedUp {
  readonly offset?: number | undefined;
  readonly error?: OperationalError;
}

/** One by one: a partition that nobody leads, or whose disk has failed, is to hide none of the others. */
async function offsetsOf(
  admin: Admin,
  partitions: readonly TopicPartition[],
  spec: 'earliest' | 'latest',
): Promise<readonly LookedUp[]> {
  return Promise.all(
    partitions.map(async (partition) => {
      try {
        return { offset: (await admin.listOffsets([{ ...partition, spec }]))[0]?.offset };
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        return { error };
      }
    }),
  );
}

/** A topic is created when the cluster knows it; its replicas need a disk, too. */
async function warnIfUnusable(name: string, options: ConnectionOptions): Promise<void> {
  const admin = new Admin({ ...(await clientOptions(options)), defaultApiTimeoutMs: USABLE_MS_MAX });
  try {
    const partitions = (await admin.describeTopics([name])).flatMap((topic) => topic.partitions);
    await admin.listOffsets(partitions.map((partition) => ({ ...partition, spec: 'latest' as const })));
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    writeError(`it cannot be used yet: ${error.message}\n`);
  } finally {
    await admin.close();
  }
}

/** The settings that differ from their default. */
async function changedSettings(admin: Admin, names: readonly string[]) {
  const rows = [];
  for (const topic of names) {
    const entries = await topicSettings(admin, topic, { all: false });
    rows.push(...entries.map((entry) => ({ topic, ...settingRow(entry) })));
  }
  return rows;
}

type TopicRow = { readonly topic: string } & Readonly<
  Record<string, string | number | null | readonly number[]>
>;

/** Each topic as an object with its partitions and its settings. */
function printTopics(
  names: readonly string[],
  parts: { readonly partitions: readonly TopicRow[]; readonly settings: readonly TopicRow[] },
): void {
  for (const topic of names) {
    const ofTopic = (rows: readonly TopicRow[]) =>
      rows.filter((row) => row.topic === topic).map(({ topic: _, ...row }) => row);
    printObject({
      topic,
      partitions: ofTopic(parts.partitions),
      settings: ofTopic(parts.settings),
    });
  }
}

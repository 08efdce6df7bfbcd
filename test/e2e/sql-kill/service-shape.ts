import { CaseCluster } from '../../../src/sql/testing/case-cluster.ts';
import { eventually, post } from '../../server/platform.ts';

const COMMAND_TOPIC = '_confluent-ksql-default__command_topic';

/** A SQL server, and the Kafka under it. */
export interface Service {
  readonly url: string;
  readonly bootstrap: string;
}

/** All that a start has to bring back, as text. */
export interface Shape {
  /** Sources, types, queries with their states, functions, the command log, and how many rows were inserted. */
  readonly text: string;
  /** The same and what differs from one server to another: its properties. */
  readonly whole: string;
  /** The ids of the persistent queries, in the order in which they are listed. */
  readonly queryIds: readonly string[];
  /** The names of the sources. */
  readonly sources: readonly string[];
}

const LOOK = [
  'SHOW STREAMS EXTENDED;',
  'SHOW TABLES EXTENDED;',
  'SHOW TYPES;',
  'SHOW QUERIES;',
  'SHOW FUNCTIONS;',
];

/** What counts what has been done since the start. */
const VOLATILE: ReadonlySet<string> = new Set([
  'statistics',
  'errorStats',
  'clusterStatistics',
  'clusterErrorStats',
  'queryOffsetSummaries',
  'statusCount',
]);

/** @param inserted the sources of which rows were counted: no query writes into them. */
export async function shapeOf(service: Service, inserted: ReadonlySet<string>): Promise<Shape> {
  const [entities, properties] = await eventually(() => entitiesOf(service));
  const cluster = new CaseCluster(service.bootstrap);
  try {
    const commands = (await cluster.records(COMMAND_TOPIC)).map(
      ({ key, value }) => `${String(key)} ${withoutTopicIds(String(value))}`,
    );
    const rows: string[] = [];
    for (const [name, topic] of topicsOf(entities)) {
      if (inserted.has(name)) rows.push(`${topic}: ${(await cluster.records(topic)).length} rows`);
    }
    const text = [...entities.map(printed), ...commands, ...new Set(rows)].join('\n');
    return {
      text,
      whole: `${text}\n${printed(properties)}`,
      queryIds: (entities[3] as { readonly queries: readonly { readonly id: string }[] }).queries.map(
        ({ id }) => id,
      ),
      sources: topicsOf(entities).map(([name]) => name),
    };
  } finally {
    await cluster.close();
  }
}

/** A command without the ids of the topics that it deletes, which no two clusters have alike; it is text within text. */
function withoutTopicIds(command: string): string {
  return command.replaceAll(/(deleteTopicId(?:\\|")*:(?:\\|")*)[\w-]+/g, '$1');
}

/** Undefined while a query is coming up, or topics are not known yet: DESCRIBE does not wait for a cluster that is busy. */
async function entitiesOf({ url }: Service): Promise<readonly [readonly unknown[], unknown] | undefined> {
  const { status, body } = await post(`${url}/ksql`, { ksql: `${LOOK.join(' ')} SHOW PROPERTIES;` });
  if (status !== 200) return undefined;
  const entities = body as readonly unknown[];
  const text = printed(entities);
  if (/"state":"(?!RUNNING|PAUSED)/.test(text) || text.includes('"partitions":0')) return undefined;
  return [entities.slice(0, -1), entities.at(-1)];
}

function printed(entity: unknown): string {
  return JSON.stringify(entity, (name, value: unknown) => (VOLATILE.has(name) ? undefined : value));
}

function topicsOf(entities: readonly unknown[]): readonly (readonly [name: string, topic: string])[] {
  return entities.slice(0, 2).flatMap((entity) => {
    const { sourceDescriptions } = entity as {
      readonly sourceDescriptions: readonly { readonly name: string; readonly topic: string }[];
    };
    return sourceDescriptions.map(({ name, topic }) => [name, topic] as const);
  });
}

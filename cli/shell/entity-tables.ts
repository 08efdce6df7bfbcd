import type { Entity } from './sql-server-client.ts';
import { type Fields, fields, list, strings, text } from './entity-fields.ts';
import { stringifyExact } from './exact-json.ts';
import { offsetLines, runtimeStatistics, taskLines } from './statistics-lines.ts';
import { renderTable } from './table.ts';
import { visibleLines } from './visible-text.ts';

/** How an entity of the server's answer is shown: lines above, a table, lines below. */
interface Shown {
  readonly title?: string;
  readonly header?: readonly string[];
  readonly rows?: readonly (readonly string[])[];
  readonly text?: string;
}

/**
 * Shows one entity as text for people, fitted to the terminal's width. Entities that this shell does not know (a newer
 * server's) are shown as JSON, never hidden.
 */
export function renderEntity(entity: Entity, columns: number): string {
  const show = SHOWN[entity['@type']];
  const shown = show === undefined ? { text: stringifyExact(entity) } : show(entity, columns);
  const parts = [
    ...(shown.title === undefined ? [] : [visibleLines(shown.title)]),
    ...(shown.header === undefined ? [] : [renderTable(shown.header, shown.rows ?? [], columns)]),
    ...(shown.text === undefined ? [] : [visibleLines(shown.text)]),
  ];
  return parts.join('\n');
}

export function warningsOf(entity: Entity): readonly string[] {
  return list(entity['warnings']).map((warning) => visibleLines(text(warning['message'])));
}

/** Entities that say what was done, and hold nothing that was asked for. */
const MESSAGES: ReadonlySet<string> = new Set([
  'currentStatus',
  'terminate_query',
  'assert_topic',
  'assert_schema',
  'connector_info',
  'warning_entity',
]);

export function isMessage(entity: Entity): boolean {
  return MESSAGES.has(entity['@type']);
}

/** The table in an entity, as it is before it is fitted to a terminal; undefined for one that has none. */
export function entityRows(
  entity: Entity,
): { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] } | undefined {
  const { header, rows } = SHOWN[entity['@type']]?.(entity, Number.POSITIVE_INFINITY) ?? {};
  return header === undefined ? undefined : { header, rows: rows ?? [] };
}

/** The state of a query; where several servers run it, how many of them are in which. */
function statusText(query: Fields): string {
  const counts = Object.entries(fields(query['statusCount']));
  const servers = counts.reduce((sum, [, count]) => sum + Number(count), 0);
  if (servers <= 1) return text(query['state']);
  return counts.map(([state, count]) => `${state}:${text(count)}`).join(', ');
}

const SHOWN: Readonly<Record<string, (entity: Entity, columns: number) => Shown>> = {
  currentStatus: (entity) => {
    const status = fields(entity['commandStatus']);
    return { text: text(status['message']) || text(status['status']) };
  },
  streams: (entity) => sources(list(entity['streams'])),
  tables: (entity) => sources(list(entity['tables'])),
  queries: (entity) => ({
    header: ['Query ID', 'Query Type', 'Status', 'Sink Name', 'Sink Kafka Topic', 'Query String'],
    rows: list(entity['queries']).map((query) => [
      text(query['id']),
      text(query['queryType']),
      statusText(query),
      strings(query['sinks']).join(', '),
      strings(query['sinkKafkaTopics']).join(', '),
      text(query['queryString']).replaceAll(/\s+/g, ' '),
    ]),
  }),
  properties: (entity) => ({
    header: ['Property', 'Scope', 'Value'],
    rows: list(entity['properties']).map((p) => [text(p['name']), text(p['scope']), text(p['value'])]),
  }),
  kafka_topics: (entity) => topics(list(entity['topics'])),
  kafka_topics_extended: (entity) => topics(list(entity['topics'])),
  sourceDescription: (entity) => describeSource(fields(entity['sourceDescription'])),
  source_descriptions: (entity, columns) => ({
    text: list(entity['sourceDescriptions'])
      .map((source) => flatten(describeSource(source), columns))
      .join('\n\n'),
  }),
  queryDescription: (entity) => describeQuery(fields(entity['queryDescription'])),
  query_descriptions: (entity, columns) => ({
    text: list(entity['queryDescriptions'])
      .map((query) => flatten(describeQuery(query), columns))
      .join('\n\n'),
  }),
  executionPlan: (entity) => ({ text: text(entity['executionPlan'] ?? entity['executionPlanText']) }),
  function_names: (entity) => ({
    header: ['Function Name', 'Category'],
    rows: list(entity['functions'] ?? entity['functionNames']).map((f) => [
      text(f['name']),
      text(f['category']),
    ]),
  }),
  describe_function: (entity) => ({
    title: [
      `Name        : ${text(entity['name'])}`,
      `Type        : ${text(entity['type'])}`,
      `Overview    : ${text(entity['description'])}`,
    ].join('\n'),
    text: list(entity['functions'])
      .map((f) => {
        const parameters = list(f['arguments']).map(
          (a) => `${text(a['name'])} ${text(a['type'])}${a['isVariadic'] === true ? '...' : ''}`,
        );
        const description = text(f['description']);
        const head = `  ${text(entity['name'])}(${parameters.join(', ')}) returns ${text(f['returnType'])}`;
        return description === '' ? head : `${head}\n    ${description}`;
      })
      .join('\n'),
  }),
  type_list: (entity) => ({
    header: ['Type Name', 'Schema'],
    rows: Object.entries(fields(entity['types'])).map(([name, type]) => [name, typeText(type)]),
  }),
  variables: (entity) => ({
    header: ['Variable Name', 'Value'],
    rows: list(entity['variables']).map((v) => [text(v['name']), text(v['value'])]),
  }),
  terminate_query: (entity) => ({ text: `Query terminated: ${text(entity['queryId'])}` }),
  assert_topic: (entity) => ({
    text: `Topic ${text(entity['topicName'])} ${existence(entity)}.`,
  }),
  assert_schema: (entity) => {
    const [subject, id] = [text(entity['subject']), text(entity['id'])];
    const named = `${subject === '' ? '' : ` subject ${subject}`}${id === '' ? '' : ` id ${id}`}`;
    return { text: `Schema with${named} ${existence(entity)}.` };
  },
  warning_entity: (entity) => ({ text: text(entity['message']) }),
};

const existence = (entity: Fields): string => (entity['exists'] === false ? 'does not exist' : 'exists');

function sources(rows: readonly Fields[]): Shown {
  return {
    header: ['Name', 'Kafka Topic', 'Key Format', 'Value Format', 'Windowed'],
    rows: rows.map((s) => [
      text(s['name']),
      text(s['topic']),
      text(s['keyFormat']),
      text(s['valueFormat']),
      text(s['isWindowed'] ?? false),
    ]),
  };
}

function topics(rows: readonly Fields[]): Shown {
  return {
    header: ['Kafka Topic', 'Partitions', 'Partition Replicas'],
    rows: rows.map((t) => {
      const replicas = Array.isArray(t['replicaInfo']) ? (t['replicaInfo'] as readonly unknown[]) : [];
      const counts = [...new Set(replicas.map(text))];
      return [text(t['name']), String(replicas.length), counts.join(', ')];
    }),
  };
}

function describeSource(source: Fields): Shown {
  const details = [
    ['Kind', source['type']],
    ['Topic', source['topic']],
    ['Key format', source['keyFormat']],
    ['Value format', source['valueFormat']],
    ['Statement', source['statement']],
  ] as const;
  const extended = (): string =>
    [
      details.map(([name, value]) => `${name.padEnd(13)}: ${text(value)}`).join('\n'),
      runtimeStatistics(source),
      offsetLines(list(source['queryOffsetSummaries'])),
    ]
      .filter(Boolean)
      .join('\n\n');
  return {
    title: `Name: ${text(source['name'])}`,
    ...fieldTable(list(source['fields']), keyLabelOf(source)),
    ...(source['extended'] === true ? { text: extended() } : {}),
  };
}

function describeQuery(query: Fields): Shown {
  return {
    title: [
      ['ID', query['id']],
      ['Type', query['queryType']],
      ['Status', query['state']],
      ['SQL', query['statementText']],
    ]
      .map(([name, value]) => [text(name), text(value)] as const)
      // A statement that does not run has no id and no status.
      .flatMap(([name, value]) => (value === '' ? [] : [`${name.padEnd(8)}: ${value}`]))
      .join('\n'),
    ...fieldTable(list(query['fields'])),
    text: [
      propertyLines(fields(query['overriddenProperties'])),
      errorLines(list(query['queryErrors'])),
      taskLines(query),
      query['executionPlan'],
      query['topology'],
    ]
      .map(text)
      .filter(Boolean)
      .join('\n\n'),
  };
}

/** What the session had set that a query was started in. */
function propertyLines(properties: Fields): string {
  const lines = Object.entries(properties).map(([name, value]) => `  ${name} = ${text(value)}`);
  return lines.length === 0 ? '' : ['Overridden Properties', ...lines].join('\n');
}

/** What has gone wrong in a query: when, whose error it is, and what. */
function errorLines(errors: readonly Fields[]): string {
  const lines = errors.map(
    (error) =>
      `  ${new Date(Number(error['timestamp'])).toISOString()} ${text(error['type'])}: ${text(error['errorMessage'])}`,
  );
  return lines.length === 0 ? '' : ['Errors', ...lines].join('\n');
}

/** As ksqlDB's shell says it: ` (primary key) (Window type: TUMBLING)`. */
function keyLabelOf(source: Fields): string {
  const window = text(source['windowType']);
  return `${source['type'] === 'TABLE' ? ' (primary key)' : ' (key)'}${window === '' ? '' : ` (Window type: ${window})`}`;
}

function fieldTable(rows: readonly Fields[], keyLabel = ' (key)'): Shown {
  return {
    header: ['Field', 'Type'],
    rows: rows.map((field) => {
      const role = field['type'] === 'KEY' ? keyLabel : field['type'] === 'HEADER' ? ' (headers)' : '';
      return [text(field['name']), typeText(field['schema']) + role];
    }),
  };
}

/** A type as SQL writes it, from the tree of `{type, fields, memberSchema}` that the server sends. */
function typeText(schema: unknown): string {
  const { type, memberSchema, fields: members, parameters } = fields(schema);
  switch (type) {
    case 'ARRAY':
      return `ARRAY<${typeText(memberSchema)}>`;
    case 'MAP':
      return `MAP<STRING, ${typeText(memberSchema)}>`;
    case 'STRUCT':
      return `STRUCT<${list(members)
        .map((member) => `${text(member['name'])} ${typeText(member['schema'])}`)
        .join(', ')}>`;
    case 'DECIMAL': {
      const { precision, scale } = fields(parameters);
      return `DECIMAL(${text(precision)}, ${text(scale)})`;
    }
    default:
      return text(type);
  }
}

const flatten = (shown: Shown, columns: number): string =>
  [
    shown.title,
    shown.header === undefined ? undefined : renderTable(shown.header, shown.rows ?? [], columns),
    shown.text,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('\n');

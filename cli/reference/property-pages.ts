import { type BrokerProperty, brokerProperties, topicConfigs } from '../../broker/index.ts';
import {
  adminConfig,
  type ConfigDefinition,
  consumerConfig,
  producerConfig,
} from '../../src/client/index.ts';
import { engineProperties, serverProperties } from '../../src/server/config/index.ts';
import { code, sentence, table } from './markdown.ts';

/** What the property tables of broker and server have in common. */
interface PropertyText {
  readonly type: string;
  readonly default: string | null;
  readonly doc: string;
}

export function brokerConfigPage(): string {
  return [
    '# Broker properties\n',
    'Under the names and with the defaults of Kafka 4.x where it has them. Give them in a file (`--config`), as',
    '`--set NAME=VALUE`, or in the environment, where `num.partitions` is `KAFKA_NUM_PARTITIONS`. Those whose update mode',
    'is cluster-wide can be changed while the broker runs, with the AlterConfigs requests of every Kafka tool: for all',
    'brokers or for one. The others are read when the broker starts.\n',
    table(['property', 'type', 'default', 'update mode', 'meaning'], brokerRows()),
  ].join('\n');
}

function brokerRows(): readonly (readonly string[])[] {
  const properties: Readonly<Record<string, BrokerProperty>> = brokerProperties;
  return Object.entries(properties).map(([name, property]) => {
    const [label = '', type = '', value = '', meaning = ''] = propertyRow(name, property);
    return [label, type, value, property.updateMode ?? 'read-only', meaning];
  });
}

export function topicConfigPage(): string {
  const rows = Object.entries(topicConfigs).map(([name, config]) => [
    ...propertyRow(name, config),
    code(config.brokerName ?? ''),
  ]);
  return [
    '# Topic properties\n',
    'For `millrace topic create -c NAME=VALUE`, for CreateTopics and for the AlterConfigs requests of every Kafka tool.',
    "A topic that does not set one has the broker's value of the last column's property.\n",
    table(['property', 'type', 'default', 'meaning', 'broker property'], rows),
  ].join('\n');
}

export function serverConfigPage(): string {
  return [
    '# SQL server properties\n',
    "Under ksqlDB's names. Give them in a file (`--config`), as `--set NAME=VALUE`, or in the environment, where",
    '`ksql.service.id` is `KSQL_KSQL_SERVICE_ID`.\n',
    table(['property', 'type', 'default', 'meaning'], propertyRows(serverProperties)),
    '\n## Properties of the engine\n',
    "Given in the same places, and in SQL with `SET` for one session; a server's value is the default of its sessions.\n",
    table(['property', 'type', 'default', 'meaning'], propertyRows(engineProperties)),
  ].join('\n');
}

export function clientConfigPage(): string {
  const clients = { Producer: producerConfig, Consumer: consumerConfig, Admin: adminConfig };
  const sections = Object.entries(clients).flatMap(([name, definitions]) => [
    `## ${name}\n`,
    table(
      ['option', 'Kafka property', 'type', 'default', 'meaning'],
      Object.entries(definitions).map(([option, definition]) => clientRow(option, definition)),
    ),
  ]);
  return [
    '# Client options\n',
    'Options of the classes in `millrace/client`. `producerOptionsFrom`, `consumerOptionsFrom` and `adminOptionsFrom` read',
    "them from Kafka's properties. Defaults are those of Kafka 4.x's Java clients.\n",
    ...sections,
  ].join('\n');
}

function propertyRows(properties: Readonly<Record<string, PropertyText>>): readonly (readonly string[])[] {
  return Object.entries(properties).map(([name, property]) => propertyRow(name, property));
}

function propertyRow(name: string, { type, default: text, doc }: PropertyText): readonly string[] {
  return [code(name), type, code(text ?? ''), sentence(doc)];
}

function clientRow(option: string, definition: ConfigDefinition): readonly string[] {
  const { name, type, defaultValue, values, doc } = definition;
  const text = defaultValue === undefined || defaultValue === null ? '' : String(defaultValue);
  const kind = values === undefined ? type : values.map(String).map(code).join(', ');
  return [code(option), code(name), kind, code(text), sentence(doc)];
}

import { brokerProperties, topicConfigs } from '../../broker/index.ts';
import {
  type ConfigKey,
  type ConfigKeys,
  type OptionKeys,
  unitOf,
} from '../../src/base/config/config-key.ts';
import { allowedValues } from '../../src/base/config/config-value.ts';
import { adminConfig, consumerConfig, producerConfig } from '../../src/client/index.ts';
import {
  engineProperties,
  ignoredKsqlProperties,
  ignoredStreamsProperties,
  serverProperties,
} from '../../src/server/config/index.ts';
import { streamsConfig } from '../../src/streams/index.ts';
import { code, sentence, table } from './markdown.ts';

export function brokerConfigPage(): string {
  return [
    '# Broker properties\n',
    'Under the names and with the defaults of Kafka 4.x where it has them. Give them in a file (`--config`), as',
    '`--set NAME=VALUE`, or in the environment, where `num.partitions` is `KAFKA_NUM_PARTITIONS`. Those whose update mode',
    'is cluster-wide can be changed while the broker runs, with the AlterConfigs requests of every Kafka tool: for all',
    'brokers or for one. The others are read when the broker starts.\n',
    table(
      ['property', 'type', 'allowed', 'default', 'update mode', 'meaning'],
      Object.entries<ConfigKey>(brokerProperties).map(([name, key]) => [
        ...keyCells(name, key),
        key.updateMode ?? 'read-only',
        sentence(key.doc),
      ]),
    ),
  ].join('\n');
}

export function topicConfigPage(): string {
  const rows = Object.entries(topicConfigs).map(([name, config]) => [
    ...keyCells(name, config),
    sentence(config.doc),
    code(config.brokerName ?? ''),
  ]);
  return [
    '# Topic properties\n',
    'For `millrace topic create -c NAME=VALUE`, for CreateTopics and for the AlterConfigs requests of every Kafka tool.',
    "A topic that does not set one has the broker's value of the last column's property.\n",
    table(['property', 'type', 'allowed', 'default', 'meaning', 'broker property'], rows),
  ].join('\n');
}

export function serverConfigPage(): string {
  return [
    '# SQL server properties\n',
    "Under ksqlDB's names. Give them in a file (`--config`), as `--set NAME=VALUE`, or in the environment, where",
    '`ksql.service.id` is `KSQL_KSQL_SERVICE_ID`.\n',
    table(PROPERTY_HEADER, propertyRows(serverProperties, 'read-only')),
    '\n## Properties of the engine\n',
    "Given in the same places, and in SQL with `SET` for one session; a server's value is the default of its sessions.\n",
    table(PROPERTY_HEADER, propertyRows(engineProperties, 'per-query')),
    '\nBeside these the [properties of Streams](streams-config.md) and of its [clients](client-config.md) are taken, with',
    '`ksql.streams.` before them or without it: `ksql.streams.poll.ms`, `ksql.streams.consumer.max.poll.records`.\n',
    '## Properties without effect\n',
    'ksqlDB and Kafka Streams have them, and scripts and configurations that were written for them hold them: their values',
    'are checked, and they are taken with a warning.\n',
    table(IGNORED_HEADER, ignoredRows(ignoredKsqlProperties)),
    '',
    table(IGNORED_HEADER, ignoredRows(ignoredStreamsProperties)),
  ].join('\n');
}

export function clientConfigPage(): string {
  const clients = { Producer: producerConfig, Consumer: consumerConfig, Admin: adminConfig };
  const sections = Object.entries(clients).flatMap(([name, keys]) => [`## ${name}\n`, optionTable(keys)]);
  return [
    '# Client options\n',
    'Options of the classes in `millrace/client`. `producerOptionsFrom`, `consumerOptionsFrom` and `adminOptionsFrom` read',
    "them from Kafka's properties. Defaults are those of Kafka 4.x's Java clients.\n",
    ...sections,
  ].join('\n');
}

export function streamsConfigPage(): string {
  return [
    '# Streams options\n',
    'Options of `StreamsApp` in `millrace/streams`. `streamsOptionsFrom` reads them from the properties of Kafka Streams,',
    'with those of its clients under `consumer.`, `producer.`, or without a prefix.\n',
    optionTable(streamsConfig),
  ].join('\n');
}

const PROPERTY_HEADER = ['property', 'type', 'allowed', 'default', 'meaning'];

function propertyRows(keys: ConfigKeys, mode: ConfigKey['updateMode']): readonly (readonly string[])[] {
  return Object.entries(keys)
    .filter(([, { updateMode = 'read-only' }]) => updateMode === mode)
    .map(([name, key]) => [...keyCells(name, key), sentence(key.doc)]);
}

const IGNORED_HEADER = ['property', 'type', 'allowed', 'set by', 'why it changes nothing'];

function ignoredRows(keys: ConfigKeys): readonly (readonly string[])[] {
  return Object.entries(keys).map(([name, key]) => [
    ...keyCells(name, key).slice(0, -1),
    key.updateMode === 'per-query' ? 'a session' : 'the server',
    sentence(key.doc),
  ]);
}

function optionTable(keys: OptionKeys): string {
  return table(
    ['option', 'Kafka property', 'type', 'allowed', 'default', 'meaning'],
    Object.entries(keys).map(([option, key]) => [
      code(option),
      ...keyCells(key.name, key),
      sentence(key.doc),
    ]),
  );
}

/** Name, type with unit, allowed values, default. */
function keyCells(name: string, key: ConfigKey): readonly string[] {
  const unit = unitOf(name, key);
  const allowed = key.range === undefined ? '' : allowedValues({ ...key, type: 'string' });
  return [
    code(name),
    unit === undefined ? key.type : `${key.type}, ${unit}`,
    allowed,
    code(key.default ?? ''),
  ];
}

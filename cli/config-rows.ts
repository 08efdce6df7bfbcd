import { brokerProperties, BrokerConfig, topicConfigs, topicDefaults } from '../broker/index.ts';
import type { GivenValue } from '../src/base/config/config.ts';
import { type ConfigKey, type ConfigKeys, type OptionKeys, unitOf } from '../src/base/config/config-key.ts';
import { placeText } from '../src/base/config/config-source.ts';
import { allowedValues } from '../src/base/config/config-value.ts';
import { adminConfig, consumerConfig, producerConfig } from '../src/client/index.ts';
import { type ProcessSettings, serverProperties, sqlProperty } from '../src/server/config/index.ts';
import { streamsConfig } from '../src/streams/index.ts';
import { startDefaults, startSqlDefaults } from './process-options.ts';

/** Whose setting it is. */
type ConfigOwner = 'broker' | 'topic' | 'sql' | 'streams' | 'producer' | 'consumer' | 'admin';

/** A setting with the value that it would have, and all that is known of it. */
export interface ConfigRow {
  readonly name: string;
  readonly of: ConfigOwner;
  readonly value: string | null;
  readonly source: string;
  readonly default: string | null;
  readonly type: string;
  readonly unit: string | null;
  readonly allowed: string;
  readonly update: string;
  readonly doc: string;
}

/** All settings that there are, with the values that a process with these settings would take. */
export function configRows(settings: ProcessSettings): readonly ConfigRow[] {
  const isOwn = !settings.server.has('bootstrap.servers');
  const sql = withDefaults(startSqlDefaults(settings, { isOwn }), settings.server);
  return [
    ...processRows('broker', brokerProperties, withDefaults(startDefaults(settings), settings.broker)),
    ...processRows('sql', { ...serverProperties, ...otherSqlProperties(sql) }, sql),
    ...topicRows(settings),
    ...optionRows('streams', streamsConfig),
    ...optionRows('producer', producerConfig),
    ...optionRows('consumer', consumerConfig),
    ...optionRows('admin', adminConfig),
  ];
}

/** With what `start` takes where nothing is set. */
function withDefaults(
  defaults: Readonly<Record<string, string>>,
  given: ReadonlyMap<string, GivenValue>,
): ReadonlyMap<string, GivenValue> {
  const taken = Object.entries(defaults).map(([name, value]): [string, GivenValue] => [
    name,
    { value, source: 'default' },
  ]);
  return new Map([...taken, ...given]);
}

function processRows(
  of: ConfigOwner,
  keys: ConfigKeys,
  given: ReadonlyMap<string, GivenValue>,
): readonly ConfigRow[] {
  return Object.entries(keys).map(([name, key]) => row({ name, key, of, given: given.get(name) }));
}

function optionRows(of: ConfigOwner, keys: OptionKeys): readonly ConfigRow[] {
  return Object.values(keys).map((key) => row({ name: key.name, key, of }));
}

/** Settings of the queries' applications that somebody has set, such as `ksql.streams.poll.ms`. */
function otherSqlProperties(server: ReadonlyMap<string, GivenValue>): ConfigKeys {
  const entries = [...server.keys()].flatMap((name) => {
    const key = sqlProperty(name);
    return key === undefined ? [] : [[name, key] as const];
  });
  return Object.fromEntries(entries);
}

/** What a topic has that sets nothing itself: most of it comes from the broker. */
function topicRows({ broker }: ProcessSettings): readonly ConfigRow[] {
  const entries = [...broker];
  const config = new BrokerConfig({
    config: Object.fromEntries(entries.map(([name, { value }]) => [name, value])),
    sources: Object.fromEntries(entries.map(([name, { source }]) => [name, source])),
  });
  return topicDefaults(config).flatMap((place) => {
    const key = topicConfigs[place.name];
    if (key === undefined) return [];
    const made = row({ name: place.name, key, of: 'topic', given: place });
    const from = place.from === undefined ? undefined : broker.get(place.from);
    return [from === undefined ? made : { ...made, source: `${placeText(from)}, as ${place.from}` }];
  });
}

function row({
  name,
  key,
  of,
  given,
}: {
  readonly name: string;
  readonly key: ConfigKey;
  readonly of: ConfigOwner;
  readonly given?: (Omit<GivenValue, 'value'> & { readonly value: string | null }) | undefined;
}): ConfigRow {
  const isHidden = key.sensitive === true && given !== undefined;
  return {
    name,
    of,
    value: isHidden ? '(hidden)' : (given?.value ?? key.default),
    source: given === undefined ? 'default' : placeText(given),
    default: key.default,
    type: key.type,
    unit: unitOf(name, key) ?? null,
    allowed: allowedValues(key),
    update: key.updateMode ?? 'read-only',
    doc: key.doc,
  };
}

import { responseSerde, subscriptionSerde, type ResponseMessage } from '../operators/foreign-key/messages.ts';
import { notifySubscribers } from '../operators/foreign-key/notify-subscribers.ts';
import { answerSubscriptions, receiveSubscriptions } from '../operators/foreign-key/receive-subscriptions.ts';
import { resolveResponses } from '../operators/foreign-key/resolve-responses.ts';
import { sendSubscriptions } from '../operators/foreign-key/send-subscriptions.ts';
import type { TopologyBuilder } from '../topology/topology-builder.ts';
import type { TableDescriptor } from './dsl.ts';
import type { ValueJoiner } from './functions.ts';
import type { ForeignKeyJoin, KTable } from './ktable.ts';
import { requireSerdes } from './require-serdes.ts';
import { sourceTable } from './source-table.ts';

const PREFIX = 'KTABLE-FK-JOIN-';

/**
 * Joins each row of a table with the row of another table that it refers to (KIP-213): the left table subscribes to the
 * key, through one internal topic, and the right table answers, then and whenever its row changes, through another.
 */
export function joinOnForeignKey<K, V, KO, VO, VR>(
  left: TableDescriptor<K, V>,
  request: {
    readonly other: TableDescriptor<KO, VO>;
    readonly joiner: ValueJoiner<K, V, VO, VR>;
    readonly options: ForeignKeyJoin<K, V, KO, VR>;
    readonly left: boolean;
  },
): KTable<K, VR> {
  const { other, joiner, options } = request;
  const { dsl } = left;
  const { topology } = dsl;
  other.enableSendingOldValues(true);
  left.enableSendingOldValues(true);
  const leftSerdes = requireSerdes(left.name, {}, left);
  const otherSerdes = requireSerdes(other.name, {}, other);
  const names = namesFor(options.name, topology);
  const subscriptions = subscriptionSerde(leftSerdes.keySerde);
  const responses = responseSerde(otherSerdes.valueSerde);

  topology.addRepartitionTopic({ name: names.registrationTopic, partitions: undefined });
  topology.addProcessor({
    name: names.send,
    parents: [left.name],
    factory: sendSubscriptions({
      foreignKey: options.foreignKey,
      foreignKeySerde: otherSerdes.keySerde,
      valueSerde: leftSerdes.valueSerde,
      topic: names.registrationTopic,
      left: request.left,
      versioned: left.versioned,
    }),
  });
  topology.addSink({
    name: names.registrationSink,
    parents: [names.send],
    topic: names.registrationTopic,
    keySerde: otherSerdes.keySerde,
    valueSerde: subscriptions,
    partitioner: undefined,
  });
  topology.addSource({
    name: names.registrationSource,
    topics: [names.registrationTopic],
    keySerde: otherSerdes.keySerde,
    valueSerde: subscriptions,
    timestampExtractor: undefined,
    offsetReset: 'earliest',
  });
  topology.addCopartitionGroup([...other.sources, names.registrationSource]);

  topology.addStore(names.store, () => ({
    kind: 'subscription',
    name: names.store,
    storeType: 'rocksdb',
    cachingEnabled: false,
    loggingEnabled: true,
    logConfig: {},
    foreignKeySerde: otherSerdes.keySerde,
    primaryKeySerde: leftSerdes.keySerde,
  }));
  const otherView = other.view();
  topology.addProcessor({
    name: names.receive,
    parents: [names.registrationSource],
    stores: () => [names.store],
    factory: receiveSubscriptions<KO, K>(names.store),
  });
  topology.addProcessor({
    name: names.answer,
    parents: [names.receive],
    stores: () => otherView.storeNames,
    factory: answerSubscriptions<KO, K, VO>(otherView),
  });
  topology.addProcessor({
    name: names.notify,
    parents: [other.name],
    stores: () => [names.store],
    factory: notifySubscribers<KO, K, VO>(names.store, other.versioned),
  });

  topology.addRepartitionTopic({ name: names.responseTopic, partitions: undefined });
  topology.addSink<K, ResponseMessage<VO>>({
    name: names.responseSink,
    parents: [names.answer, names.notify],
    topic: names.responseTopic,
    keySerde: leftSerdes.keySerde,
    valueSerde: responses,
    partitioner: (_topic, _key, message) => message.primaryPartition,
  });
  topology.addSource({
    name: names.responseSource,
    topics: [names.responseTopic],
    keySerde: leftSerdes.keySerde,
    valueSerde: responses,
    timestampExtractor: undefined,
    offsetReset: 'earliest',
  });
  const sources = [...left.sources, names.responseSource];
  topology.addCopartitionGroup(sources);

  const leftView = left.view();
  topology.addProcessor({
    name: names.resolve,
    parents: [names.responseSource],
    stores: () => leftView.storeNames,
    factory: resolveResponses({
      view: leftView,
      valueSerde: leftSerdes.valueSerde,
      topic: names.registrationTopic,
      joiner,
      left: request.left,
    }),
  });
  const storeName = options.storeName ?? topology.newStoreName(`${PREFIX}OUTPUT-`);
  const keySerde = options.keySerde ?? leftSerdes.keySerde;
  const { valueSerde } = options;
  return sourceTable<K, VR>({
    dsl,
    name: names.result,
    parent: names.resolve,
    storeName,
    serdes: { keySerde, ...(valueSerde && { valueSerde }) },
    requireSerdes: () => requireSerdes(names.result, options, { keySerde }),
    options,
    sources,
    repartitions: left.repartitions,
  });
}

/** Names in the order in which Kafka Streams takes them from the counter. */
function namesFor(given: string | undefined, topology: TopologyBuilder) {
  const named = (suffix: string, prefix: string): string => topology.suffixedNameOr(given, suffix, prefix);
  return {
    registrationTopic: `${named('-subscription-registration', `${PREFIX}SUBSCRIPTION-REGISTRATION-`)}-topic`,
    send: named('-subscription-registration-processor', `${PREFIX}SUBSCRIPTION-REGISTRATION-`),
    registrationSink: named('-subscription-registration-sink', 'KTABLE-SINK-'),
    registrationSource: named('-subscription-registration-source', 'KTABLE-SOURCE-'),
    store: named('-subscription-store', `${PREFIX}SUBSCRIPTION-STATE-STORE-`),
    receive: named('-subscription-receive', `${PREFIX}SUBSCRIPTION-PROCESSOR-`),
    answer: named('-subscription-join-foreign', `${PREFIX}SUBSCRIPTION-PROCESSOR-`),
    notify: named('-foreign-join-subscription', `${PREFIX}SUBSCRIPTION-PROCESSOR-`),
    responseTopic: `${named('-subscription-response', `${PREFIX}SUBSCRIPTION-RESPONSE-`)}-topic`,
    responseSink: named('-subscription-response-sink', 'KTABLE-SINK-'),
    responseSource: named('-subscription-response-source', 'KTABLE-SOURCE-'),
    resolve: named('-subscription-response-resolver', `${PREFIX}SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR-`),
    result: named('-result', `${PREFIX}OUTPUT-`),
  };
}

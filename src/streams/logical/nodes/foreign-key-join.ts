import type { Erased } from '../../erased.ts';
import type { ValueJoiner } from '../../functions.ts';
import { partitionOfAsker, responseSerde, subscriptionSerde } from '../../operators/foreign-key/messages.ts';
import { storesOfView } from '../../operators/table-view.ts';
import { type KeptNames, keptTable, lowerKeptTable } from './kept-table.ts';
import { frozen, type TableBase, type TableNode } from './node.ts';
import { type Lowering, type NameTaker, nodeKind } from './node-kind.ts';
import { requireSerdes } from './require-serdes.ts';
import type { StoreOptions } from './store-settings.ts';

/**
 * Rows of a table with the row of another that they refer to (KIP-213): the left table subscribes to the key, through
 * one internal topic, and the right table answers, then and whenever its row changes, through another.
 */
export interface ForeignKeyJoin extends TableBase<'foreign-key-join'> {
  readonly inputs: readonly [TableNode, TableNode];
  readonly foreignKey: Erased<(value: unknown, key: unknown) => unknown>;
  readonly joiner: Erased<ValueJoiner<unknown, unknown, unknown, unknown>>;
  readonly left: boolean;
  readonly options: StoreOptions;
}

export function foreignKeyJoin(
  left: TableNode,
  right: TableNode,
  given: Pick<ForeignKeyJoin, 'foreignKey' | 'joiner' | 'left'> & {
    readonly options: StoreOptions & { readonly name?: string };
  },
): ForeignKeyJoin {
  const { options } = given;
  return frozen<ForeignKeyJoin>({
    kind: 'foreign-key-join',
    shape: 'table',
    inputs: [left, right],
    name: options.name,
    keySerde: options.keySerde ?? left.keySerde,
    valueSerde: options.valueSerde,
    storeName: options.storeName,
    versioned: options.historyRetentionMs !== undefined,
    closeAfterMs: undefined,
    ...given,
  });
}

const PREFIX = 'KTABLE-FK-JOIN-';

type Names = ReturnType<typeof namesOf>;

/** Takes names in the order in which Kafka Streams does. */
function namesOf({ name: given, storeName }: ForeignKeyJoin, take: NameTaker) {
  const node = (suffix: string, prefix: string): string => take.suffixed(given, suffix, prefix);
  const topic = (suffix: string, prefix: string): string => take.suffixedName(given, suffix, prefix);
  const names = {
    registrationTopic: `${topic('-subscription-registration', `${PREFIX}SUBSCRIPTION-REGISTRATION-`)}-topic`,
    send: node('-subscription-registration-processor', `${PREFIX}SUBSCRIPTION-REGISTRATION-`),
    registrationSink: node('-subscription-registration-sink', 'KTABLE-SINK-'),
    registrationSource: node('-subscription-registration-source', 'KTABLE-SOURCE-'),
    subscriptions: take.claimStore(topic('-subscription-store', `${PREFIX}SUBSCRIPTION-STATE-STORE-`)),
    receive: node('-subscription-receive', `${PREFIX}SUBSCRIPTION-PROCESSOR-`),
    answer: node('-subscription-join-foreign', `${PREFIX}SUBSCRIPTION-PROCESSOR-`),
    notify: node('-foreign-join-subscription', `${PREFIX}SUBSCRIPTION-PROCESSOR-`),
    responseTopic: `${topic('-subscription-response', `${PREFIX}SUBSCRIPTION-RESPONSE-`)}-topic`,
    responseSink: node('-subscription-response-sink', 'KTABLE-SINK-'),
    responseSource: node('-subscription-response-source', 'KTABLE-SOURCE-'),
    resolve: node('-subscription-response-resolver', `${PREFIX}SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR-`),
    result: node('-result', `${PREFIX}OUTPUT-`),
  };
  take.claimTopics(names.registrationSource, [names.registrationTopic]);
  take.claimTopics(names.responseSource, [names.responseTopic]);
  const store = take.store(storeName, `${PREFIX}OUTPUT-`);
  return { ...names, store, name: names.result, node: names.result, queryable: storeName };
}

type Into = Lowering<Names & KeptNames>;

/** The left table tells the right one which of its rows refer to which key. */
function lowerSubscription(node: ForeignKeyJoin, into: Into): void {
  const { names, topology } = into;
  const [left, right] = node.inputs;
  const leftSerdes = requireSerdes(names.send, left);
  const { keySerde: foreignKeySerde } = requireSerdes(names.send, right);
  const topic = names.registrationTopic;
  const serdes = { keySerde: foreignKeySerde, valueSerde: subscriptionSerde(leftSerdes.keySerde) };
  topology.addRepartitionTopic({ name: topic, partitions: undefined });
  topology.addProcessor({
    name: names.send,
    parents: [into.input(0)],
    operator: {
      type: 'foreign-key-send',
      foreignKey: node.foreignKey,
      foreignKeySerde,
      valueSerde: leftSerdes.valueSerde,
      topic,
      left: node.left,
      latestOnly: left.versioned,
    },
  });
  topology.addSink({ name: names.registrationSink, parents: [names.send], topic, ...serdes });
  topology.addSource({ name: names.registrationSource, topics: [topic], ...serdes, offsetReset: 'earliest' });
  topology.addCopartitionGroup([...into.sources(1), names.registrationSource]);
}

/** The right table remembers who asked, and answers. */
function lowerAnswers(node: ForeignKeyJoin, into: Into): void {
  const { names, topology } = into;
  const [left, right] = node.inputs;
  const { keySerde: primaryKeySerde } = requireSerdes(names.receive, left);
  const { keySerde: foreignKeySerde } = requireSerdes(names.receive, right);
  into.store({
    kind: 'subscription',
    name: names.subscriptions,
    storeType: 'rocksdb',
    cachingEnabled: false,
    loggingEnabled: true,
    logConfig: {},
    foreignKeySerde,
    primaryKeySerde,
  });
  const storeName = names.subscriptions;
  topology.addProcessor({
    name: names.receive,
    parents: [names.registrationSource],
    stores: [storeName],
    operator: { type: 'foreign-key-receive', storeName },
  });
  const view = into.viewOf(right);
  topology.addProcessor({
    name: names.answer,
    parents: [names.receive],
    stores: storesOfView(view),
    operator: { type: 'foreign-key-answer', view },
  });
  topology.addProcessor({
    name: names.notify,
    parents: [into.input(1)],
    stores: [storeName],
    operator: { type: 'foreign-key-notify', storeName, latestOnly: right.versioned },
  });
}

/** Answers go back to where the row that asked is, and are joined with it. */
function lowerResponses(node: ForeignKeyJoin, into: Into): readonly string[] {
  const { names, topology } = into;
  const [left, right] = node.inputs;
  const { keySerde, valueSerde } = requireSerdes(names.resolve, left);
  const serdes = { keySerde, valueSerde: responseSerde(requireSerdes(names.resolve, right).valueSerde) };
  const topic = names.responseTopic;
  topology.addRepartitionTopic({ name: topic, partitions: undefined });
  topology.addSink({
    name: names.responseSink,
    parents: [names.answer, names.notify],
    topic,
    ...serdes,
    partitioner: partitionOfAsker,
  });
  topology.addSource({ name: names.responseSource, topics: [topic], ...serdes, offsetReset: 'earliest' });
  const sources = [...into.sources(0), names.responseSource];
  topology.addCopartitionGroup(sources);
  const view = into.viewOf(left);
  topology.addProcessor({
    name: names.resolve,
    parents: [names.responseSource],
    stores: storesOfView(view),
    operator: {
      type: 'foreign-key-resolve',
      view,
      valueSerde,
      topic: names.registrationTopic,
      joiner: node.joiner,
      left: node.left,
    },
  });
  return sources;
}

export const foreignKeyJoinKind = nodeKind<ForeignKeyJoin, Names>({
  names: namesOf,
  check(node, _names, namesOf) {
    for (const table of node.inputs) requireSerdes(namesOf(table).name, table);
  },
  looksUp: ({ inputs }) => inputs,
  needsOldValues: ({ inputs }) => inputs,
  table: keptTable,
  lower(node, into) {
    lowerSubscription(node, into);
    lowerAnswers(node, into);
    const sources = lowerResponses(node, into);
    lowerKeptTable(node, into, { name: into.names.result, parent: into.names.resolve });
    return sources;
  },
});

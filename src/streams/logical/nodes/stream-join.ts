import type { Erased } from '../../erased.ts';
import type { ValueJoiner } from '../../functions.ts';
import type { StreamJoined } from '../../options.ts';
import type { Serde } from '../../serde.ts';
import type { JoinWindows } from '../../windows/join-windows.ts';
import { frozen, type StreamBase, type StreamNode } from './node.ts';
import { type Lowering, type NameTaker, nodeKind, type Requirement } from './node-kind.ts';
import { requireSerde } from './require-serdes.ts';

export type StreamJoinKind = 'inner' | 'left' | 'outer';

/** Records of two streams of equal key that are close in time. */
export interface StreamJoin extends StreamBase<'stream-join'> {
  readonly inputs: readonly [StreamNode, StreamNode];
  readonly join: StreamJoinKind;
  readonly joiner: Erased<ValueJoiner<unknown, unknown, unknown, unknown>>;
  readonly windows: JoinWindows;
  readonly joined: StreamJoined<unknown, unknown, unknown>;
}

export function streamJoin(
  left: StreamNode,
  right: StreamNode,
  given: Pick<StreamJoin, 'join' | 'joiner' | 'windows' | 'joined'>,
): StreamJoin {
  return frozen<StreamJoin>({
    kind: 'stream-join',
    shape: 'stream',
    inputs: [left, right],
    name: given.joined.name,
    keySerde: given.joined.keySerde ?? left.keySerde,
    valueSerde: undefined,
    keyChanged: false,
    changes: 'everything',
    ...given,
  });
}

type Names = ReturnType<typeof namesOf>;

/** Takes names in the order in which Kafka Streams does. */
function namesOf(node: StreamJoin, take: NameTaker) {
  const { name: given, join, joined, inputs } = node;
  const [left, right] = inputs;
  take.repartition(0, given === undefined ? take.of(left).name : `${given}-left`);
  take.repartition(1, given === undefined ? take.of(right).name : `${given}-right`);
  const leftOuter = join !== 'inner';
  const rightOuter = join === 'outer';
  const thisSuffix = rightOuter ? '-outer-this-join' : '-this-join';
  const otherSuffix = leftOuter ? '-outer-other-join' : '-other-join';
  const thisWindow = take.suffixed(given, '-this-windowed', 'KSTREAM-WINDOWED-');
  const otherWindow = take.suffixed(given, '-other-windowed', 'KSTREAM-WINDOWED-');
  const thisGenerated = take.generated(rightOuter ? 'KSTREAM-OUTERTHIS-' : 'KSTREAM-JOINTHIS-');
  const otherGenerated = take.generated(leftOuter ? 'KSTREAM-OUTEROTHER-' : 'KSTREAM-JOINOTHER-');
  const name = take.suffixed(given, '-merge', 'KSTREAM-MERGE-');
  const number = thisGenerated.slice(-10);
  const sharedSuffix = rightOuter ? '-outer-shared-join' : '-left-shared-join';
  const { storeName } = joined;
  const named = (generated: string, suffix: string): string =>
    storeName === undefined ? `${generated}-store` : `${storeName}${suffix}-store`;
  const keepsUnmatched = leftOuter && !node.windows.eager;
  return {
    name,
    node: name,
    thisWindow,
    otherWindow,
    thisJoin: take.claimNode(given === undefined ? thisGenerated : `${given}${thisSuffix}`),
    otherJoin: take.claimNode(given === undefined ? otherGenerated : `${given}${otherSuffix}`),
    thisStore: take.claimStore(named(thisGenerated, thisSuffix)),
    otherStore: take.claimStore(named(otherGenerated, otherSuffix)),
    outerStore: keepsUnmatched
      ? take.claimStore(named(`KSTREAM-OUTERSHARED-${number}`, sharedSuffix))
      : undefined,
  };
}

/**
 * A join that has a name has topics of that name. One without a name takes the topic that its side has passed for another
 * join, named or not, as in Kafka Streams.
 */
function requireSide(
  node: StreamJoin,
  side: StreamNode,
  valueSerde: Serde<unknown> | undefined,
): Requirement {
  return {
    when: 'key-changed',
    keySerde: node.joined.keySerde ?? side.keySerde,
    valueSerde: valueSerde ?? side.valueSerde,
    sharedBy: side,
    isNew: node.name !== undefined,
  };
}

interface JoinSerdes {
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  readonly otherValueSerde: Serde<unknown>;
}

function serdesOf({ inputs: [left, right], joined, keySerde }: StreamJoin, { name }: Names): JoinSerdes {
  return {
    keySerde: requireSerde(name, 'key', keySerde),
    valueSerde: requireSerde(name, 'value', joined.valueSerde ?? left.valueSerde),
    otherValueSerde: requireSerde(name, 'value', joined.otherValueSerde ?? right.valueSerde),
  };
}

function lowerStores(node: StreamJoin, into: Lowering<Names>): void {
  const { joined, windows } = node;
  const { names } = into;
  const { keySerde, valueSerde, otherValueSerde } = serdesOf(node, names);
  const basics = {
    storeType: 'rocksdb',
    cachingEnabled: false,
    loggingEnabled: joined.loggingEnabled ?? true,
    logConfig: joined.logConfig ?? {},
  } as const;
  const kept = { windowSizeMs: windows.sizeMs, retentionMs: windows.sizeMs + windows.gracePeriodMs };
  into.store({ kind: 'join', name: names.thisStore, ...basics, keySerde, valueSerde, ...kept });
  if (into.isSelfJoin) return;
  into.store({
    kind: 'join',
    name: names.otherStore,
    ...basics,
    keySerde,
    valueSerde: otherValueSerde,
    ...kept,
  });
  if (names.outerStore === undefined) return;
  into.store({
    kind: 'outer-join',
    name: names.outerStore,
    ...basics,
    keySerde,
    valueSerde,
    otherValueSerde,
  });
}

function lowerSides(node: StreamJoin, into: Lowering<Names>): void {
  const { names, topology } = into;
  const { join, joiner, windows } = node;
  const { outerStore } = names;
  const window = (name: string, parent: string, storeName: string): void =>
    topology.addProcessor({
      name,
      parents: [parent],
      stores: [storeName],
      operator: { type: 'join-window', storeName },
    });
  const side = (
    name: string,
    parent: string,
    settings: { readonly side: 'left' | 'right'; readonly storeName: string; readonly outer: boolean },
  ): void =>
    topology.addProcessor({
      name,
      parents: [parent],
      stores: outerStore === undefined ? [settings.storeName] : [settings.storeName, outerStore],
      operator: {
        type: 'stream-join-side',
        ...settings,
        outerStore,
        windows,
        joiner,
        trackerId: names.name,
      },
    });
  window(names.thisWindow, into.input(0), names.thisStore);
  window(names.otherWindow, into.input(1), names.otherStore);
  side(names.thisJoin, names.thisWindow, {
    side: 'left',
    storeName: names.otherStore,
    outer: join !== 'inner',
  });
  side(names.otherJoin, names.otherWindow, {
    side: 'right',
    storeName: names.thisStore,
    outer: join === 'outer',
  });
}

/** Both sides are one stream: one store, and one look-up of what is in it. */
function lowerSelfJoin({ join, windows, joiner }: StreamJoin, into: Lowering<Names>): void {
  const { names, topology } = into;
  const stores = [names.thisStore];
  const operator = { type: 'stream-self-join', storeName: names.thisStore, join, windows, joiner } as const;
  topology.addProcessor({
    name: names.thisWindow,
    parents: [into.input(0)],
    stores,
    operator: { type: 'pass-through' },
  });
  topology.addProcessor({ name: names.name, parents: [names.thisWindow], stores, operator });
}

/** A store and a look-up per side, and for outer joins one store of the unmatched. */
export const streamJoinKind = nodeKind<StreamJoin, Names>({
  names: namesOf,
  check: (node, names) => void serdesOf(node, names),
  requires: (node) => [
    requireSide(node, node.inputs[0], node.joined.valueSerde),
    requireSide(node, node.inputs[1], node.joined.otherValueSerde),
  ],
  copartitioned: true,
  takesNullKeys: ({ join }) => join !== 'inner',
  lower(node, into) {
    const { names, topology } = into;
    lowerStores(node, into);
    if (into.isSelfJoin) return lowerSelfJoin(node, into);
    lowerSides(node, into);
    topology.addProcessor({
      name: names.name,
      parents: [names.thisJoin, names.otherJoin],
      operator: { type: 'pass-through' },
    });
  },
});

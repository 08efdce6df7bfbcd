import { apis } from '../../src/protocol/apis.ts';
import type { Api, KeyedMessage, Message } from '../../src/protocol/message.ts';
import * as headers from '../../src/protocol/messages/headers.ts';
import * as abortedTransaction from '../../src/protocol/records-schemas/aborted-transaction.ts';
import { clusterMetadataRecords } from '../../src/protocol/records-schemas/cluster-metadata.ts';
import * as consumerProtocol from '../../src/protocol/records-schemas/consumer-protocol.ts';
import * as controlRecords from '../../src/protocol/records-schemas/control-records.ts';
import { groupCoordinatorRecords } from '../../src/protocol/records-schemas/group-coordinator.ts';
import * as principal from '../../src/protocol/records-schemas/principal.ts';
import * as quorumState from '../../src/protocol/records-schemas/quorum-state.ts';
import { shareCoordinatorRecords } from '../../src/protocol/records-schemas/share-coordinator.ts';
import * as streamsSubscription from '../../src/protocol/records-schemas/streams-subscription.ts';
import { transactionCoordinatorRecords } from '../../src/protocol/records-schemas/transaction-coordinator.ts';

export const declaredApis: readonly Api[] = Object.values(apis);

const coordinatorPairs: readonly { readonly key: KeyedMessage; readonly value: KeyedMessage }[] = [
  ...Object.values(groupCoordinatorRecords),
  ...Object.values(transactionCoordinatorRecords),
  ...Object.values(shareCoordinatorRecords),
];

/** Everything that is declared, by Kafka's name. */
export const declaredMessages: ReadonlyMap<string, Message> = new Map(
  [
    ...declaredApis.flatMap((api) => [api.request, api.response]),
    ...coordinatorPairs.flatMap((pair) => [pair.key, pair.value]),
    ...Object.values(clusterMetadataRecords as Readonly<Record<number, Message>>),
    ...[
      headers,
      abortedTransaction,
      consumerProtocol,
      controlRecords,
      principal,
      quorumState,
      streamsSubscription,
    ]
      .map((module) => Object.values(module as Readonly<Record<string, Message>>))
      .flat(),
  ].map((message) => [message.name, message]),
);

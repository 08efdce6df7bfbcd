import { registerBrokerRecord } from './cluster-metadata/00-register-broker-record.ts';
import { unregisterBrokerRecord } from './cluster-metadata/01-unregister-broker-record.ts';
import { topicRecord } from './cluster-metadata/02-topic-record.ts';
import { partitionRecord } from './cluster-metadata/03-partition-record.ts';
import { configRecord } from './cluster-metadata/04-config-record.ts';
import { partitionChangeRecord } from './cluster-metadata/05-partition-change-record.ts';
import { fenceBrokerRecord } from './cluster-metadata/07-fence-broker-record.ts';
import { unfenceBrokerRecord } from './cluster-metadata/08-unfence-broker-record.ts';
import { removeTopicRecord } from './cluster-metadata/09-remove-topic-record.ts';
import { delegationTokenRecord } from './cluster-metadata/10-delegation-token-record.ts';
import { userScramCredentialRecord } from './cluster-metadata/11-user-scram-credential-record.ts';
import { featureLevelRecord } from './cluster-metadata/12-feature-level-record.ts';
import { clientQuotaRecord } from './cluster-metadata/14-client-quota-record.ts';
import { producerIdsRecord } from './cluster-metadata/15-producer-ids-record.ts';
import { brokerRegistrationChangeRecord } from './cluster-metadata/17-broker-registration-change-record.ts';
import { accessControlEntryRecord } from './cluster-metadata/18-access-control-entry-record.ts';
import { removeAccessControlEntryRecord } from './cluster-metadata/19-remove-access-control-entry-record.ts';
import { noOpRecord } from './cluster-metadata/20-no-op-record.ts';
import { zkMigrationStateRecord } from './cluster-metadata/21-zk-migration-state-record.ts';
import { removeUserScramCredentialRecord } from './cluster-metadata/22-remove-user-scram-credential-record.ts';
import { beginTransactionRecord } from './cluster-metadata/23-begin-transaction-record.ts';
import { endTransactionRecord } from './cluster-metadata/24-end-transaction-record.ts';
import { abortTransactionRecord } from './cluster-metadata/25-abort-transaction-record.ts';
import { removeDelegationTokenRecord } from './cluster-metadata/26-remove-delegation-token-record.ts';
import { registerControllerRecord } from './cluster-metadata/27-register-controller-record.ts';
import { clearElrRecord } from './cluster-metadata/28-clear-elr-record.ts';
import { unregisterControllerRecord } from './cluster-metadata/29-unregister-controller-record.ts';
import type { KeyedMessage } from '../message.ts';

/** The records of `__cluster_metadata`, by their type. */
export const clusterMetadataRecords = {
  0: registerBrokerRecord,
  1: unregisterBrokerRecord,
  2: topicRecord,
  3: partitionRecord,
  4: configRecord,
  5: partitionChangeRecord,
  7: fenceBrokerRecord,
  8: unfenceBrokerRecord,
  9: removeTopicRecord,
  10: delegationTokenRecord,
  11: userScramCredentialRecord,
  12: featureLevelRecord,
  14: clientQuotaRecord,
  15: producerIdsRecord,
  17: brokerRegistrationChangeRecord,
  18: accessControlEntryRecord,
  19: removeAccessControlEntryRecord,
  20: noOpRecord,
  21: zkMigrationStateRecord,
  22: removeUserScramCredentialRecord,
  23: beginTransactionRecord,
  24: endTransactionRecord,
  25: abortTransactionRecord,
  26: removeDelegationTokenRecord,
  27: registerControllerRecord,
  28: clearElrRecord,
  29: unregisterControllerRecord,
} as const satisfies Readonly<Record<number, KeyedMessage>>;

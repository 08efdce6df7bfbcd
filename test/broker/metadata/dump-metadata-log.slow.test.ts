import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { unregisterBroker } from '../../../src/protocol/messages/64-unregister-broker.ts';
import { allocateProducerIds } from '../../../src/protocol/messages/67-allocate-producer-ids.ts';
import { Log } from '../../../broker/log/log.ts';
import { encodeMetadataRecord } from '../../../broker/metadata/metadata-record-codec.ts';
import { imageRecords } from '../../../broker/metadata/image-records.ts';
import { METADATA_LOG_CONFIG } from '../../../broker/quorum/raft-log.ts';
import { SnapshotFiles } from '../../../broker/quorum/snapshot-files.ts';
import { snapshotFileName } from '../../../broker/quorum/snapshot-id.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { kafkaClassOutput, whyNoKafka } from '../../compat/apache-kafka.ts';
import { ControllerHarness } from '../controller/controller-harness.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-metadata-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Does to a controller whatever it writes a record about. */
async function live(harness: ControllerHarness): Promise<void> {
  await harness.join(1, 2, 3);
  const topic = { name: 'a', numPartitions: 2, replicationFactor: 3 };
  const configs = [{ name: 'min.insync.replicas', value: '2' }];
  const other = { name: 'b', numPartitions: 1, replicationFactor: 1 };
  await harness.send(createTopics, { topics: [{ ...topic, configs }, other], timeoutMs: 1000 });
  const brokerEpoch = harness.image.brokers.get(1)?.epoch ?? -1;
  await harness.send(allocateProducerIds, { brokerId: 1, brokerEpoch });
  await harness.heartbeat(3, { wantFence: true });
  await harness.heartbeat(2, { wantShutDown: true });
  await harness.register(2, { incarnation: 1, previousBrokerEpoch: 0 });
  await harness.heartbeat(2);
  const unset = [{ name: 'min.insync.replicas', configOperation: 1, value: null }];
  await harness.send(incrementalAlterConfigs, {
    resources: [{ resourceType: 2, resourceName: 'a', configs: unset }],
  });
  await harness.send(deleteTopics, { topics: [{ name: 'b' }], timeoutMs: 1000 });
  await harness.send(unregisterBroker, { brokerId: 3 });
  const rest = [
    { type: 'NoOpRecord', data: {} },
    { type: 'FenceBrokerRecord', data: { id: 1, epoch: brokerEpoch } },
    { type: 'UnfenceBrokerRecord', data: { id: 1, epoch: brokerEpoch } },
  ] as const;
  harness.raft.append(rest.map(encodeMetadataRecord), harness.raft.epoch);
}

describe.skipIf(whyNoKafka !== undefined)('DumpLogSegments of Apache Kafka 4.3.1', () => {
  test('decodes every record that a controller writes', async () => {
    const harness = await ControllerHarness.start();
    await live(harness);
    const directory = join(folder, '__cluster_metadata-0');
    const log = Log.open({ environment: nodeEnvironment, directory, config: METADATA_LOG_CONFIG });
    for (const batch of harness.log.batches) expect(log.appendAsFollower(batch.bytes).errorCode).toBe(0);
    await log.close();
    const file = join(directory, '00000000000000000000.log');
    const options = ['--cluster-metadata-decoder', '--deep-iteration', '--files', file];
    const dump = kafkaClassOutput('org.apache.kafka.tools.DumpLogSegments', options);
    expect(dump).not.toMatch(/exception|error|mismatch|invalid/i);
    const types = [...dump.matchAll(/payload: \{"type":"(\w+)_RECORD"/g)].map((match) => match[1]);
    const all = [
      'BROKER_REGISTRATION_CHANGE',
      'CLEAR_ELR',
      'CONFIG',
      'FEATURE_LEVEL',
      'FENCE_BROKER',
      'NO_OP',
      'PARTITION',
      'PARTITION_CHANGE',
      'PRODUCER_IDS',
      'REGISTER_BROKER',
      'REMOVE_TOPIC',
      'TOPIC',
      'UNFENCE_BROKER',
      'UNREGISTER_BROKER',
    ];
    expect(new Set(types)).toEqual(new Set(all));
    expect(dump).toContain('LeaderChange: {"version":0,"leaderId":1,"voters":[{"voterId":1}]');
    expect(dump).toContain('"eligibleLeaderReplicas":[2]');
    expect(types).toHaveLength(log.logEndOffset - 1);
  });

  test('decodes a snapshot, header and footer included', async () => {
    const harness = await ControllerHarness.start();
    await live(harness);
    const { image } = harness;
    const id = { endOffset: image.offset + 1, epoch: image.epoch };
    const values = [...imageRecords(image)].map(encodeMetadataRecord);
    const files = new SnapshotFiles({
      environment: nodeEnvironment,
      logger: silentLogger,
      directory: folder,
    });
    await files.write(id, { values, timestampMs: 1_700_000_000_000 });
    const options = [
      '--cluster-metadata-decoder',
      '--deep-iteration',
      '--files',
      join(folder, snapshotFileName(id)),
    ];
    const dump = kafkaClassOutput('org.apache.kafka.tools.DumpLogSegments', options);
    expect(dump).not.toMatch(/exception|error|mismatch|invalid/i);
    expect(dump).toContain(`Snapshot end offset: ${id.endOffset}, epoch: ${id.epoch}`);
    expect(dump).toContain('SnapshotHeader {"version":0,"lastContainedLogTimestamp":1700000000000}');
    expect(dump).toContain('SnapshotFooter {"version":0}');
    const types = [...dump.matchAll(/payload: \{"type":"(\w+)_RECORD"/g)].map((match) => match[1]);
    expect(types).toHaveLength(values.length);
    expect(new Set(types)).toEqual(
      new Set(['FEATURE_LEVEL', 'REGISTER_BROKER', 'TOPIC', 'PARTITION', 'CONFIG', 'PRODUCER_IDS']),
    );
  });
});

import { expect, test } from 'vitest';
import { MetadataQuorum } from '../../broker/controller/metadata-quorum.ts';
import { LogManager } from '../../broker/log/log-manager.ts';
import type { Log } from '../../broker/log/log.ts';
import type { MetadataImage } from '../../broker/metadata/metadata-image.ts';
import { MetadataLoader } from '../../broker/metadata/metadata-loader.ts';
import { CommittedFeed } from '../../broker/quorum/committed-feed.ts';
import { createRaftLog, METADATA_LOG_CONFIG, METADATA_TOPIC_ID } from '../../broker/quorum/raft-log.ts';
import { assertDefined } from '../../src/base/assert.ts';
import { imageContent } from '../broker/metadata/image-content.ts';
import type { PeerChannel } from '../../broker/server/peer-channel.ts';
import type { Environment } from '../../src/base/environment.ts';
import { AssertionFailure, OperationalError } from '../../src/base/errors.ts';
import { type Logger, silentLogger } from '../../src/base/logger.ts';
import { decodeStruct, encodeStruct } from '../../src/protocol/codec.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { Api, RequestInput, RequestOf, ResponseOf } from '../../src/protocol/message.ts';
import { brokerRegistration } from '../../src/protocol/messages/62-broker-registration.ts';
import { allocateProducerIds } from '../../src/protocol/messages/67-allocate-producer-ids.ts';
import { seedsOf, simulate, type Simulation } from './simulation.ts';

const IDS = [1, 2, 3];
const METADATA_FOLDER = '/data/__cluster_metadata-0';
const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg';
/** Small segments, so that they roll and are recovered. */
const CONFIG = { ...METADATA_LOG_CONFIG, segmentBytes: 3000 };

/** Three nodes with real logs on simulated disks; their lines are calls that take time and lose no order. */
class Nodes {
  readonly #simulation: Simulation;
  readonly quorums = new Map<number, MetadataQuorum>();
  readonly #logs = new Map<number, Log>();

  readonly #bytesBetweenSnapshots: number;
  /** Starts from a snapshot, and snapshots that were passed over. */
  readonly counts = { begun: 0, refused: 0 };
  readonly #logger: Logger = {
    ...silentLogger,
    info: (message) => {
      if (message.includes('begins with a snapshot')) this.counts.begun++;
    },
    warn: (message) => {
      if (message.includes('a snapshot of the metadata cannot be used')) this.counts.refused++;
    },
    child: () => this.#logger,
  };

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#bytesBetweenSnapshots = simulation.random.pick([1, 400, 2_000]);
  }

  start(id: number): void {
    const host = this.#simulation.host(`node${id}`);
    const environment = host.isUp ? host.environment : host.restart();
    this.#damageSnapshots(environment);
    const manager = LogManager.open({ environment, directory: '/data', nodeId: id, clusterId: CLUSTER_ID });
    const log = manager.openMetadataLog({ topicId: METADATA_TOPIC_ID, config: CONFIG });
    const quorum = new MetadataQuorum({
      environment,
      logger: this.#logger,
      nodeId: id,
      directoryId: manager.directoryId,
      endpoints: () => [],
      clusterId: CLUSTER_ID,
      voters: IDS.map((voter) => ({ id: voter, address: { host: `node${voter}`, port: 9093 } })),
      log,
      directory: log.directory,
      peers: { to: (target) => this.#channel(environment, target) },
      snapshots: { bytesBetweenSnapshots: this.#bytesBetweenSnapshots },
      settings: { brokerSessionTimeoutMs: 86_400_000, leaderImbalanceCheckIntervalMs: 0 },
    });
    manager.start();
    this.#logs.set(id, log);
    this.quorums.set(id, quorum);
    quorum.start().catch(() => {});
  }

  /** Snapshots are not what a start relies on: some are damaged, some are gone. */
  #damageSnapshots({ disk }: Environment): void {
    const { random } = this.#simulation;
    if (!disk.exists(METADATA_FOLDER)) return;
    for (const name of disk.list(METADATA_FOLDER)) {
      if (!name.endsWith('.checkpoint') || !random.chance(0.3)) continue;
      const path = `${METADATA_FOLDER}/${name}`;
      const content = disk.readFile(path);
      const at = random.int(content.length);
      content[at] = (content[at] ?? 0) ^ 1;
      if (random.chance(0.3)) disk.remove(path);
      else disk.replaceFile(path, random.chance(0.5) ? content : content.subarray(0, at));
    }
  }

  crash(id: number): void {
    this.quorums.delete(id);
    this.#simulation.host(`node${id}`).crash();
  }

  logOf(id: number): Log {
    return assertDefined(this.#logs.get(id), `node ${id} has a log`);
  }

  get active(): MetadataQuorum | undefined {
    return [...this.quorums.values()].find((quorum) => quorum.controller.isActive);
  }

  async ask<A extends Api>(quorum: MetadataQuorum, api: A, request: RequestInput<A>): Promise<ResponseOf<A>> {
    const version = api.versions.max;
    const decoded = decodeStruct(api.request, version, encodeStruct(api.request, version, request));
    const response = await quorum.answer(api, version, decoded as RequestOf<A>);
    return decodeStruct(
      api.response,
      version,
      encodeStruct(api.response, version, response),
    ) as ResponseOf<A>;
  }

  #channel(environment: Environment, target: number): PeerChannel {
    const { timers, random } = environment;
    return {
      send: <A extends Api>(api: A, version: number, request: RequestInput<A>) =>
        new Promise<ResponseOf<A>>((resolve, reject) => {
          const bytes = encodeStruct(api.request, version, request);
          timers.after(1 + random.int(10), () => {
            const quorum = this.quorums.get(target);
            if (quorum === undefined) {
              reject(new OperationalError('CONNECTION_REFUSED', 'down', { retriable: true }));
              return;
            }
            const body = decodeStruct(api.request, version, bytes) as RequestOf<A>;
            void quorum.answer(api, version, body).then((response) => {
              if (this.quorums.get(target) !== quorum) return;
              const answer = encodeStruct(api.response, version, response);
              timers.after(1 + random.int(10), () =>
                resolve(decodeStruct(api.response, version, answer) as ResponseOf<A>),
              );
            });
          });
        }),
      close: () => {},
    };
  }
}

/** What the whole log gives, without any snapshot. */
function imageOfLog(log: Log): MetadataImage {
  const loader = new MetadataLoader();
  const feed = new CommittedFeed(createRaftLog(log));
  feed.add(loader);
  feed.deliver();
  return loader.image;
}

/** Blocks of producer ids are given out while nodes lose their power: nobody may get a block twice. */
async function run(simulation: Simulation): Promise<{ given: number; begun: number; refused: number }> {
  const nodes = new Nodes(simulation);
  for (const id of IDS) {
    // The data folder was there before.
    const { disk } = simulation.host(`node${id}`).environment;
    disk.makeDirectory('/data');
    await simulation.settle(disk.syncDirectory('/'));
    nodes.start(id);
  }
  await simulation.runFor(5000);
  const first = nodes.active;
  if (first === undefined) throw new AssertionFailure('no controller');
  const { brokerEpoch } = await simulation.settle(
    nodes.ask(first, brokerRegistration, {
      brokerId: 1,
      clusterId: CLUSTER_ID,
      incarnationId: METADATA_TOPIC_ID,
      listeners: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092 }],
      rack: null,
    }),
  );
  const given: number[] = [];
  const allocate = (quorum: MetadataQuorum): void => {
    void nodes.ask(quorum, allocateProducerIds, { brokerId: 1, brokerEpoch }).then((response) => {
      if (response.errorCode === ErrorCode.NONE) given.push(response.producerIdStart);
    });
  };
  for (let round = 0; round < 40; round++) {
    const { active } = nodes;
    if (active !== undefined) for (let i = simulation.random.int(5); i >= 0; i--) allocate(active);
    await simulation.runFor(simulation.random.int(4) === 0 ? 2500 : simulation.random.int(60));
    const id = 1 + simulation.random.int(3);
    const isUp = nodes.quorums.has(id);
    const dice = simulation.random.float();
    if (isUp && dice < 0.25) nodes.crash(id);
    else if (!isUp && dice < 0.6) nodes.start(id);
  }
  for (const id of IDS) if (!nodes.quorums.has(id)) nodes.start(id);
  await simulation.runFor(15_000);
  const last = nodes.active;
  if (last === undefined) throw new AssertionFailure('no controller in the end');
  expect(new Set(given).size).toBe(given.length);
  expect(last.image.nextProducerId).toBeGreaterThanOrEqual(
    Math.max(0, ...given) + (given.length > 0 ? 1000 : 0),
  );
  for (const [id, quorum] of nodes.quorums) {
    expect(quorum.raft.isClosed).toBe(false);
    expect(quorum.image.offset).toBe(last.image.offset);
    expect(imageContent(quorum.image)).toEqual(imageContent(last.image));
    expect(imageContent(imageOfLog(nodes.logOf(id)))).toEqual(imageContent(last.image));
  }
  return { given: given.length, ...nodes.counts };
}

test('controllers with real logs on disks that lose power give no producer id twice', async () => {
  const sum = { given: 0, begun: 0, refused: 0 };
  const seeds = seedsOf(30);
  for (const seed of seeds) {
    await simulate(seed, import.meta.url, async (simulation) => {
      const { given, begun, refused } = await run(simulation);
      sum.given += given;
      sum.begun += begun;
      sum.refused += refused;
    });
  }
  expect(sum.given).toBeGreaterThan(seeds.length * 5);
  expect(sum.begun).toBeGreaterThan(seeds.length);
  expect(sum.refused).toBeGreaterThan(0);
});

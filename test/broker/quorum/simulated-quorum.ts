import type { Disk, Environment, Random } from '../../../src/base/environment.ts';
import { AssertionFailure, OperationalError } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { decodeStruct, encodeStruct } from '../../../src/protocol/codec.ts';
import type { Api, RequestInput, ResponseOf } from '../../../src/protocol/message.ts';
import type { CommittedBatch } from '../../../broker/quorum/raft-listener.ts';
import type { RaftTimeouts } from '../../../broker/quorum/raft-options.ts';
import { RaftNode } from '../../../broker/quorum/raft-node.ts';
import type { PeerChannel } from '../../../broker/server/peer-channel.ts';
import { MemoryRaftLog } from './memory-raft-log.ts';
import { VirtualTime, seededRandom } from './virtual-time.ts';

export interface SimulatedNode {
  readonly id: number;
  raft: RaftNode;
  log: MemoryRaftLog;
  readonly files: Map<string, Buffer>;
  up: boolean;
  /** Grows with every start: what an earlier process awaited never comes. */
  incarnation: number;
}

/** Several Raft nodes over a network that delays, drops and cuts, with disks that forget what was not synced. */
export class SimulatedQuorum {
  readonly time = new VirtualTime();
  readonly random: Random;
  readonly nodes = new Map<number, SimulatedNode>();
  readonly #voterIds: readonly number[];
  readonly #timeouts: Partial<RaftTimeouts>;
  readonly #cut = new Set<string>();
  dropRate = 0;
  delayMaxMs = 20;
  /** What any node has seen committed, by offset: epoch and value. */
  readonly committed = new Map<number, string>();
  readonly #leaderByEpoch = new Map<number, number>();
  readonly #epochs = new Map<number, number>();
  readonly #highWatermarks = new Map<string, number>();
  /** Called with each node before it starts: the place to add listeners. */
  onStart: (node: SimulatedNode, environment: Environment) => void = () => {};

  /** Answers what the quorum itself does not serve. */
  onRequest: (node: SimulatedNode, api: Api, version: number, request: unknown) => unknown = (_node, api) => {
    throw new AssertionFailure(`the quorum does not serve ${api.name}`);
  };

  constructor(
    seed: number,
    options: {
      readonly voters: number;
      readonly observers?: number;
      readonly timeouts?: Partial<RaftTimeouts>;
    },
  ) {
    this.random = seededRandom(seed);
    this.#timeouts = options.timeouts ?? {};
    this.#voterIds = Array.from({ length: options.voters }, (_, i) => i + 1);
    const all = Array.from({ length: options.voters + (options.observers ?? 0) }, (_, i) => i + 1);
    for (const id of all) {
      const log = new MemoryRaftLog({ timers: this.time, random: this.random });
      const files = new Map<string, Buffer>();
      const node: SimulatedNode = { id, log, files, up: false, incarnation: 0, raft: undefined as never };
      this.nodes.set(id, node);
    }
  }

  async startAll(): Promise<void> {
    for (const node of this.nodes.values()) await this.start(node);
  }

  async start(node: SimulatedNode): Promise<void> {
    node.incarnation++;
    const environment = this.environment(node);
    node.raft = new RaftNode({
      environment,
      nodeId: node.id,
      directoryId: `AAAAAAAAAAAAAAAAAAAAA${node.id}`.slice(0, 21).concat('Q'),
      endpoints: () => [],
      clusterId: 'simulated',
      voters: this.#voterIds.map((id) => ({ id, address: { host: 'node', port: id } })),
      log: node.log,
      directory: '/metadata',
      peers: { to: (target) => this.channel(node, target) },
      logger: silentLogger,
      timeouts: this.#timeouts,
    });
    node.raft.addListener({
      onCommitted: (batch) => this.#recordCommitted(node, batch),
      onLeaderChange: () => {},
    });
    this.onStart(node, environment);
    node.up = true;
    const started = node.raft.start();
    started.catch(() => {});
    await this.time.run(0);
  }

  crash(node: SimulatedNode): void {
    node.up = false;
    node.incarnation++;
    node.log = node.log.afterCrash(this.random, { timers: this.time, random: this.random });
  }

  cut(a: number, b: number): void {
    this.#cut.add(`${a}-${b}`).add(`${b}-${a}`);
  }

  heal(): void {
    this.#cut.clear();
    this.dropRate = 0;
  }

  get leader(): SimulatedNode | undefined {
    const leaders = [...this.nodes.values()].filter((node) => node.up && node.raft.role === 'leader');
    return leaders.sort((a, b) => b.raft.epoch - a.raft.epoch)[0];
  }

  run(durationMs: number): Promise<void> {
    return this.time.run(durationMs, () => this.#check());
  }

  /** The invariants, after every event. */
  #check(): void {
    for (const node of this.nodes.values()) {
      if (!node.up) continue;
      const { epoch, role, highWatermark } = node.raft;
      if (node.raft.isClosed) throw new AssertionFailure(`node ${node.id} has failed`);
      if (epoch < (this.#epochs.get(node.id) ?? 0))
        throw new AssertionFailure(`epoch of node ${node.id} went back`);
      this.#epochs.set(node.id, epoch);
      const key = `${node.id}/${node.incarnation}`;
      if (highWatermark < (this.#highWatermarks.get(key) ?? 0)) {
        throw new AssertionFailure(`high watermark of node ${node.id} went back`);
      }
      this.#highWatermarks.set(key, highWatermark);
      if (role !== 'leader') continue;
      const other = this.#leaderByEpoch.get(epoch) ?? node.id;
      if (other !== node.id)
        throw new AssertionFailure(`epoch ${epoch} has the leaders ${other} and ${node.id}`);
      this.#leaderByEpoch.set(epoch, node.id);
    }
  }

  #recordCommitted(node: SimulatedNode, batch: CommittedBatch): void {
    batch.values.forEach((value, index) => {
      const offset = batch.baseOffset + index;
      const text = `${batch.epoch}:${value.toString('latin1')}`;
      const known = this.committed.get(offset) ?? text;
      if (known !== text)
        throw new AssertionFailure(`offset ${offset} was ${known} and is ${text} on node ${node.id}`);
      this.committed.set(offset, text);
    });
  }

  environment(node: SimulatedNode): Environment {
    const { incarnation } = node;
    const alive = (callback: () => void) => () => {
      if (node.incarnation === incarnation) callback();
    };
    const disk: Partial<Disk> = {
      exists: (path) => node.files.has(path),
      readFile: (path) => node.files.get(path) ?? Buffer.alloc(0),
      syncDirectory: () => Promise.resolve(),
      replaceFile: (path, content) => void node.files.set(path, Buffer.from(content)),
    };
    return {
      clock: this.time,
      timers: {
        after: (delayMs, callback) => this.time.after(delayMs, alive(callback)),
        every: (intervalMs, callback) => this.time.every(intervalMs, alive(callback)),
        defer: (callback) => this.time.defer(alive(callback)),
        sleep: (delayMs) =>
          new Promise((resolve) => {
            this.time.after(delayMs, alive(resolve));
          }),
      },
      random: this.random,
      network: undefined as never,
      disk: disk as Disk,
    };
  }

  /** A line from one node to another. */
  channel(from: SimulatedNode, target: number): PeerChannel {
    const { incarnation } = from;
    return {
      send: <A extends Api>(api: A, version: number, request: RequestInput<A>) =>
        new Promise<ResponseOf<A>>((resolve, reject) => {
          const bytes = encodeStruct(api.request, version, request);
          const isLost = () => this.#cut.has(`${from.id}-${target}`) || this.random.float() < this.dropRate;
          const travel = (arrive: () => void): void => {
            if (!isLost()) this.time.after(1 + this.random.int(this.delayMaxMs), arrive);
          };
          travel(() => {
            const node = this.nodes.get(target);
            if (node?.up !== true) {
              if (from.incarnation === incarnation) {
                reject(new OperationalError('CONNECTION_REFUSED', 'down', { retriable: true }));
              }
              return;
            }
            const answering = node.incarnation;
            void Promise.resolve(this.#serve(node, api, version, bytes)).then((response) => {
              if (node.incarnation !== answering) return;
              const answer = encodeStruct(api.response, version, response);
              travel(() => {
                if (from.incarnation === incarnation) {
                  resolve(decodeStruct(api.response, version, answer) as ResponseOf<A>);
                }
              });
            });
          });
        }),
      close: () => {},
    };
  }

  #serve(node: SimulatedNode, api: Api, version: number, bytes: Buffer): unknown {
    const { raft } = node;
    const request = decodeStruct(api.request, version, bytes) as never;
    switch (api.key) {
      case 1:
        return raft.fetch(request, version);
      case 52:
        return raft.vote(request);
      case 53:
        return raft.beginQuorumEpoch(request);
      case 54:
        return raft.endQuorumEpoch(request);
      default:
        return this.onRequest(node, api, version, request);
    }
  }
}

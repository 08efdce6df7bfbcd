import { METADATA_TOPIC } from '../../../broker/quorum/raft-log.ts';
import { AssertionFailure, messageOf } from '../../../src/base/errors.ts';
import { Admin } from '../../../src/client/index.ts';
import { watched } from '../settled.ts';
import type { Simulation } from '../simulation.ts';
import { Member, Tailing } from './consuming.ts';
import { FaultSchedule } from './fault-schedule.ts';
import { faultsOfPartition } from './final-log.ts';
import { History } from './history.ts';
import { Ledger } from './ledger.ts';
import { MetadataWatch } from './metadata-watch.ts';
import { Producing } from './producing.ts';
import { Recreating } from './recreating.ts';
import { replicaBytes } from './replica-files.ts';
import { BOOTSTRAP_SERVERS, BROKER_IDS, SimulatedCluster } from './simulated-cluster.ts';
import { Trimming } from './trimming.ts';
import { Violation } from './violation.ts';
import { WatermarkProbe } from './watermark-probe.ts';

const TOPIC = 'records';
const PARTITIONS = 3;
const PRODUCERS = 3;
const MEMBERS = 3;
const RECREATORS = 2;
const FAULTS_MS = 20_000;
const START_TIMEOUT_MS = 20_000;
const HEAL_TIMEOUT_MS = 30_000;
const READ_TIMEOUT_MS = 30_000;
/** A cluster that is stopped at once does not wait for itself. */
const STOP_TIMEOUT_MS = 4_000;

/** What a run was worth. */
export interface RunReport {
  readonly sent: number;
  readonly acknowledged: number;
  readonly failed: number;
  readonly read: number;
  readonly controllers: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly virtualMs: number;
  readonly events: number;
}

/**
 * One life of a cluster: it starts, clients produce and consume while faults come and go, the faults end, it heals, all
 * is read, and it stops. Whatever breaks a promise on the way throws a {@link Violation}.
 */
export class ClusterRun {
  readonly #simulation: Simulation;
  readonly #violations: string[] = [];
  readonly #history = new History((what) => this.#violate(what));
  readonly #metadata = new MetadataWatch((what) => this.#violate(what));
  readonly #cluster: SimulatedCluster;
  readonly #faults: FaultSchedule;
  /** Offsets that the group has processed, by partition. */
  readonly #covered = Array.from({ length: PARTITIONS }, () => new Set<number>());

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    // A connection whose other machine is silent is given up like everything here: soon.
    simulation.network.conditions.stallTimeoutMs = 4_000;
    this.#cluster = new SimulatedCluster(simulation, {
      onViolation: (what) => this.#violate(what),
      onController: (brokerId, epoch) => this.#metadata.onController(brokerId, epoch),
    });
    this.#faults = new FaultSchedule(simulation, this.#cluster);
  }

  async run(): Promise<RunReport> {
    await this.#startCluster();
    const { producers, tailing, members, probe, ledger, recreating, trimming } = this.#startClients();
    const endMs = this.#simulation.nowMs + FAULTS_MS;
    await this.#until('the faults', FAULTS_MS + 1_000, () => {
      if (this.#simulation.nowMs >= endMs) return true;
      this.#faults.tick();
      return false;
    });
    this.#simulation.note('the faults end');
    this.#faults.heal();
    const endRecreating = Promise.all(recreating.map((client) => client.stop()));
    await this.#until('the cluster heals', HEAL_TIMEOUT_MS, () => {
      this.#faults.startAll();
      return this.#wounds().length === 0;
    }).catch((error: unknown) => {
      throw new Violation(`${messageOf(error)}: ${this.#wounds().join('; ')}`);
    });
    await this.#settle(
      'the producers end',
      Promise.all(producers.map((producer) => producer.stop())),
      90_000,
    );
    await this.#settle('records are no longer deleted', trimming.stop(), 90_000);
    await this.#settle('topics are no longer made anew', endRecreating, 90_000);
    const ends = await this.#settle('the logs are equal', this.#checkReplicas(), HEAL_TIMEOUT_MS);
    const last = this.#tail('verifier', new History((what) => this.#violate(what)));
    await this.#until('all is read', READ_TIMEOUT_MS, () => {
      const byGroup = this.#covered.every((offsets, partition) => offsets.size >= (ends[partition] ?? 0));
      return byGroup && [...tailing, last.tailing].every((consumer) => consumer.hasReached(ends));
    });
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const content = [...(last.history.read.get(partition) ?? [])].toSorted(([a], [b]) => a - b);
      const ids = content.map(([, id]) => id);
      for (const fault of faultsOfPartition(partition, ids, this.#history)) this.#violate(fault);
    }
    const clients = [...tailing, last.tailing, ...members, probe, ledger];
    await this.#settle('the consumers end', Promise.all(clients.map((client) => client.stop())), 20_000);
    await this.#stopCluster();
    const recreated = recreating.reduce((sum, { count }) => sum + count, 0);
    if (
      this.#metadata.controllerCount === 0 ||
      recreated === 0 ||
      probe.count * ledger.count * trimming.count === 0
    )
      throw new AssertionFailure('nothing was watched');
    return this.#report();
  }

  async #startCluster(): Promise<void> {
    for (const id of BROKER_IDS) this.#cluster.start(id);
    await this.#until('the cluster starts', START_TIMEOUT_MS, () =>
      BROKER_IDS.every((id) => this.#cluster.broker(id) !== undefined),
    );
    const { environment } = this.#simulation.host('admin');
    const admin = new Admin({ environment, bootstrapServers: BOOTSTRAP_SERVERS });
    const topic = { name: TOPIC, partitions: PARTITIONS, replicationFactor: BROKER_IDS.length };
    await this.#settle('the topic is created', admin.createTopics([topic]), START_TIMEOUT_MS);
    await this.#settle('the admin client closes', admin.close(), START_TIMEOUT_MS);
  }

  #startClients() {
    const simulation = this.#simulation;
    const onViolation = (what: string): void => this.#violate(what);
    const topic = { topic: TOPIC, partitions: PARTITIONS };
    const producers = Array.from(
      { length: PRODUCERS },
      (_, index) => new Producing(simulation, this.#history, { index, ...topic }),
    );
    const tailing = [this.#tail('tail0', this.#history).tailing, this.#tail('tail1', this.#history).tailing];
    const group = { ...topic, groupId: 'group', history: this.#history, covered: this.#covered, onViolation };
    const members = Array.from(
      { length: MEMBERS },
      (_, index) => new Member(simulation, { ...group, name: `member${index}` }),
    );
    const probe = new WatermarkProbe(simulation, { ...topic, onViolation });
    const ledger = new Ledger(simulation, { topic: TOPIC, onViolation });
    const recreating = Array.from(
      { length: RECREATORS },
      (_, index) =>
        new Recreating(simulation, { index, onViolation, isBehind: (name) => this.#cluster.isBehind(name) }),
    );
    const trimming = new Trimming(simulation, { onViolation });
    return { producers, tailing, members, probe, ledger, recreating, trimming };
  }

  #tail(name: string, history: History): { readonly tailing: Tailing; readonly history: History } {
    const onViolation = (what: string): void => this.#violate(what);
    const options = { name, topic: TOPIC, partitions: PARTITIONS, history, onViolation };
    return { tailing: new Tailing(this.#simulation, options), history };
  }

  /** What is missing: all brokers are to serve, and all partitions to have a leader and all replicas in sync. */
  #wounds(): readonly string[] {
    return BROKER_IDS.flatMap((id) => {
      const image = this.#cluster.broker(id)?.image;
      if (image === undefined || this.#cluster.isStopping(id)) return [`broker ${id} does not serve`];
      const wounds: string[] = [];
      for (const { name, partitions } of image.topicsByName.values()) {
        for (const [index, { leader, leaderEpoch, isr, elr, replicas }] of partitions.entries()) {
          if (leader >= 0 && isr.length === replicas.length) continue;
          wounds.push(
            `to broker ${id} ${name}-${index} has leader ${leader} in epoch ${leaderEpoch}, ISR ${isr.join()}, ELR ${elr.join()}`,
          );
        }
      }
      return wounds;
    });
  }

  /** Waits until all replicas hold the same bytes, of the metadata too; answers how many records each partition has. */
  async #checkReplicas(): Promise<readonly number[]> {
    await this.#equalBytes(`${METADATA_TOPIC}-0`);
    const ends: number[] = [];
    for (let partition = 0; partition < PARTITIONS; partition++) {
      ends.push(recordCount(await this.#equalBytes(`${TOPIC}-${partition}`)));
    }
    return ends;
  }

  async #equalBytes(directory: string): Promise<Buffer> {
    const { timers } = this.#simulation.host('admin').environment;
    for (;;) {
      const [first, ...others] = BROKER_IDS.map((id) => replicaBytes(this.#cluster, id, directory));
      if (first !== undefined && others.every((bytes) => bytes.equals(first))) return first;
      await timers.sleep(100);
    }
  }

  async #stopCluster(): Promise<void> {
    if (this.#simulation.random.chance(0.5)) {
      await this.#settle(
        'the cluster stops',
        Promise.all(BROKER_IDS.map((id) => this.#cluster.stop(id))),
        STOP_TIMEOUT_MS,
      );
      return;
    }
    for (const id of BROKER_IDS)
      await this.#settle(`broker ${id} stops`, this.#cluster.stop(id), STOP_TIMEOUT_MS);
  }

  #settle<T>(what: string, promise: Promise<T>, timeoutMs: number): Promise<T> {
    return this.#until(what, timeoutMs, watched(promise)).then(() => promise);
  }

  /** Lets the world go on until a predicate holds; everything is watched after every event. */
  async #until(what: string, timeoutMs: number, isDone: () => boolean): Promise<void> {
    const deadlineMs = this.#simulation.nowMs + timeoutMs;
    let isLate = false;
    await this.#simulation.run(() => {
      for (const id of BROKER_IDS) this.#metadata.onImage(id, this.#cluster.broker(id)?.image);
      if (this.#violations.length > 0 || isDone()) return true;
      isLate = this.#simulation.nowMs > deadlineMs;
      return isLate;
    });
    if (isLate) this.#violate(`${what}: not within ${timeoutMs} ms`);
    const [first] = this.#violations;
    if (first !== undefined) throw new Violation(this.#violations.slice(0, 10).join('\n'));
  }

  #violate(what: string): void {
    this.#simulation.note(`VIOLATION ${what}`);
    this.#violations.push(what);
  }

  #report(): RunReport {
    const { sent, acknowledgedCount, failedCount, readCount } = this.#history;
    return {
      sent: sent.size,
      acknowledged: acknowledgedCount,
      failed: failedCount,
      read: readCount,
      controllers: this.#metadata.controllerCount,
      faults: this.#faults.counts,
      virtualMs: this.#simulation.nowMs,
      events: this.#simulation.trace.count,
    };
  }
}

/** Records in a row of batches, by the offset of the last one (all logs of these runs begin at 0). */
function recordCount(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at += 12 + bytes.readInt32BE(at + 8)) {
    count = Number(bytes.readBigInt64BE(at)) + bytes.readInt32BE(at + 23) + 1;
  }
  return count;
}

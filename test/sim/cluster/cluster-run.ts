import { METADATA_TOPIC } from '../../../broker/quorum/raft-log.ts';
import { AssertionFailure } from '../../../src/base/errors.ts';
import { Admin } from '../../../src/client/index.ts';
import { watched } from '../settled.ts';
import type { Simulation } from '../simulation.ts';
import { type ClusterShape, drawShape, wordsOf } from './cluster-shape.ts';
import { drawMix } from './fault-mix.ts';
import { FaultSchedule } from './fault-schedule.ts';
import { differenceIn, hasSameBytes, logEndsOf } from './log-ends.ts';
import { MetadataWatch } from './metadata-watch.ts';
import { Progress } from './progress.ts';
import { RunWaits } from './run-waits.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import { watchedCluster } from './watched-cluster.ts';
import { Watches } from './watches.ts';
import type { Workload, WorkloadContext, WorkloadTopic } from './workload.ts';
import { workloadOf } from './workload-parts.ts';

const START_TIMEOUT_MS = 20_000;
const HEAL_TIMEOUT_MS = 30_000;
const CLIENTS_STOP_TIMEOUT_MS = 90_000;
const READ_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 20_000;
const PROGRESS_TIMEOUT_MS = 30_000;
/** A cluster that is stopped at once does not wait for itself. */
const STOP_TIMEOUT_MS = 4_000;
/** How often what takes long to look at is looked at. */
const LOOK_MS = 50;

/** What a run was worth. */
export interface RunReport {
  readonly shape: ClusterShape;
  /** How often something was checked, by part of the workload. */
  readonly checks: ReadonlyMap<string, number>;
  /** By part of the workload and what it counts: `records.acknowledged`. */
  readonly counts: ReadonlyMap<string, number>;
  readonly controllers: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly virtualMs: number;
  readonly events: number;
}

/**
 * One life of a cluster: it starts, clients produce and consume while faults come and go, the faults end, it heals, all
 * is read, everything in it must go on, and it stops. Whatever breaks a promise on the way throws a `Violation`.
 */
export class ClusterRun {
  readonly shape: ClusterShape;
  readonly #simulation: Simulation;
  readonly #waits: RunWaits;
  readonly #metadata: MetadataWatch;
  readonly #cluster: SimulatedCluster;
  readonly #watches: Watches;
  readonly #faults: FaultSchedule;
  readonly #context: WorkloadContext;
  readonly #progress: Progress;
  readonly #parts: readonly Workload[];
  readonly #topics: readonly WorkloadTopic[];
  /** Those that are asked after every event now. */
  #observers: readonly Workload[] = [];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.shape = drawShape(simulation);
    const { conditions } = simulation.network;
    // A connection whose other machine is silent is given up like everything here: soon.
    conditions.stallTimeoutMs = 4_000;
    conditions.latencyMaxMs = this.shape.latencyMaxMs;
    this.#waits = new RunWaits(simulation, {
      observe: () => this.#observe(),
      explain: () => this.#wounds(),
    });
    const { violate } = this.#waits;
    this.#metadata = new MetadataWatch(violate);
    const observer = {
      violate,
      onController: (brokerId: number, epoch: number) => this.#metadata.onController(brokerId, epoch),
    };
    this.#cluster = new SimulatedCluster(simulation, observer, this.shape);
    this.#faults = new FaultSchedule(simulation, this.#cluster, (names) =>
      drawMix(simulation.stream('fault mix'), names),
    );
    const { bootstrapServers } = this.#cluster;
    this.#context = { simulation, cluster: this.#cluster, shape: this.shape, bootstrapServers, violate };
    this.#parts = workloadOf(this.#context);
    this.#progress = new Progress(this.#context);
    this.#topics = this.#parts.flatMap(({ topics }) => topics);
    const whole = new Set(this.#topics.filter(({ equalBytes }) => equalBytes).map(({ name }) => name));
    this.#watches = new Watches(watchedCluster(this.#cluster), {
      minInsyncReplicas: this.shape.minInsyncReplicas,
      isWhole: (topic) => whole.has(topic),
      violate,
    });
  }

  /** What the seed has drawn, in words. */
  get drawn(): string {
    return `${wordsOf(this.shape)}; ${this.#faults.words}`;
  }

  async run(): Promise<RunReport> {
    await this.#startCluster();
    for (const part of this.#parts) part.start();
    this.#observers = this.#parts.filter((part) => part.observe !== undefined);
    await this.#sufferFaults();
    await this.#heal();
    await this.#agree();
    await this.#readBack();
    this.#observers = [];
    this.#watches.end();
    await this.#closeParts();
    await this.#makeProgress();
    await this.#stopCluster();
    this.#waits.throwViolations();
    if (this.#metadata.controllerCount * this.#watches.count === 0)
      throw new AssertionFailure('nothing was watched');
    return this.#report();
  }

  #observe(): void {
    for (const id of this.#cluster.brokerIds) this.#metadata.onImage(id, this.#cluster.broker(id)?.image);
    this.#watches.look();
    for (const part of this.#observers) part.observe?.();
  }

  async #startCluster(): Promise<void> {
    const { brokerIds, bootstrapServers } = this.#cluster;
    for (const id of brokerIds) this.#cluster.start(id);
    await this.#waits.until({ what: 'the cluster starts', timeoutMs: START_TIMEOUT_MS }, () =>
      brokerIds.every((id) => this.#cluster.broker(id) !== undefined),
    );
    const { environment } = this.#simulation.host('admin');
    const admin = new Admin({ environment, bootstrapServers });
    const { replicationFactor } = this.shape;
    const topics = this.#topics.map(({ name, partitions, configs = {} }) => ({
      name,
      partitions,
      replicationFactor,
      configs,
    }));
    await this.#waits.settle(
      { what: 'the topics are created', timeoutMs: START_TIMEOUT_MS },
      admin.createTopics(topics),
    );
    await this.#waits.settle({ what: 'the admin client closes', timeoutMs: START_TIMEOUT_MS }, admin.close());
  }

  async #sufferFaults(): Promise<void> {
    const { faultsMs } = this.shape;
    const endMs = this.#simulation.nowMs + faultsMs;
    await this.#waits.until({ what: 'the faults', timeoutMs: faultsMs + 1_000 }, () => {
      if (this.#simulation.nowMs >= endMs) return true;
      this.#faults.tick();
      return false;
    });
    this.#simulation.note('the faults end');
    this.#faults.heal();
  }

  async #heal(): Promise<void> {
    const stopping = this.#parts.map((part) => {
      const promise = part.stop();
      return { name: part.name, promise, isSettled: watched(promise) };
    });
    const isWell = this.#nowAndThen(() => {
      this.#faults.startAll();
      return this.#wounds().length === 0;
    });
    await this.#waits.until({ what: 'the cluster heals', timeoutMs: HEAL_TIMEOUT_MS }, isWell);
    const unsettled = (): string =>
      stopping.flatMap(({ name, isSettled }) => (isSettled() ? [] : name)).join();
    await this.#waits.settle(
      { what: 'the clients stop', timeoutMs: CLIENTS_STOP_TIMEOUT_MS, explain: unsettled },
      Promise.all(stopping.map(({ promise }) => promise)),
    );
  }

  /** Waits until the replicas agree, on the metadata too. */
  async #agree(): Promise<void> {
    const { brokerIds } = this.#cluster;
    const [first = 0, ...others] = brokerIds;
    const difference = (): string | undefined => {
      const other = others.find((id) => !hasSameBytes(this.#cluster, [first, id], `${METADATA_TOPIC}-0`));
      if (other !== undefined) return `the metadata of broker ${first} is not that of broker ${other}`;
      return differenceIn(this.#cluster, this.#topics);
    };
    await this.#waits.until(
      { checker: 'logs-equal', what: 'the logs agree', timeoutMs: HEAL_TIMEOUT_MS, explain: difference },
      this.#nowAndThen(() => difference() === undefined),
    );
  }

  async #readBack(): Promise<void> {
    const ends = logEndsOf(this.#cluster, this.#topics);
    for (const part of this.#parts) part.readBack?.(ends);
    const missing = (): string | undefined => {
      for (const part of this.#parts) {
        const found = part.missing?.(ends);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    await this.#waits.until(
      { checker: 'all-read', what: 'all is read', timeoutMs: READ_TIMEOUT_MS, explain: missing },
      this.#nowAndThen(() => missing() === undefined),
    );
    for (const part of this.#parts) part.check?.(ends);
    this.#waits.throwViolations();
  }

  async #closeParts(): Promise<void> {
    const closing = Promise.all(this.#parts.map((part) => part.close()));
    await this.#waits.settle({ what: 'the clients end', timeoutMs: CLOSE_TIMEOUT_MS }, closing);
  }

  async #makeProgress(): Promise<void> {
    const wait = {
      what: 'every partition, group and transactional id, and the controller, go on',
      timeoutMs: PROGRESS_TIMEOUT_MS,
      explain: () => this.#progress.missing,
    };
    await this.#waits.settle(wait, this.#progress.run());
  }

  /** What is missing: all brokers are to serve, and all partitions to have a leader and all replicas in sync. */
  #wounds(): readonly string[] {
    return this.#cluster.brokerIds.flatMap((id) => {
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

  async #stopCluster(): Promise<void> {
    const { brokerIds } = this.#cluster;
    const together = this.#simulation.stream('end').chance(0.5);
    for (const ids of together ? [brokerIds] : brokerIds.map((id) => [id]))
      await this.#waits.settle(
        { what: `broker ${ids.join()} stops`, timeoutMs: STOP_TIMEOUT_MS },
        Promise.all(ids.map((id) => this.#cluster.stop(id))),
      );
  }

  /** As a predicate that is asked often, but looks seldom. */
  #nowAndThen(look: () => boolean): () => boolean {
    let nextMs = 0;
    return () => {
      if (this.#simulation.nowMs < nextMs) return false;
      nextMs = this.#simulation.nowMs + LOOK_MS;
      return look();
    };
  }

  #report(): RunReport {
    const counts = this.#parts.flatMap((part) =>
      Object.entries(part.counts).map(([name, count]) => [`${part.name}.${name}`, count] as const),
    );
    return {
      shape: this.shape,
      checks: new Map(this.#parts.map(({ name, count }) => [name, count])),
      counts: new Map([
        ...counts,
        ...Object.entries(this.#progress.counts).map(([name, count]) => [`progress.${name}`, count] as const),
      ]),
      controllers: this.#metadata.controllerCount,
      faults: this.#faults.counts,
      virtualMs: this.#simulation.nowMs,
      events: this.#simulation.trace.count,
    };
  }
}

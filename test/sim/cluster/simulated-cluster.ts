import { Broker } from '../../../broker/index.ts';
import type { MetadataImage } from '../../../broker/metadata/metadata-image.ts';
import type { Environment } from '../../../src/base/environment.ts';
import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import type { Logger } from '../../../src/base/logger.ts';
import type { SimulatedHost } from '../simulated-host.ts';
import type { Simulation } from '../simulation.ts';
import { brokerConfig, brokerHost } from './broker-config.ts';
import { type ClusterShape, threeBrokers } from './cluster-shape.ts';
import { damageFile } from './file-damage.ts';
import { traceLogger } from './trace-logger.ts';
import type { Violate } from './violation.ts';

/** What a supervisor waits before it starts a process again that gave up starting. */
const RESTART_PAUSE_MS = 200;

/** One life of a broker's process. */
interface Life {
  readonly environment: Environment;
  /** Set when it serves. */
  broker: Broker | undefined;
  isStopping: boolean;
}

export interface ClusterObserver {
  /** Something that no broker may do. */
  readonly violate: Violate;
  /** A broker has become the active controller of an epoch of the metadata quorum. */
  onController(brokerId: number, epoch: number): void;
}

/** Brokers, each a controller too, on hosts `broker1`, `broker2`..., with short times and small segments. */
export class SimulatedCluster {
  readonly shape: ClusterShape;
  readonly brokerIds: readonly number[];
  readonly #simulation: Simulation;
  readonly #observer: ClusterObserver;
  /** By id. */
  readonly #hosts: readonly SimulatedHost[];
  readonly #lives = new Map<number, Life>();
  /** Brokers whose disk was full at some time of the run: that they say so is right. */
  readonly #filled = new Set<number>();
  /** Brokers of which a file was damaged at some time of the run. */
  readonly #damaged = new Set<number>();
  /** By epoch of the metadata quorum. */
  readonly #controllers = new Map<number, number>();

  constructor(simulation: Simulation, observer: ClusterObserver, shape = threeBrokers(simulation)) {
    this.#simulation = simulation;
    this.#observer = observer;
    this.shape = shape;
    this.brokerIds = Array.from({ length: shape.brokers }, (_, index) => index + 1);
    this.#hosts = this.brokerIds.map((id) => simulation.host(brokerHost(id)));
  }

  get bootstrapServers(): readonly string[] {
    return this.brokerIds.map((id) => `${brokerHost(id)}:9092`);
  }

  host(id: number): SimulatedHost {
    const host = this.#hosts[id - 1];
    if (host === undefined) throw new Error(`there is no broker ${id}`);
    return host;
  }

  isUp(id: number): boolean {
    return this.#lives.has(id) && this.host(id).isUp;
  }

  /** It has been asked to stop and has not yet. */
  isStopping(id: number): boolean {
    return this.#lives.get(id)?.isStopping === true;
  }

  /** The running broker, undefined while it is down or starting. */
  broker(id: number): Broker | undefined {
    return this.host(id).isUp ? this.#lives.get(id)?.broker : undefined;
  }

  /** What the running brokers know of the cluster. */
  get images(): readonly MetadataImage[] {
    return this.brokerIds.flatMap((id) => this.broker(id)?.image ?? []);
  }

  /** The newest metadata that any running broker has. */
  get image(): MetadataImage | undefined {
    return this.images.toSorted((a, b) => b.offset - a.offset)[0];
  }

  /** Whether a running broker has another topic of that name, or none, than the newest metadata has. */
  isBehind(topic: string): boolean {
    const newest = this.image?.topicsByName.get(topic)?.id;
    return this.images.some((image) => image.topicsByName.get(topic)?.id !== newest);
  }

  /** The brokers that have a partition, by the newest metadata. */
  replicasOf(topic: string, partition: number): readonly number[] {
    return this.image?.topicsByName.get(topic)?.partitions.get(partition)?.replicas ?? [];
  }

  controllerOf(epoch: number): number | undefined {
    return this.#controllers.get(epoch);
  }

  /** Who was the last one to become the active controller. */
  get lastController(): number | undefined {
    return this.#controllers.get(Math.max(...this.#controllers.keys()));
  }

  start(id: number): void {
    const host = this.host(id);
    const environment = host.isUp ? host.environment : host.restart();
    const life: Life = { environment, broker: undefined, isStopping: false };
    this.#lives.set(id, life);
    Broker.start({
      environment,
      config: brokerConfig(id, this.shape),
      logger: this.#logger(id, life),
      poisonReleasedBuffers: true,
    }).then(
      (broker) => {
        life.broker = broker;
        this.#simulation.note(`broker${id} serves`);
      },
      (error: unknown) => this.#onStartFailed(id, life, error),
    );
  }

  kill(id: number): void {
    this.#lives.delete(id);
    this.host(id).kill();
  }

  cutPower(id: number): void {
    this.#lives.delete(id);
    this.host(id).crash();
  }

  /** Ends the processes of brokers that have given up by themselves, as a full disk makes them, and answers which. */
  buryFailed(): readonly number[] {
    const failed: number[] = [];
    for (const [id, life] of this.#lives) {
      if (life.broker?.failure === undefined || life.isStopping) continue;
      this.#simulation.note(`broker${id} has given up: ${messageOf(life.broker.failure)}`);
      void this.stop(id);
      failed.push(id);
    }
    return failed;
  }

  /** Lets the disk of a broker take so many more bytes. */
  fillDisk(id: number, freeBytes: number): void {
    this.#filled.add(id);
    this.#simulation.note(`the disk of broker${id} has ${freeBytes} bytes left`);
    this.host(id).medium.freeBytes = freeBytes;
  }

  freeDisk(id: number): void {
    this.host(id).medium.freeBytes = Number.POSITIVE_INFINITY;
  }

  /** Damages a file of a broker whose power is off. */
  damageFile(id: number): void {
    const damage = damageFile(this.host(id).medium);
    if (damage === undefined) return;
    this.#simulation.note(`broker${id}: ${damage}`);
    this.#damaged.add(id);
  }

  /** Whether one of its files was damaged: what it does not use it does not mend. */
  wasDamaged(id: number): boolean {
    return this.#damaged.has(id);
  }

  /** Whether it is a full disk, or a damaged file, that a broker complains of, and it had one. */
  #isOfDisk(id: number, line: string): boolean {
    return (
      (this.#filled.has(id) && /no space left|the disk is full|DISK_FULL|KAFKA_STORAGE_ERROR/.test(line)) ||
      (this.#damaged.has(id) && /is damaged at|had been written completely/.test(line))
    );
  }

  /** Stops a broker as SIGTERM does; resolves when its process is gone. */
  async stop(id: number): Promise<void> {
    const life = this.#lives.get(id);
    const broker = life?.broker;
    if (life === undefined || broker === undefined) return;
    life.isStopping = true;
    this.host(id).resume();
    this.#simulation.note(`stop broker${id}`);
    try {
      await broker.close();
    } catch (error) {
      if (this.#lives.get(id) === life && this.isUp(id) && !this.#isOfDisk(id, messageOf(error))) {
        this.#observer.violate('broker-stop', `broker ${id} did not stop in good order: ${messageOf(error)}`);
      }
    }
    if (this.#lives.get(id) !== life) return;
    this.kill(id);
  }

  #logger(id: number, life: Life): Logger {
    const isCurrent = (): boolean => this.#lives.get(id) === life && this.host(id).isUp;
    return traceLogger({
      note: (line) => {
        if (!isCurrent()) return;
        this.#simulation.note(`broker${id}: ${line}`);
        const active = /this node is the active controller .*epoch=(\d+)/.exec(line);
        if (active === null) return;
        this.#controllers.set(Number(active[1]), id);
        this.#observer.onController(id, Number(active[1]));
      },
      onError: (line) => {
        if (!isCurrent() || this.#isOfDisk(id, line)) return;
        this.#observer.violate('broker-error', `broker ${id} met an error: ${line}`);
      },
    });
  }

  /** A process that cannot join its cluster in time ends, and whoever watches over it starts it again. */
  #onStartFailed(id: number, life: Life, error: unknown): void {
    if (this.#lives.get(id) !== life || !this.host(id).isUp) return;
    this.#simulation.note(`broker${id} did not start: ${messageOf(error)}`);
    const isExpected = error instanceof OperationalError && error.code === 'TIMED_OUT';
    if (!isExpected && !this.#isOfDisk(id, messageOf(error))) {
      this.#observer.violate('broker-start', `broker ${id} did not start: ${messageOf(error)}`);
      return;
    }
    life.environment.timers.after(RESTART_PAUSE_MS, () => {
      if (this.#lives.get(id) !== life) return;
      this.kill(id);
      this.start(id);
    });
  }
}

import type { Simulation } from '../simulation.ts';
import { FaultModel } from './fault-model.ts';
import { brokerHost } from './broker-config.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

interface Fault {
  /** How often it comes up among all. */
  readonly weight: number;
  /** Lets it happen to a broker; false where the fault model does not allow it now, or there is nothing to break. */
  readonly inflict: (brokerId: number) => boolean;
}

interface Planned {
  readonly atMs: number;
  readonly run: () => void;
}

/** Random faults, each of which is mended after a while; {@link heal} mends all that is left. */
export class FaultSchedule {
  readonly #simulation: Simulation;
  readonly #cluster: SimulatedCluster;
  readonly #model: FaultModel;
  readonly #isStartPlanned = new Set<number>();
  #planned: Planned[] = [];
  #nextMs: number;
  /** How often each fault has happened. */
  readonly counts = new Map<string, number>();
  /** What can go wrong. */
  readonly #faults: Readonly<Record<string, Fault>> = {
    kill: { weight: 4, inflict: (id) => this.#kill(id) },
    killAll: {
      weight: 0.5,
      inflict: () => this.#cluster.brokerIds.filter((id) => this.#kill(id)).length > 0,
    },
    powerLoss: { weight: 3, inflict: (id) => this.#losePower(id) },
    powerLossAtWrite: { weight: 2, inflict: (id) => this.#losePowerAtWrite(id) },
    stop: { weight: 1.5, inflict: (id) => this.#stop(id) },
    fillDisk: { weight: 1.5, inflict: (id) => this.#fillDisk(id) },
    isolate: { weight: 3, inflict: (id) => this.#isolate(id) },
    isolateController: { weight: 2, inflict: () => this.#isolate(this.#controller()) },
    isolateLeader: { weight: 2, inflict: () => this.#isolate(this.#leader()) },
    cutOneWay: { weight: 2, inflict: (id) => this.#cutOneWay(id) },
    breakConnections: { weight: 3, inflict: (id) => this.#breakConnections(id) },
    breakHalf: { weight: 3, inflict: (id) => this.#breakHalf(id) },
    slowNetwork: { weight: 1.5, inflict: () => this.#slowNetwork() },
    lossyNetwork: { weight: 1.5, inflict: () => this.#lossyNetwork() },
  };

  constructor(simulation: Simulation, cluster: SimulatedCluster) {
    this.#simulation = simulation;
    this.#cluster = cluster;
    this.#model = new FaultModel(cluster);
    this.#nextMs = simulation.nowMs;
  }

  /** Starts brokers that are down: such as were just about to stop when the faults ended. */
  startAll(): void {
    this.#cluster.buryFailed();
    for (const id of this.#cluster.brokerIds) if (!this.#cluster.isUp(id)) this.#cluster.start(id);
  }

  /** Called after every event: does what is due. */
  tick(): void {
    const { nowMs, random } = this.#simulation;
    this.#noticeDead();
    const due = this.#planned.filter(({ atMs }) => atMs <= nowMs);
    if (due.length > 0) this.#planned = this.#planned.filter(({ atMs }) => atMs > nowMs);
    for (const { run } of due) run();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + random.between(20, random.chance(0.3) ? 3_000 : 800);
    this.#inflictOne();
  }

  /** Ends all faults: brokers that are down start, the network is whole and quick. */
  heal(): void {
    const { network } = this.#simulation;
    this.#planned = [];
    network.healAll();
    network.conditions.lossProbability = 0;
    network.conditions.latencyMaxMs = this.#cluster.shape.latencyMaxMs;
    for (const id of this.#cluster.brokerIds) {
      this.#cluster.host(id).medium.crashAfter = 0;
      this.#cluster.freeDisk(id);
    }
    this.startAll();
  }

  /** Names one at random, by weight, and lets it happen: only what happened is counted. */
  #inflictOne(): void {
    const { random } = this.#simulation;
    const faults = Object.entries(this.#faults);
    let dice = random.float() * faults.reduce((sum, [, { weight }]) => sum + weight, 0);
    const chosen = faults.find(([, { weight }]) => {
      dice -= weight;
      return dice < 0;
    });
    if (chosen === undefined) return;
    const [name, { inflict }] = chosen;
    if (inflict(random.pick(this.#cluster.brokerIds)))
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  #kill(id: number): boolean {
    if (!this.#cluster.isUp(id) || !this.#model.mayKill(id)) return false;
    this.#cluster.kill(id);
    this.#model.onKilled(id);
    this.#startLater(id);
    return true;
  }

  #losePower(id: number): boolean {
    if (!this.#cluster.isUp(id) || !this.#model.mayLosePower(id)) return false;
    this.#cluster.cutPower(id);
    this.#model.onPowerLost(id);
    this.#startLater(id);
    return true;
  }

  /** Noticed when it happens; the fault model counts it from now on. */
  #losePowerAtWrite(id: number): boolean {
    if (!this.#cluster.isUp(id) || !this.#model.mayLosePower(id)) return false;
    this.#model.onPowerLost(id);
    this.#cluster.host(id).medium.crashAfter = 1 + this.#simulation.random.int(60);
    return true;
  }

  #stop(id: number): boolean {
    if (this.#cluster.broker(id) === undefined) return false;
    void this.#cluster.stop(id);
    return true;
  }

  /** Leaves room for some writes yet, and frees the disk after a while. */
  #fillDisk(id: number): boolean {
    const { random } = this.#simulation;
    if (!this.#cluster.isUp(id) || !this.#model.mayKill(id)) return false;
    this.#model.onKilled(id);
    this.#cluster.fillDisk(id, random.int(3_000));
    this.#later(random.between(200, 4_000), () => this.#cluster.freeDisk(id));
    return true;
  }

  #cutOneWay(id: number): boolean {
    const { network, random } = this.#simulation;
    const other = random.pick(this.#cluster.brokerIds.filter((broker) => broker !== id));
    network.cut(brokerHost(id), brokerHost(other));
    this.#later(random.between(100, 4_000), () => network.heal(brokerHost(id), brokerHost(other)));
    return true;
  }

  #breakConnections(id: number): boolean {
    const { network, random, hosts } = this.#simulation;
    network.breakConnections(brokerHost(id), random.pick(hosts).name);
    return true;
  }

  #breakHalf(id: number): boolean {
    this.#simulation.network.breakHalf(brokerHost(id));
    return true;
  }

  #slowNetwork(): boolean {
    const { network, random } = this.#simulation;
    network.conditions.latencyMaxMs = random.pick([20, 100, 300]);
    this.#later(random.between(200, 2_000), () => {
      network.conditions.latencyMaxMs = this.#cluster.shape.latencyMaxMs;
    });
    return true;
  }

  #lossyNetwork(): boolean {
    const { network, random } = this.#simulation;
    network.conditions.lossProbability = random.between(0.02, 0.3);
    this.#later(random.between(200, 3_000), () => {
      network.conditions.lossProbability = 0;
    });
    return true;
  }

  /** Cuts a broker off from the other brokers, or from everybody. */
  #isolate(id: number | undefined): boolean {
    if (id === undefined) return false;
    const { network, random } = this.#simulation;
    const name = brokerHost(id);
    const others = random.chance(0.5)
      ? this.#simulation.hosts.map((host) => host.name)
      : this.#cluster.brokerIds.map((broker) => brokerHost(broker));
    for (const other of others) if (other !== name) network.partition(name, other);
    this.#later(random.between(100, 5_000), () => {
      for (const other of others) if (other !== name) network.heal(name, other);
    });
    return true;
  }

  #controller(): number | undefined {
    const image = this.#cluster.image;
    return image === undefined ? undefined : this.#cluster.controllerOf(image.epoch);
  }

  #leader(): number | undefined {
    const leader = this.#cluster.image?.topicsByName.first()?.partitions.first()?.leader;
    return leader === undefined || leader < 0 ? undefined : leader;
  }

  /** A host whose power went at a planned write, or whose broker was stopped in good order, comes back too. */
  #noticeDead(): void {
    for (const id of this.#cluster.buryFailed()) this.#model.onKilled(id);
    for (const id of this.#cluster.brokerIds) {
      if (this.#cluster.isUp(id) || this.#isStartPlanned.has(id)) continue;
      this.#startLater(id);
    }
  }

  #startLater(id: number): void {
    if (this.#isStartPlanned.has(id)) return;
    this.#isStartPlanned.add(id);
    const { random } = this.#simulation;
    this.#later(random.chance(0.5) ? random.between(0, 300) : random.between(300, 4_000), () => {
      this.#isStartPlanned.delete(id);
      if (!this.#cluster.isUp(id)) this.#cluster.start(id);
    });
  }

  #later(delayMs: number, run: () => void): void {
    this.#planned.push({ atMs: this.#simulation.nowMs + delayMs, run });
  }
}

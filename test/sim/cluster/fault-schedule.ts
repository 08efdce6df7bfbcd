import type { Simulation } from '../simulation.ts';
import { FaultModel } from './fault-model.ts';
import { BROKER_IDS, brokerHost, type SimulatedCluster } from './simulated-cluster.ts';

/** What can go wrong, and how often one comes up among all. */
const WEIGHTS = {
  kill: 4,
  killAll: 0.5,
  powerLoss: 3,
  powerLossAtWrite: 2,
  stop: 1.5,
  isolate: 3,
  isolateController: 2,
  isolateLeader: 2,
  cutOneWay: 2,
  breakConnections: 3,
  breakHalf: 3,
  slowNetwork: 1.5,
  lossyNetwork: 1.5,
} as const;

type Fault = keyof typeof WEIGHTS;

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
  readonly counts = new Map<Fault, number>();

  constructor(simulation: Simulation, cluster: SimulatedCluster) {
    this.#simulation = simulation;
    this.#cluster = cluster;
    this.#model = new FaultModel(cluster);
    this.#nextMs = simulation.nowMs;
  }

  /** Starts brokers that are down: such as were just about to stop when the faults ended. */
  startAll(): void {
    for (const id of BROKER_IDS) if (!this.#cluster.isUp(id)) this.#cluster.start(id);
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
    this.#inflict(this.#pick());
  }

  /** Ends all faults: brokers that are down start, the network is whole and quick. */
  heal(): void {
    const { network } = this.#simulation;
    this.#planned = [];
    network.healAll();
    network.conditions.lossProbability = 0;
    network.conditions.latencyMaxMs = 2;
    for (const id of BROKER_IDS) this.#cluster.host(id).medium.crashAfter = 0;
    this.startAll();
  }

  #pick(): Fault {
    const entries = Object.entries(WEIGHTS) as [Fault, number][];
    let dice = this.#simulation.random.float() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [fault, weight] of entries) {
      dice -= weight;
      if (dice < 0) return fault;
    }
    return 'kill';
  }

  #inflict(fault: Fault): void {
    const { random, network } = this.#simulation;
    const id = random.pick(BROKER_IDS);
    const other = random.pick(BROKER_IDS.filter((broker) => broker !== id));
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
    switch (fault) {
      case 'kill':
        this.#kill(id);
        return;
      case 'killAll':
        for (const each of BROKER_IDS) this.#kill(each);
        return;
      case 'powerLoss':
        if (!this.#cluster.isUp(id) || !this.#model.mayLosePower(id)) return;
        this.#cluster.cutPower(id);
        this.#model.onPowerLost(id);
        this.#startLater(id);
        return;
      case 'powerLossAtWrite':
        // Noticed when it happens; the fault model counts it from now on.
        if (!this.#cluster.isUp(id) || !this.#model.mayLosePower(id)) return;
        this.#model.onPowerLost(id);
        this.#cluster.host(id).medium.crashAfter = 1 + random.int(60);
        return;
      case 'stop':
        void this.#cluster.stop(id);
        return;
      case 'isolate':
        this.#isolate(id);
        return;
      case 'isolateController':
        this.#isolate(this.#controller() ?? id);
        return;
      case 'isolateLeader':
        this.#isolate(this.#leader() ?? id);
        return;
      case 'cutOneWay':
        network.cut(brokerHost(id), brokerHost(other));
        this.#later(random.between(100, 4_000), () => network.heal(brokerHost(id), brokerHost(other)));
        return;
      case 'breakConnections':
        network.breakConnections(brokerHost(id), random.pick(this.#simulation.hosts).name);
        return;
      case 'breakHalf':
        network.breakHalf(brokerHost(id));
        return;
      case 'slowNetwork':
        network.conditions.latencyMaxMs = random.pick([20, 100, 300]);
        this.#later(random.between(200, 2_000), () => {
          network.conditions.latencyMaxMs = 2;
        });
        return;
      case 'lossyNetwork':
        network.conditions.lossProbability = random.between(0.02, 0.3);
        this.#later(random.between(200, 3_000), () => {
          network.conditions.lossProbability = 0;
        });
    }
  }

  #kill(id: number): void {
    if (!this.#cluster.isUp(id) || !this.#model.mayKill(id)) return;
    this.#cluster.kill(id);
    this.#model.onKilled(id);
    this.#startLater(id);
  }

  /** Cuts a broker off from the other brokers, or from everybody. */
  #isolate(id: number): void {
    const { network, random } = this.#simulation;
    const name = brokerHost(id);
    const others = random.chance(0.5)
      ? this.#simulation.hosts.map((host) => host.name)
      : BROKER_IDS.map((broker) => brokerHost(broker));
    for (const other of others) if (other !== name) network.partition(name, other);
    this.#later(random.between(100, 5_000), () => {
      for (const other of others) if (other !== name) network.heal(name, other);
    });
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
    for (const id of BROKER_IDS) {
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

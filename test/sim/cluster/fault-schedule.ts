import type { SeededRandom } from '../seeded-random.ts';
import type { Simulation } from '../simulation.ts';
import { diskFaults } from './disk-faults.ts';
import type { Fault } from './fault.ts';
import type { FaultMix } from './fault-mix.ts';
import { FaultModel } from './fault-model.ts';
import { networkFaults } from './network-faults.ts';
import { processFaults } from './process-faults.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

/** Nothing is due more exactly. */
const LOOK_MS = 1;

interface Planned {
  readonly atMs: number;
  readonly run: () => void;
}

/** Random faults, each of which is mended after a while; {@link heal} mends all that is left. */
export class FaultSchedule {
  readonly #simulation: Simulation;
  readonly #cluster: SimulatedCluster;
  readonly #model: FaultModel;
  readonly #mix: FaultMix;
  /** Of when something happens, what, and to whom. How it happens each fault draws for itself. */
  readonly #random: SeededRandom;
  readonly #isStartPlanned = new Set<number>();
  #planned: Planned[] = [];
  #nextMs: number;
  #lookMs = 0;
  /** How often each fault has happened. */
  readonly counts = new Map<string, number>();
  /** What can go wrong, with the weights of this run. */
  readonly #faults: readonly (readonly [name: string, fault: Fault])[];

  /** @param drawMix which of all faults there are, given their names. */
  constructor(
    simulation: Simulation,
    cluster: SimulatedCluster,
    drawMix: (names: readonly string[]) => FaultMix,
  ) {
    this.#simulation = simulation;
    this.#cluster = cluster;
    this.#random = simulation.stream('faults');
    this.#model = new FaultModel(cluster);
    const tools = {
      simulation,
      cluster,
      model: this.#model,
      later: (delayMs: number, run: () => void) => this.#later(delayMs, run),
      startLater: (id: number) => this.#startLater(id),
    };
    const all = Object.entries({ ...processFaults(tools), ...diskFaults(tools), ...networkFaults(tools) });
    this.#mix = drawMix(all.map(([name]) => name));
    const { factors } = this.#mix;
    this.#faults = all.flatMap(([name, { weight, inflict }]) => {
      const factor = factors === undefined ? 1 : (factors.get(name) ?? 0);
      return factor === 0 ? [] : [[name, { weight: weight * factor, inflict }] as const];
    });
    this.#nextMs = simulation.nowMs;
  }

  /** For who reads a report: the kinds of faults and their density. */
  get words(): string {
    const { factors, density } = this.#mix;
    const kinds =
      factors === undefined ? 'all faults' : [...factors].map(([name, factor]) => `${name} x${factor}`);
    return `${[kinds].flat().join(', ')}, density ${density}`;
  }

  /** Starts brokers that are down: such as were just about to stop when the faults ended. */
  startAll(): void {
    this.#cluster.buryFailed();
    for (const id of this.#cluster.brokerIds) if (!this.#cluster.isUp(id)) this.#cluster.start(id);
  }

  /** Called after every event: does what is due. */
  tick(): void {
    const { nowMs } = this.#simulation;
    if (nowMs < this.#lookMs) return;
    this.#lookMs = nowMs + LOOK_MS;
    this.#noticeDead();
    const due = this.#planned.filter(({ atMs }) => atMs <= nowMs);
    if (due.length > 0) this.#planned = this.#planned.filter(({ atMs }) => atMs > nowMs);
    for (const { run } of due) run();
    if (nowMs < this.#nextMs) return;
    this.#nextMs =
      nowMs + this.#random.between(20, this.#random.chance(0.3) ? 3_000 : 800) / this.#mix.density;
    this.#inflictOne();
  }

  /** Ends all faults: brokers that are down start, the network is whole and quick. Clocks stay as wrong as they are. */
  heal(): void {
    const { network, hosts } = this.#simulation;
    this.#planned = [];
    network.healAll();
    network.conditions.lossProbability = 0;
    network.conditions.latencyMaxMs = this.#cluster.shape.latencyMaxMs;
    for (const host of hosts) {
      host.wallClock.drift(0);
      host.medium.crashAfter = 0;
      host.medium.beQuick();
      host.resume();
    }
    for (const id of this.#cluster.brokerIds) this.#cluster.freeDisk(id);
    this.startAll();
  }

  /** Names one at random, by weight, and lets it happen: only what happened is counted. */
  #inflictOne(): void {
    const random = this.#random;
    let dice = random.float() * this.#faults.reduce((sum, [, { weight }]) => sum + weight, 0);
    const chosen = this.#faults.find(([, { weight }]) => {
      dice -= weight;
      return dice < 0;
    });
    if (chosen === undefined) return;
    const [name, { inflict }] = chosen;
    if (!inflict(random.pick(this.#cluster.brokerIds))) return;
    this.#simulation.note(`fault ${name}`);
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
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
    const random = this.#simulation.stream(`starts of broker ${id}`);
    this.#later(random.chance(0.5) ? random.between(0, 300) : random.between(300, 4_000), () => {
      this.#isStartPlanned.delete(id);
      if (!this.#cluster.isUp(id)) this.#cluster.start(id);
    });
  }

  #later(delayMs: number, run: () => void): void {
    this.#planned.push({ atMs: this.#simulation.nowMs + delayMs, run });
  }
}

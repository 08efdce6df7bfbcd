import type { Simulation } from '../simulation.ts';
import type { FaultModel } from './fault-model.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

/** Something that goes wrong. */
export interface Fault {
  /** How often it comes up among all. */
  readonly weight: number;
  /** Lets it happen to a broker; false where the fault model does not allow it now, or there is nothing to break. */
  readonly inflict: (brokerId: number) => boolean;
}

/** By name: each of them may be left out of a run, or come up more often. */
export type Faults = Readonly<Record<string, Fault>>;

/** What faults are made with. */
export interface FaultTools {
  readonly simulation: Simulation;
  readonly cluster: SimulatedCluster;
  readonly model: FaultModel;
  /** Does something after a while of virtual time, unless the faults have ended by then. */
  readonly later: (delayMs: number, run: () => void) => void;
  /** Starts a broker again after a while. */
  readonly startLater: (brokerId: number) => void;
}

import type { Faults, FaultTools } from './fault.ts';

/** What happens to a disk. */
export function diskFaults({ simulation, cluster, model, later, startLater }: FaultTools): Faults {
  const random = { fill: simulation.stream('fault fillDisk'), slow: simulation.stream('fault slowDisk') };

  /** Leaves room for some writes yet, and frees the disk after a while. */
  const fill = (id: number): boolean => {
    if (!cluster.isUp(id) || !model.mayKill(id)) return false;
    model.onKilled(id);
    cluster.fillDisk(id, random.fill.int(3_000));
    later(random.fill.between(200, 4_000), () => cluster.freeDisk(id));
    return true;
  };

  /** Syncs take long, and now and then a call does not return for a while, in which the process does nothing else. */
  const slow = (id: number): boolean => {
    const { medium } = cluster.host(id);
    medium.syncMsMax = random.slow.pick([50, 300, 1_500]);
    medium.stall = { probability: random.slow.pick([0, 0.01, 0.1]), msMax: random.slow.pick([5, 50, 400]) };
    later(random.slow.between(300, 4_000), () => medium.beQuick());
    return true;
  };

  /** The power goes, and one file has changed when it comes back. */
  const damage = (id: number): boolean => {
    if (!cluster.isUp(id) || !model.mayLosePower(id)) return false;
    cluster.cutPower(id);
    model.onPowerLost(id);
    cluster.damageFile(id);
    startLater(id);
    return true;
  };

  return {
    fillDisk: { weight: 1.5, inflict: fill },
    slowDisk: { weight: 2, inflict: slow },
    damageFile: { weight: 1.5, inflict: damage },
  };
}

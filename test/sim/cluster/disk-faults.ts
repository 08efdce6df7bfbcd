import type { Faults, FaultTools } from './fault.ts';

/** What happens to a disk. */
export function diskFaults({ simulation, cluster, model, later, startLater }: FaultTools): Faults {
  const { random } = simulation;

  /** Leaves room for some writes yet, and frees the disk after a while. */
  const fill = (id: number): boolean => {
    if (!cluster.isUp(id) || !model.mayKill(id)) return false;
    model.onKilled(id);
    cluster.fillDisk(id, random.int(3_000));
    later(random.between(200, 4_000), () => cluster.freeDisk(id));
    return true;
  };

  /** Syncs take long, and now and then a call does not return for a while, in which the process does nothing else. */
  const slow = (id: number): boolean => {
    const { medium } = cluster.host(id);
    medium.syncMsMax = random.pick([50, 300, 1_500]);
    medium.stall = { probability: random.pick([0, 0.01, 0.1]), msMax: random.pick([5, 50, 400]) };
    later(random.between(300, 4_000), () => medium.beQuick());
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

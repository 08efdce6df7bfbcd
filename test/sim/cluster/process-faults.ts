import type { Faults, FaultTools } from './fault.ts';

/** Two clocks are then at most 40 minutes apart: a broker refuses records that are more than an hour ahead of it. */
const CLOCK_OFF_MS_MAX = 20 * 60_000;

/** What happens to a process, its machine or its clock. */
export function processFaults({ simulation, cluster, model, later, startLater }: FaultTools): Faults {
  const random = {
    write: simulation.stream('fault powerLossAtWrite'),
    pause: simulation.stream('fault pause'),
    clock: simulation.stream('fault clock'),
  };

  const kill = (id: number): boolean => {
    if (!cluster.isUp(id) || !model.mayKill(id)) return false;
    cluster.kill(id);
    model.onKilled(id);
    startLater(id);
    return true;
  };

  const losePower = (id: number): boolean => {
    if (!cluster.isUp(id) || !model.mayLosePower(id)) return false;
    cluster.cutPower(id);
    model.onPowerLost(id);
    startLater(id);
    return true;
  };

  /** Noticed when it happens; the fault model counts it from now on. */
  const losePowerAtWrite = (id: number): boolean => {
    if (!cluster.isUp(id) || !model.mayLosePower(id)) return false;
    model.onPowerLost(id);
    cluster.host(id).medium.crashAfter = 1 + random.write.int(60);
    return true;
  };

  const stop = (id: number): boolean => {
    if (cluster.broker(id) === undefined || cluster.host(id).isPaused) return false;
    void cluster.stop(id);
    return true;
  };

  /** SIGSTOP, and SIGCONT later: it does nothing meanwhile and does not know that time has passed. */
  const pause = (id: number): boolean => {
    const host = cluster.host(id);
    if (!cluster.isUp(id) || cluster.isStopping(id) || host.isPaused) return false;
    host.pause();
    const pauseMs = random.pause.chance(0.7)
      ? random.pause.between(20, 1_000)
      : random.pause.between(1_000, 6_000);
    later(pauseMs, () => host.resume());
    return true;
  };

  const jumpClock = (id: number): boolean => {
    const { wallClock } = random.clock.chance(0.7) ? cluster.host(id) : random.clock.pick(simulation.hosts);
    const jumpMs = random.clock.pick([-1, 1]) * random.clock.pick([100, 3_000, 60_000, 900_000]);
    if (Math.abs(wallClock.offsetMs + jumpMs) > CLOCK_OFF_MS_MAX) return false;
    wallClock.jump(jumpMs);
    return true;
  };

  /** Runs too fast or too slow, in bad cases three times as fast or backwards, until it is right again. */
  const driftClock = (id: number): boolean => {
    const { wallClock } = cluster.host(id);
    wallClock.drift(random.clock.pick([-1.5, -0.5, -0.01, 0.01, 0.5, 2]));
    later(random.clock.between(500, 5_000), () => wallClock.drift(0));
    return true;
  };

  return {
    kill: { weight: 4, inflict: kill },
    killAll: { weight: 0.5, inflict: () => cluster.brokerIds.filter((id) => kill(id)).length > 0 },
    powerLoss: { weight: 3, inflict: losePower },
    powerLossAtWrite: { weight: 2, inflict: losePowerAtWrite },
    stop: { weight: 1.5, inflict: stop },
    pause: { weight: 2, inflict: pause },
    jumpClock: { weight: 1, inflict: jumpClock },
    driftClock: { weight: 1, inflict: driftClock },
  };
}

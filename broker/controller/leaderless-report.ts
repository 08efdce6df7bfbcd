import type { Logger } from '../../src/base/logger.ts';
import { allPartitions } from './cluster-view.ts';
import type { ControllerState } from './operation.ts';

/** Partitions that are named in one line of the log. */
const NAMED_MAX = 10;

/** Says on the active controller which partitions have no leader, why, and what brings them back; once for each change. */
export class LeaderlessReport {
  readonly #logger: Logger;
  #said = '';

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  check(state: ControllerState): void {
    const byWaitFor = new Map<string, string[]>();
    for (const { topic, index, partition } of allPartitions(state)) {
      if (partition.leader !== -1) continue;
      const waitFor = [...new Set([...partition.isr, ...partition.elr, ...partition.lastKnownElr])]
        .toSorted((a, b) => a - b)
        .join();
      const names = byWaitFor.get(waitFor) ?? [];
      names.push(`${topic.name}-${index}`);
      byWaitFor.set(waitFor, names);
    }
    const now = JSON.stringify([...byWaitFor]);
    if (now === this.#said) return;
    this.#said = now;
    for (const [waitFor, names] of byWaitFor) this.#say(waitFor, names);
  }

  #say(waitFor: string, names: readonly string[]): void {
    const remedy =
      'let any replica that can be opened lead at the price of what it does not have ' +
      '(millrace topic elect TOPIC --unclean --force, ' +
      'or unclean.leader.election.enable=true for the topic)';
    const message =
      waitFor === ''
        ? 'partitions have no leader: every replica was stopped by a crash or has lost its disk while no other was in ' +
          `sync, and none is known to have all records: ${remedy}; the broker with the most records should lead`
        : 'partitions have no leader: the brokers of "waitFor" are the only ones known to have all records, and are not ' +
          'here, or cannot open the log, which their own logs explain: start or mend one of them; where none comes back, ' +
          remedy;
    this.#logger.warn(message, {
      count: names.length,
      partitions: names.slice(0, NAMED_MAX),
      waitFor: waitFor === '' ? [] : waitFor.split(',').map(Number),
    });
  }
}

import { messageOf, OperationalError } from '../../../../src/base/errors.ts';
import { Admin } from '../../../../src/client/index.ts';
import { QUICK_TIMES } from '../client-times.ts';
import type { WorkloadContext } from '../workload.ts';

const NAME = 'features';
const FEATURE = 'transaction.version';
const NEW_CLUSTER_LEVEL = 2;

/** Which protocol transactions use: in some runs the first one, in some it changes while they are open. */
export class ProtocolLevels {
  readonly #context: WorkloadContext;
  readonly #admin: Admin;
  readonly #done: Promise<void>;
  #level = NEW_CLUSTER_LEVEL;
  #stopped = false;

  constructor(context: WorkloadContext) {
    const { simulation, bootstrapServers } = context;
    this.#context = context;
    const { environment } = simulation.host(NAME);
    this.#admin = new Admin({
      ...QUICK_TIMES,
      environment,
      bootstrapServers,
      clientId: NAME,
      defaultApiTimeoutMs: 3_000,
    });
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    await this.#admin.close();
  }

  async #run(): Promise<void> {
    const random = this.#context.simulation.stream(NAME);
    const first = random.pick([1, 2, 2]);
    const changes = random.pick([0, 0, 1, 2]);
    await this.#finalize(first);
    const { timers } = this.#context.simulation.host(NAME).environment;
    for (let left = changes; left > 0 && !this.#stopped; left--) {
      await timers.sleep(random.int(5_000));
      await this.#finalize(this.#level === 2 ? 1 : 2);
    }
  }

  /** Tries until it is done; one that was done without an answer is done again. */
  async #finalize(level: number): Promise<void> {
    const { timers } = this.#context.simulation.host(NAME).environment;
    while (level !== this.#level && !this.#stopped) {
      try {
        const { finalized } = await this.#admin.describeFeatures();
        const isUpgrade = level > (finalized[FEATURE] ?? 0);
        const type = isUpgrade ? 'upgrade' : 'safe-downgrade';
        await this.#admin.updateFeatures([{ feature: FEATURE, level, type }]);
        this.#level = level;
      } catch (error) {
        this.#context.simulation.note(`${NAME}: ${messageOf(error)}`);
        // A broker that is behind tells a level that is not the cluster's any more.
        const isPassing =
          error instanceof OperationalError && (error.retriable || error.code === 'INVALID_UPDATE_VERSION');
        if (!isPassing) {
          this.#context.violate('admin-fails', `${NAME} failed: ${messageOf(error)}`);
          return;
        }
        await timers.sleep(100);
      }
    }
  }
}

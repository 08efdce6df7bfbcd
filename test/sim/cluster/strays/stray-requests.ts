import { messageOf, OperationalError } from '../../../../src/base/errors.ts';
import type { Workload, WorkloadContext } from '../workload.ts';
import { BareLines } from './bare-lines.ts';
import { askForDivergence, askForMetadataDivergence, askWithOldEpoch } from './epoch-questions.ts';
import { fetchAsProcessBefore } from './follower-questions.ts';
import { proposeFenced, proposeProcessBefore } from './isr-questions.ts';
import { KnownCluster } from './known-cluster.ts';
import { sendOutOfSequence, writeFencedMarker } from './producer-questions.ts';
import type { StrayContext, StrayQuestion } from './stray-question.ts';

const NAME = 'strays';
/** After so long a broker has done what its metadata ask of it. */
const SETTLED_MS = 50;
const PAUSE_MS_MAX = 50;
/** How often one is asked that can always be. */
const ALWAYS_SHARE = 0.3;

type Questions = Readonly<Record<string, StrayQuestion>>;

/** What only a cluster with a past can be asked, by name, for the report. */
const OF_THE_PAST: Questions = {
  oldEpoch: askWithOldEpoch,
  divergence: askForDivergence,
  metadataDivergence: askForMetadataDivergence,
  followerBefore: fetchAsProcessBefore,
  isrBefore: proposeProcessBefore,
  isrFenced: proposeFenced,
};

const ALWAYS: Questions = {
  outOfSequence: sendOutOfSequence,
  fencedMarker: writeFencedMarker,
};

/**
 * Requests as a process may have sent them that is gone, or has lagged behind, and that come late: what they say of the cluster is
 * not true any more. Which answers are wrong, the questions say.
 */
export class StrayRequests implements Workload {
  readonly name = NAME;
  readonly topics = [];
  readonly #context: WorkloadContext;
  readonly #counts = new Map(Object.keys({ ...OF_THE_PAST, ...ALWAYS }).map((name) => [name, 0]));
  #stopped = false;
  #done: Promise<void> = Promise.resolve();

  constructor(context: WorkloadContext) {
    this.#context = context;
  }

  get count(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async close(): Promise<void> {}

  async #run(): Promise<void> {
    const { simulation, cluster, violate } = this.#context;
    const { environment } = simulation.host(NAME);
    const random = simulation.stream(NAME);
    const lines = new BareLines(environment, NAME);
    const known = new KnownCluster(cluster);
    const nowMs = (): number => environment.clock.nowMs();
    while (!this.#stopped) {
      known.look();
      await environment.timers.sleep(SETTLED_MS + random.int(PAUSE_MS_MAX));
      const questions = Object.entries(random.chance(ALWAYS_SHARE) ? ALWAYS : OF_THE_PAST);
      const from = random.int(questions.length);
      const inTurn = [...questions.slice(from), ...questions.slice(0, from)];
      await this.#askOne(inTurn, { cluster, violate, random, lines, known, nowMs });
    }
    lines.close();
  }

  /** Asks until one has an answer. */
  async #askOne(
    questions: readonly (readonly [string, StrayQuestion])[],
    context: StrayContext,
  ): Promise<void> {
    for (const [name, ask] of questions) {
      try {
        if (!(await ask(context))) continue;
        this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        this.#context.simulation.note(`${NAME}: ${messageOf(error)}`);
      }
      return;
    }
  }
}

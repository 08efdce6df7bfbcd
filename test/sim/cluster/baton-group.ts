import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import { ErrorCode, errorOf } from '../../../src/protocol/error-codes.ts';
import { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts';
import { joinGroup } from '../../../src/protocol/messages/11-join-group.ts';
import { heartbeat } from '../../../src/protocol/messages/12-heartbeat.ts';
import { leaveGroup } from '../../../src/protocol/messages/13-leave-group.ts';
import { syncGroup } from '../../../src/protocol/messages/14-sync-group.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Simulation } from '../simulation.ts';
import { BATON_GROUP, BatonBook, type Membership, type ReadBack } from './baton-book.ts';
import { CoordinatorLine } from './coordinator-line.ts';
import { RECORDS_TOPIC } from './records.ts';
import type { Workload, WorkloadContext } from './workload.ts';

const MEMBERS = 3;
const PROTOCOL = 'baton';
const BATON = Buffer.from('the baton');
const NOTHING = Buffer.alloc(0);
/** What a member commits under a generation that is over: it would stand out for ever. */
const POISON = 1_000_000_000;

interface MemberOptions {
  readonly simulation: Simulation;
  readonly name: string;
  readonly bootstrap: readonly string[];
  readonly book: BatonBook;
}

/** One who joins again and again, commits while it has the baton, and tries to when it has it no more. */
class BatonMember {
  readonly #options: MemberOptions;
  readonly #random: SeededRandom;
  readonly #line: CoordinatorLine;
  #memberId = '';
  /** The last generation in which it was a member. */
  #last: Membership | undefined;
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#random = options.simulation.stream(options.name);
    const { environment } = options.simulation.host(options.name);
    this.#line = new CoordinatorLine(environment, {
      of: 'group',
      key: BATON_GROUP,
      clientId: options.name,
      bootstrap: options.bootstrap,
      // Longer than a rebalance may take.
      requestTimeoutMs: 4_000,
    });
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    await this.#leave().catch(() => {});
    this.#line.close();
  }

  async #run(): Promise<void> {
    const { simulation, name } = this.#options;
    const { timers } = simulation.host(name).environment;
    while (!this.#stopped) {
      try {
        const membership = await this.#join();
        if (membership !== undefined) await this.#live(membership);
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        simulation.note(`${name}: ${messageOf(error)}`);
      }
      await timers.sleep(this.#random.int(this.#random.chance(0.2) ? 1_500 : 100));
    }
  }

  /** Joins the next generation; undefined where that has to be tried again. */
  async #join(): Promise<(Membership & { readonly hasBaton: boolean }) | undefined> {
    const joined = await this.#line.ask(joinGroup, 9, {
      groupId: BATON_GROUP,
      sessionTimeoutMs: 1_000,
      rebalanceTimeoutMs: 1_500,
      memberId: this.#memberId,
      protocolType: PROTOCOL,
      protocols: [{ name: PROTOCOL, metadata: NOTHING }],
    });
    const { errorCode, memberId, generationId, leader, members, protocolName } = joined;
    if (errorCode === ErrorCode.MEMBER_ID_REQUIRED) this.#memberId = memberId;
    if (this.#isRefused('join', errorCode)) return undefined;
    this.#memberId = memberId;
    const membership = { memberId, generationId };
    const holder = this.#random.pick(members)?.memberId;
    const synced = await this.#line.ask(syncGroup, 5, {
      groupId: BATON_GROUP,
      ...membership,
      protocolType: PROTOCOL,
      protocolName,
      assignments:
        leader === memberId
          ? members.map((each) => ({
              memberId: each.memberId,
              assignment: each.memberId === holder ? BATON : NOTHING,
            }))
          : [],
    });
    if (this.#isRefused('sync', synced.errorCode)) return undefined;
    const hasBaton = synced.assignment.equals(BATON);
    this.#options.book.onAssignment(membership, hasBaton);
    return { ...membership, hasBaton };
  }

  /** A while in a generation. */
  async #live(membership: Membership & { readonly hasBaton: boolean }): Promise<void> {
    const { simulation, name, book } = this.#options;
    const random = this.#random;
    const { timers } = simulation.host(name).environment;
    await this.#commitLate();
    this.#last = membership;
    let read = membership.hasBaton ? await this.#read() : undefined;
    for (let rounds = random.int(12); rounds > 0 && !this.#stopped; rounds--) {
      if (membership.hasBaton) {
        const offset = ++book.sent;
        if (this.#isRefused('commit', await this.#commit(membership, offset))) break;
        // A coordinator that was deposed and does not know it yet may tell old offsets, as in Kafka; it can commit nothing.
        if (read !== undefined) book.onRead(read);
        book.acknowledged = Math.max(book.acknowledged, offset);
        read = random.chance(0.3) ? await this.#read() : undefined;
      }
      const { errorCode } = await this.#line.ask(heartbeat, 4, { groupId: BATON_GROUP, ...membership });
      if (this.#isRefused('heartbeat', errorCode)) break;
      await timers.sleep(random.int(200));
    }
    await this.#commitLate();
    if (!random.chance(0.2)) return;
    // Half of them die instead of leaving, as far as the group can see.
    if (random.chance(0.5)) await this.#leave();
    this.#memberId = '';
  }

  async #leave(): Promise<void> {
    if (this.#memberId === '') return;
    await this.#line.ask(leaveGroup, 4, { groupId: BATON_GROUP, members: [{ memberId: this.#memberId }] });
  }

  /** Tries to commit in the last generation, where that is over for all members. */
  async #commitLate(): Promise<void> {
    const { book } = this.#options;
    const last = this.#last;
    const { latest } = book;
    if (last === undefined || last.generationId >= latest) return;
    book.onLateCommit(last, latest, await this.#commit(last, POISON + last.generationId));
  }

  async #commit(membership: Membership, offset: number): Promise<number> {
    const { memberId, generationId } = membership;
    const { topics } = await this.#line.ask(offsetCommit, 9, {
      groupId: BATON_GROUP,
      memberId,
      generationIdOrMemberEpoch: generationId,
      topics: [
        {
          name: RECORDS_TOPIC,
          partitions: [{ partitionIndex: 0, committedOffset: offset, committedMetadata: '' }],
        },
      ],
    });
    return topics[0]?.partitions[0]?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
  }

  async #read(): Promise<ReadBack | undefined> {
    const { book } = this.#options;
    const floor = book.acknowledged;
    const { groups } = await this.#line.ask(offsetFetch, 9, {
      groups: [{ groupId: BATON_GROUP, topics: [{ name: RECORDS_TOPIC, partitionIndexes: [0] }] }],
      requireStable: true,
    });
    const [group] = groups;
    const partition = group?.topics[0]?.partitions[0];
    const errorCode = group?.errorCode || partition?.errorCode || ErrorCode.NONE;
    if (this.#isRefused('read', errorCode) || partition === undefined) return undefined;
    return { offset: Math.max(0, partition.committedOffset), floor };
  }

  /** What the answer asks for is done; true where there was an error. */
  #isRefused(what: string, errorCode: number): boolean {
    if (errorCode === ErrorCode.NONE) return false;
    const { simulation, name } = this.#options;
    simulation.note(`${name}: ${what}: ${errorOf(errorCode).name}`);
    switch (errorCode) {
      case ErrorCode.UNKNOWN_MEMBER_ID:
        this.#memberId = '';
        break;
      case ErrorCode.NOT_COORDINATOR:
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
        this.#line.leave();
    }
    return true;
  }
}

/**
 * A group of bare members that hand a baton on: whoever is given it in a generation commits ever larger offsets. In a
 * generation one has it; a commit of a generation that is over is refused, however late it comes; and who reads the offset
 * back finds at least what was acknowledged, whatever happens to the coordinator and however often the group rebalances.
 */
export class BatonGroup implements Workload {
  readonly name = BATON_GROUP;
  readonly topics = [];
  readonly #context: WorkloadContext;
  readonly #book: BatonBook;
  #members: readonly BatonMember[] = [];

  constructor(context: WorkloadContext) {
    this.#context = context;
    this.#book = new BatonBook(context.violate);
  }

  get count(): number {
    return this.#book.acknowledged;
  }

  get counts(): Readonly<Record<string, number>> {
    return { committed: this.#book.acknowledged, refused: this.#book.refused };
  }

  start(): void {
    const { simulation, bootstrapServers } = this.#context;
    this.#members = Array.from(
      { length: MEMBERS },
      (_, index) =>
        new BatonMember({ simulation, name: `baton${index}`, bootstrap: bootstrapServers, book: this.#book }),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.stop()));
  }

  async close(): Promise<void> {}
}

import { messageOf } from '../../base/errors.ts';
import type { KafkaAdmin, KafkaConsumer } from '../../client/types.ts';
import type { StateDirectory } from './state-directory.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';

/** How often it is looked whether the group waits for the member that is gone, and how often at most. */
const LOOK_MS = 20;
const LOOKS_MAX = 250;

/**
 * The member of the group that died with the process that had this state before: since the state can be had by one process at a
 * time, nobody else can be it any more. It is told to the group, which otherwise would wait for its session to end (as
 * Kafka Streams does, 45 s by default) before it gives this one its tasks.
 */
export class DeadMember {
  readonly #settings: Pick<StreamsAppSettings, 'applicationId' | 'environment' | 'logger'>;
  readonly #admin: Pick<KafkaAdmin, 'describeGroups' | 'removeMembers'>;
  readonly #state: StateDirectory;

  constructor(parts: {
    readonly settings: Pick<StreamsAppSettings, 'applicationId' | 'environment' | 'logger'>;
    readonly admin: Pick<KafkaAdmin, 'describeGroups' | 'removeMembers'>;
    readonly state: StateDirectory;
  }) {
    this.#settings = parts.settings;
    this.#admin = parts.admin;
    this.#state = parts.state;
  }

  /** Notes who this process is in the group. A static member comes back as itself. */
  async note(consumer: Pick<KafkaConsumer, 'groupMetadata'>): Promise<void> {
    const { memberId, groupInstanceId } = consumer.groupMetadata();
    if (groupInstanceId === null) await this.#state.noteMember(memberId);
  }

  /** Tells the group that the one of before is gone. What keeps it from that is logged: then the group waits. */
  async remove(signal: AbortSignal): Promise<void> {
    const { applicationId, logger } = this.#settings;
    try {
      for (const memberId of this.#state.deadMembers) {
        if (await this.#isWaitedFor(memberId, signal))
          await this.#admin.removeMembers(applicationId, [memberId]);
      }
    } catch (error) {
      if (!signal.aborted)
        logger.warn('could not tell the group that an earlier member is gone', { error: messageOf(error) });
    }
  }

  /**
   * Waits until the new member has joined: a group that became empty first would give others time to come
   * (`group.initial.rebalance.delay.ms`). Answers whether the earlier one is in it.
   */
  async #isWaitedFor(memberId: string, signal: AbortSignal): Promise<boolean> {
    const { applicationId, environment } = this.#settings;
    for (let looks = 0; looks < LOOKS_MAX && !signal.aborted; looks++) {
      const [group] = await this.#admin.describeGroups([applicationId]);
      const isThere = group?.members.some((member) => member.memberId === memberId) === true;
      if (!isThere) return false;
      if (group.state === 'PreparingRebalance') return true;
      await environment.timers.sleep(LOOK_MS, signal);
    }
    return !signal.aborted;
  }
}

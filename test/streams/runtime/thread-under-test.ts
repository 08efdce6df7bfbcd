import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin } from '../../../src/client/index.ts';
import type { StreamsAppOptions } from '../../../src/streams/index.ts';
import type { CommitVariation } from '../../../src/streams/runtime/commit-protocol.ts';
import { prepareTopics } from '../../../src/streams/runtime/internal-topics.ts';
import { StreamThread } from '../../../src/streams/runtime/stream-thread.ts';
import { streamsAppSettings } from '../../../src/streams/runtime/streams-app-options.ts';
import type { AssignmentPhase } from '../../../src/streams/runtime/task-set.ts';
import { TopicAccess } from '../../../src/streams/runtime/topic-access.ts';
import { waitFor } from './app-under-test.ts';

/** A processing loop without the application around it. */
export interface ThreadUnderTest {
  readonly thread: StreamThread;
  /** Tasks of the application, on all of its members. */
  readonly taskCount: number;
  /** Whether it has ended by itself. */
  hasEnded(): boolean;
  /** Waits until it is where its input ends, all of it or that of one topic. */
  atEnd(offset: number, topic?: string): Promise<void>;
  /** Stops it; answers what it failed with, undefined where it ended well. */
  end(): Promise<unknown>;
}

export async function startThread(
  options: StreamsAppOptions,
  commitVariation: CommitVariation = {},
  onPhase: (phase: AssignmentPhase) => void = () => undefined,
): Promise<ThreadUnderTest> {
  const settings = streamsAppSettings({ environment, commitIntervalMs: 60_000, ...options });
  const admin = new Admin({ environment: settings.environment, bootstrapServers: options.bootstrapServers });
  const topics = new TopicAccess(admin, settings.environment);
  const plan = await prepareTopics(topics, settings.topology, settings);
  const thread = StreamThread.create(settings, plan, {
    admin,
    topics,
    host: undefined,
    onPhase,
    commitVariation,
  });
  let hasEnded = false;
  const running = thread
    .run()
    .then(
      () => undefined,
      (error: unknown) => error,
    )
    .finally(() => {
      hasEnded = true;
    });
  return {
    thread,
    taskCount: plan.tasks.length,
    hasEnded: () => hasEnded,
    atEnd: (offset, topic) =>
      waitFor(environment, `the end of the input at ${offset}`, () => {
        const inputs = thread.tasks
          .flatMap((task) => thread.inputsOf(task))
          .filter((input) => topic === undefined || input.topic === topic);
        return inputs.length > 0 && inputs.every((input) => input.lag === 0 && input.offset === offset);
      }),
    async end() {
      thread.stop();
      const failure = await running;
      await admin.close();
      return failure;
    },
  };
}

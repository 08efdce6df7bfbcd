import { type BrokerUnderTest, startMillrace } from './brokers.ts';
import { type Input, load, topicOf } from './inputs.ts';

let broker: Promise<BrokerUnderTest> | undefined;
const loaded = new Map<string, Promise<void>>();

/** The one broker that all figures about clients, Streams and SQL share: both sides read the same topics of it. */
export async function stageBootstrap(): Promise<string> {
  broker ??= startMillrace();
  return (await broker).bootstrap;
}

/** The topic of an input, which is loaded when it is first asked for. */
export async function stageInput(input: Input): Promise<string> {
  const topic = topicOf(input);
  const bootstrap = await stageBootstrap();
  let loading = loaded.get(topic);
  if (loading === undefined) loaded.set(topic, (loading = load(bootstrap, input)));
  await loading;
  return topic;
}

let outputs = 0;

/** A name that no other run has; topics for output are created by those who write to them. */
export function freshName(prefix: string): string {
  return `${prefix}-${process.pid}-${outputs++}`;
}

export async function closeStage(): Promise<void> {
  await (await broker)?.close();
  broker = undefined;
  loaded.clear();
}

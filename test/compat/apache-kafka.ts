import { spawnSync } from 'node:child_process';
import { hasJava, rivalClassPath } from '../../bench/harness/maven.ts';
import { type Outcome, run } from './foreign-process.ts';

/** Why Apache Kafka's own classes cannot be run here; undefined when they can. Maven fetches them on first use. */
export const whyNoKafka: string | undefined = hasJava() ? undefined : 'java, javac or mvn is missing';
if (whyNoKafka !== undefined) console.log(`skipped, it needs Apache Kafka's classes: ${whyNoKafka}`);

function javaArguments(className: string, args: readonly string[]): string[] {
  return ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', rivalClassPath('kafka'), className, ...args];
}

/** Runs one class of Apache Kafka 4.3.1, or one source file with its classes at hand. */
export function runKafkaClass(className: string, args: readonly string[], input = ''): Promise<Outcome> {
  return run('java', javaArguments(className, args), input);
}

/** The same, waiting; answers what was printed. @throws when it fails. */
export function kafkaClassOutput(className: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('java', javaArguments(className, args), {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`${className} ended with ${status}: ${stdout}\n${stderr}`);
  return `${stdout}${stderr}`;
}

/** Runs one of Kafka's command-line tools, by its class in org.apache.kafka.tools. */
export function runKafkaTool(className: string, args: readonly string[], input = ''): Promise<Outcome> {
  return runKafkaClass(`org.apache.kafka.tools.${className}`, args, input);
}

import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeStruct } from '../../src/protocol/codec.ts';
import { kafkaClassOutput, whyNoKafka } from '../compat/apache-kafka.ts';
import { declaredMessages } from './declared-messages.ts';
import { messageArbitrary } from './message-arbitrary.ts';

interface Line {
  readonly name: string;
  readonly version: number;
  readonly text: string;
}

/** Random values of every version of every message, as our encoder writes them. */
function sampleLines(seed: number): Line[] {
  const lines: Line[] = [];
  for (const message of declaredMessages.values()) {
    for (let version = message.versions.min; version <= message.versions.max; version++) {
      for (const value of fc.sample(messageArbitrary(message, version), {
        numRuns: 8,
        seed: seed + version,
      })) {
        const hex = encodeStruct(message, version, value).toString('hex');
        lines.push({ name: message.name, version, text: `${message.name} ${version} ${hex}` });
      }
    }
  }
  return lines;
}

describe.skipIf(whyNoKafka !== undefined)("Kafka's own generated classes", () => {
  it('read what we write, and write the same bytes', () => {
    const seed = Date.now() % 2 ** 31;
    const lines = sampleLines(seed);
    const source = path.join(import.meta.dirname, 'KafkaCodec.java');
    const input = lines.map((line) => line.text).join('\n');
    const answers = kafkaClassOutput(source, [], input).trimEnd().split('\n');
    expect(answers).toHaveLength(lines.length);
    const wrong = lines.flatMap((line, i) => {
      const answer = answers[i] ?? '';
      return answer === 'same' || answer === 'newer'
        ? []
        : [`${line.name} v${line.version}: ${answer.slice(0, 300)}`];
    });
    expect(wrong, `seed ${seed}`).toEqual([]);
    // Ours are declared from definitions that are one release ahead; most must have been compared all the same.
    expect(answers.filter((answer) => answer === 'same').length).toBeGreaterThan(lines.length * 0.9);
  });
});

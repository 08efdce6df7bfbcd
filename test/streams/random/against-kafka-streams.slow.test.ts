import { describe, expect, it } from 'vitest';
import { hasJava } from '../../../bench/harness/maven.ts';
import { compareWithKafkaStreams } from './against-kafka-streams.ts';
import { printCase } from './program.ts';

const PROGRAMS = Number(process.env['STREAMS_PROGRAMS'] ?? 200);
const SEED = Number(process.env['STREAMS_SEED'] ?? 1);
const canRun = hasJava();
if (!canRun) console.log('skipped, it needs Kafka Streams: java, javac or mvn is missing');

/** `npm run streams:kafka -- COUNT` runs any number of them. */
describe.skipIf(!canRun)(`random programs (STREAMS_SEED=${SEED}) answer what Kafka Streams answers`, () => {
  it(`${PROGRAMS} of them, record by record`, { timeout: 1_800_000 }, async () => {
    const compared = await compareWithKafkaStreams({ first: SEED, count: PROGRAMS });
    const differences = compared.differences.map(
      ({ seed, given, text }) => `seed ${seed}: ${printCase(given)}\n${text}`,
    );
    expect(differences.join('\n\n')).toBe('');
    expect(compared.results).toBeGreaterThan(PROGRAMS * 10);
    expect(compared.refused).toBeLessThan(PROGRAMS / 5);
  });
});

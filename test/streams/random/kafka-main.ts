/** `npm run streams:kafka [-- COUNT [FIRST]]`: so many random programs in Kafka Streams' test driver and in ours. */
import { compareWithKafkaStreams } from './against-kafka-streams.ts';
import { printCase } from './program.ts';

const [count = '100', first = '1'] = process.argv.slice(2);
const { compared, refused, results, differences } = await compareWithKafkaStreams(
  { first: Number(first), count: Number(count) },
  ({ seed, given, text }) => console.log(`DIFFERENCE seed ${seed}: ${printCase(given)}\n  ${text}\n`),
);
console.log(
  `${compared} programs, ${refused} refused by both, ${results} results, ${differences.length} differ`,
);
process.exitCode = differences.length === 0 ? 0 : 1;

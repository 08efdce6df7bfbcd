/** `npx tsx test/streams/print-dsl-programs.ts SEED COUNT`: random programs for DslPrograms.java, one a line. */
import { SeededRandom } from '../sim/seeded-random.ts';
import { randomProgram } from './dsl-programs.ts';

const [seed = '1', count = '1'] = process.argv.slice(2);
const random = new SeededRandom(Number(seed));
for (let i = 0; i < Number(count); i++) console.log(randomProgram((below) => random.int(below)));

/**
 * Kills the schema registry that leads its group, again and again, and prints how long nothing could be registered:
 *
 *   npm run registry:kill -- [servers] [kills] [clients]
 */
import { killRun } from './kill-run.ts';

const [servers = 3, kills = 5, clients = 4] = process.argv.slice(2).map(Number);
const result = await killRun({ servers, kills, clients, awayMs: 6_000, betweenMs: 3_000 });
const { wrong, lost, twice, errors, ...figures } = result;
console.log(
  JSON.stringify(
    {
      ...{ servers, kills, clients, ...figures },
      ...{ wrong: wrong.length, lost: lost.length, twice: twice.length },
      errors: Object.fromEntries(errors),
    },
    undefined,
    2,
  ),
);
for (const each of [...wrong, ...lost, ...twice]) console.log(each);
process.exitCode = wrong.length + lost.length + twice.length === 0 ? 0 : 1;

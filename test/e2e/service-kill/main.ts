/**
 * Kills servers of one SQL service and prints how long each key was without an answer:
 *
 *   npm run sql:service-kill -- [servers] [kills] [standbys]
 */
import { killRun } from './kill-run.ts';

const [servers = 3, kills = 6, standbys = 0] = process.argv.slice(2).map(Number);
const standbySettings = [
  `ksql.streams.num.standby.replicas=${standbys}`,
  `ksql.query.pull.enable.standby.reads=${standbys > 0}`,
];
const { answers, wrong, lost, outages, errors } = await killRun({
  ...{ servers, kills, keys: 40, partitions: 8, awayMs: 6_000, betweenMs: 4_000 },
  settings: standbys > 0 ? standbySettings : [],
  mayGoBack: standbys > 0,
});
const longest = outages.map(({ longestMs }) => longestMs);
const median = longest[Math.floor(longest.length / 2)] ?? 0;
console.log(
  JSON.stringify(
    {
      ...{ servers, kills, standbys, answers, wrong: wrong.length, lost: lost.length },
      withoutAnswerMs: { longest: longest[0] ?? 0, median, shortest: longest.at(-1) ?? 0 },
      keys: Object.fromEntries(outages.map(({ key, longestMs }) => [key, longestMs])),
      errors: Object.fromEntries(errors),
    },
    undefined,
    2,
  ),
);
for (const each of [...wrong, ...lost]) console.log(each);
process.exitCode = wrong.length + lost.length === 0 ? 0 : 1;

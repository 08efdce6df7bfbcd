import { randomCase } from './generate.ts';
import { KafkaStreamsDriver } from './kafka-streams-driver.ts';
import { type Case, printCase } from './program.ts';
import { shrink } from './shrink.ts';
import { type Answers, testDriverAnswers } from './test-driver-answers.ts';

export interface Difference {
  readonly seed: number;
  /** As small as it gets. */
  readonly given: Case;
  readonly text: string;
}

interface Comparison {
  readonly compared: number;
  /** Programs that both refuse. */
  readonly refused: number;
  readonly results: number;
  readonly differences: readonly Difference[];
}

/** Compares our test driver with Kafka Streams', record by record, for the cases of so many seeds. */
export async function compareWithKafkaStreams(
  seeds: { readonly first: number; readonly count: number },
  onDifference: (difference: Difference) => void = () => undefined,
): Promise<Comparison> {
  const kafka = new KafkaStreamsDriver();
  const differences: Difference[] = [];
  let refused = 0;
  let results = 0;
  try {
    for (let seed = seeds.first; seed < seeds.first + seeds.count; seed++) {
      const given = randomCase(seed);
      const theirs = await kafka.answers(given);
      const ours = testDriverAnswers(given);
      if ('refused' in theirs && 'refused' in ours) refused++;
      if ('steps' in theirs)
        for (const step of theirs.steps) if (step !== '') results += step.split('|').length;
      if (difference(given, ours, theirs) === undefined) continue;
      const smallest = await shrink(given, async (smaller) => {
        const answer = await kafka.answers(smaller).catch(() => undefined);
        return answer !== undefined && difference(smaller, testDriverAnswers(smaller), answer) !== undefined;
      });
      const text = difference(smallest, testDriverAnswers(smallest), await kafka.answers(smallest));
      const found = { seed, given: smallest, text: text ?? '' };
      differences.push(found);
      onDifference(found);
    }
  } finally {
    await kafka.close();
  }
  return { compared: seeds.count, refused, results, differences };
}

/** Where answers differ, in words; undefined where they do not. */
function difference(given: Case, ours: Answers, theirs: Answers): string | undefined {
  if ('refused' in ours || 'refused' in theirs) {
    if ('refused' in ours && 'refused' in theirs) return undefined;
    return 'refused' in ours
      ? `only we refuse: ${ours.refused}`
      : `only Kafka Streams refuses: ${'refused' in theirs ? theirs.refused : ''}`;
  }
  for (let i = 0; i < Math.max(ours.steps.length, theirs.steps.length); i++) {
    if (ours.steps[i] !== theirs.steps[i])
      return `record ${i} of ${printCase(given)}\n  ours:   ${ours.steps[i]}\n  theirs: ${theirs.steps[i]}`;
  }
  return undefined;
}

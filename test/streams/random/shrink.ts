import type { Case, Program, ProgramStep } from './program.ts';

/** Makes a case as small as it gets while it still fails, by taking away records and steps. */
export async function shrink(given: Case, fails: (smaller: Case) => Promise<boolean>): Promise<Case> {
  let best = given;
  for (let progress = true; progress; ) {
    progress = false;
    for (const smaller of smallerCases(best)) {
      if (!(await fails(smaller))) continue;
      best = smaller;
      progress = true;
      break;
    }
  }
  return best;
}

function* smallerCases(given: Case): Iterable<Case> {
  const { program, records } = given;
  // First the records, in halves, quarters, and so on: they cost the most.
  for (
    let length = Math.ceil(records.length / 2);
    length >= 1;
    length = length === 1 ? 0 : Math.ceil(length / 2)
  ) {
    for (let at = records.length - length; at > -length; at -= length) {
      const from = Math.max(0, at);
      yield { ...given, records: records.toSpliced(from, at + length - from) };
    }
  }
  for (let i = program.length - 1; i >= 0; i--) {
    const smaller = without(program, i);
    if (smaller.length > 0) yield { ...given, program: smaller };
  }
  for (const [i, step] of program.entries()) {
    for (const word of step.words) {
      if (!word.startsWith('!') && word !== 'nocache') continue;
      if (step.operator === 'versioned') continue;
      const words = step.words.filter((each) => each !== word);
      yield { ...given, program: program.with(i, { ...step, words }) };
    }
  }
  for (const [i, record] of records.entries()) {
    if (record.header !== undefined)
      yield { ...given, records: records.with(i, { ...record, header: undefined }) };
  }
}

/** Without a step: what it makes is replaced by its input of the same shape, or goes with all that reads it. */
function without(program: Program, at: number): Program {
  const removed = program[at];
  if (removed === undefined) return program;
  const instead = removed.inputs.find((id) => id[0] === removed.id[0]);
  const kept: ProgramStep[] = [];
  const gone = new Set(instead === undefined ? [removed.id] : []);
  for (const step of program) {
    if (step === removed) continue;
    const inputs = step.inputs.map((id) => (id === removed.id && instead !== undefined ? instead : id));
    if (inputs.some((id) => gone.has(id))) gone.add(step.id);
    else kept.push({ ...step, inputs });
  }
  return kept;
}

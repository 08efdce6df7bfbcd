/**
 * Random programs in the DSL that run, as text: in our test driver, in Kafka Streams' (RandomPrograms.java) and in the
 * runtime. A step is `id operator inputs | words`; steps are joined by `;`. An id begins with the shape of what it names: `s`
 * a stream, `t` a table, `w` a windowed one. All keys and values are texts.
 */
export interface ProgramStep {
  readonly id: string;
  readonly operator: string;
  /** Ids of steps before it. */
  readonly inputs: readonly string[];
  /** Settings: names of functions, numbers, `!` and the name of a store. */
  readonly words: readonly string[];
}

export type Program = readonly ProgramStep[];

/** A record of an input topic. */
export interface InputStep {
  readonly topic: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
  /** Of a header `h`; undefined: without. */
  readonly header: string | undefined;
}

export interface Case {
  readonly program: Program;
  readonly cached: boolean;
  readonly records: readonly InputStep[];
}

export function printProgram(program: Program): string {
  return program
    .map(({ id, operator, inputs, words }) => `${[id, operator, ...inputs].join(' ')} | ${words.join(' ')}`)
    .join(';');
}

export function parseProgram(text: string): Program {
  return text.split(';').map((step) => {
    const [head = '', words = ''] = step.split(' | ');
    const [id = '', operator = '', ...inputs] = head.trim().split(' ');
    return { id, operator, inputs, words: words.split(' ').filter((word) => word !== '') };
  });
}

/** Nothing that a text of ours contains; null on a line. */
const NULL = '~';

export function printRecord({ topic, key, value, timestamp, header }: InputStep): string {
  return [topic, key ?? NULL, value ?? NULL, timestamp, header ?? NULL].join(',');
}

function parseRecord(text: string): InputStep {
  const [topic = '', key = NULL, value = NULL, timestamp = '0', header = NULL] = text.split(',');
  return {
    topic,
    key: key === NULL ? null : key,
    value: value === NULL ? null : value,
    timestamp: Number(timestamp),
    header: header === NULL ? undefined : header,
  };
}

/** A case as one line, which repeats it. */
export function printCase({ program, cached, records }: Case): string {
  return [cached ? 'cached' : 'uncached', printProgram(program), records.map(printRecord).join('|')].join(
    '\t',
  );
}

export function parseCase(line: string): Case {
  const [cached = '', program = '', records = ''] = line.split('\t');
  return {
    program: parseProgram(program),
    cached: cached === 'cached',
    records: records === '' ? [] : records.split('|').map(parseRecord),
  };
}

/** Topics that a program reads, and those that it writes. */
export function topicsOf(program: Program): {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
} {
  const named = (operators: readonly string[]): readonly string[] => [
    ...new Set(
      program.flatMap(({ operator, words }) => (operators.includes(operator) ? (words[0] ?? []) : [])),
    ),
  ];
  return { inputs: named(['stream', 'table', 'versioned']), outputs: [...named(['to'])].sort() };
}

/** So much of a line may wait for its end. */
const LINE_CHARS_MAX = 67_108_864;

/** Cuts chunks of text into lines; what follows the last line break is the last line. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly string[], void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > LINE_CHARS_MAX) throw new Error(`a line has more than ${LINE_CHARS_MAX} characters`);
    if (parts.length > 0) yield parts;
  }
  rest += decoder.decode();
  if (rest !== '') yield [rest];
}

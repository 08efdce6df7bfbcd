import { checkTextLength } from '../limits.ts';

/** What LPAD and RPAD put beside the input, or undefined where they give null. */
export function padding<T extends string | Buffer>(
  input: T,
  length: number,
  pad: T,
  repeat: (pad: T, times: number) => T,
): T | undefined {
  if (length < 0 || pad.length === 0) return undefined;
  checkTextLength('LPAD or RPAD', length);
  return repeat(pad, Math.ceil(Math.max(length - input.length, 0) / pad.length));
}

export function repeatText(text: string, times: number): string {
  return text.repeat(times);
}

export function repeatBytes(bytes: Buffer, times: number): Buffer {
  return Buffer.concat(Array<Buffer>(times).fill(bytes));
}

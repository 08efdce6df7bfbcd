export const root: string;
export function prepare(): Promise<void>;
export function build(): Promise<boolean>;
export function become(command: string, args: readonly string[]): void;

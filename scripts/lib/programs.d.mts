export function programOnPath(...names: string[]): string | undefined;

export function cacheFolder(): string;
export function installedOnce(
	name: string,
	options: {
		dependencies: Record<string, string>;
		overrides?: Record<string, string>;
		node?: string;
		finish?: (folder: string) => Promise<void>;
	},
): Promise<string>;

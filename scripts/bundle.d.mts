export type Program = 'cli' | 'control-plane'
export function bundle(name: Program): Promise<void>
export function bundleWhenStale(name: Program): Promise<void>

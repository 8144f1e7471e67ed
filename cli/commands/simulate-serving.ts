import type { Command } from 'commander'

export function registerSimulateServing(_simulate: Command): void {}

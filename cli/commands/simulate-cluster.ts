import type { Command } from 'commander'

export function registerSimulateCluster(_simulate: Command): void {}

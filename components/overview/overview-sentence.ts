import type { RouterOutputs } from '@/server/routers/app-router'
import { plural } from '../ui/format/number'

type Overview = Pick<RouterOutputs['overview']['get'], 'running' | 'waiting' | 'ended' | 'deployments'>

/** The first line of the page: "4 sweeps run, 2 wait, 1 deployment serves." */
export function overviewSentence({ running, waiting, ended, deployments }: Overview): string {
  if (running.length + waiting.length + deployments.length === 0)
    return ended.length === 0 ? 'Nothing has run yet.' : 'Nothing runs and nothing waits.'
  const parts = []
  if (running.length > 0)
    parts.push(`${plural(running.length, 'sweep')} ${running.length === 1 ? 'runs' : 'run'}`)
  if (waiting.length > 0)
    parts.push(
      running.length > 0
        ? `${waiting.length} ${waiting.length === 1 ? 'waits' : 'wait'}`
        : `${plural(waiting.length, 'sweep')} ${waiting.length === 1 ? 'waits' : 'wait'}`,
    )
  if (deployments.length > 0)
    parts.push(`${plural(deployments.length, 'deployment')} ${deployments.length === 1 ? 'serves' : 'serve'}`)
  return `${parts.join(', ')}.`
}

/** Means over the last hour and counts of now, from what the devices reported. */
export function deviceFigures(overview: Pick<RouterOutputs['overview']['get'], 'nodes' | 'utilisation'>) {
  const devices = overview.nodes.filter((node) => node.state === 'alive').flatMap((node) => node.gpus)
  const held = devices.filter((device) => device.heldBy.length > 0)
  const cells = overview.utilisation.series
    .flatMap((one) => one.utilisation)
    .filter((cell): cell is number => cell !== null)
  const away = overview.nodes.filter((node) => node.state !== 'alive' || node.scheduling !== 'open')
  return {
    total: devices.length,
    held: held.length,
    cpuOnly: devices.length > 0 && devices.every((device) => device.kind === 'cpu'),
    busy: cells.length === 0 ? null : cells.reduce((sum, cell) => sum + cell, 0) / cells.length,
    away: away.map((node) => `${node.name} ${node.state === 'alive' ? node.scheduling : node.state}`),
  }
}

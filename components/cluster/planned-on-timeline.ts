import type { PlannedBlock } from '@/server/views/planned-blocks'
import type { TimelineBlock } from '../charts/timeline/prepareTimeline'
import { formatTime } from '../ui/format/time'

/**
 * What comes after now: what runs goes on until its P50, what waits has its gang from its P50 start. An end that has
 * passed while the sweep still runs is drawn as ending now; a planned start that has passed begins now.
 *
 * @param now Unix milliseconds
 */
export function plannedOnTimeline(
  planned: readonly PlannedBlock[],
  series: ReadonlyMap<string, number>,
  now: number,
): TimelineBlock[] {
  return planned.flatMap((block, index) => {
    const start = block.runs ? now : Math.max(now, block.start.p50.getTime())
    const end = Math.max(start, block.end.p50.getTime())
    if (end <= start) return []
    const when = block.runs ? `until ${formatTime(new Date(end))}` : `from ${formatTime(new Date(start))}`
    return {
      id: `planned ${index} ${block.jobId}`,
      jobId: block.jobId,
      name: block.runs ? when : `${block.jobName}, ${when}`,
      short: block.runs ? undefined : block.jobName,
      nodeId: '',
      gpuIds: block.gpuIds,
      start,
      end,
      series: series.get(block.jobId) ?? 1,
      planned: true,
      endRange: {
        p10: Math.max(now, block.end.p10.getTime()),
        p50: end,
        p90: Math.max(end, block.end.p90.getTime()),
      },
    }
  })
}

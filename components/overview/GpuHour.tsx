import type { RouterOutputs } from '@/server/routers/app-router'
import { HeatRows } from '../charts/HeatRows'
import { ButtonLink } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { PaneHead } from '../ui/Pane'
import { Time } from '../ui/Time'

type Overview = RouterOutputs['overview']['get']

/** The last hour of every device: one row a device, one cell a minute. */
export function GpuHour({ nodes, utilisation }: Pick<Overview, 'nodes' | 'utilisation'>) {
  const cells = new Map(utilisation.series.map((one) => [one.gpuId, one.utilisation]))
  return (
    <section aria-label="Utilisation, last hour" className="border-t border-line">
      <PaneHead
        title="Utilisation, last hour"
        sub="one row a device, one cell a minute"
        actions={
          <>
            <span className="flex items-center gap-1 text-11 text-ink-3 max-tablet:hidden">
              0
              {[0, 1, 2, 3, 4].map((step) => (
                <span key={step} className="h-2 w-4" style={{ background: `var(--heat-${step})` }} />
              ))}
              100%
            </span>
            <ButtonLink href="/cluster">Open cluster</ButtonLink>
          </>
        }
      />
      {nodes.length === 0 ? (
        <Empty action={<ButtonLink href="/cluster?tab=nodes">Add a node</ButtonLink>}>
          No node has joined yet.
        </Empty>
      ) : (
        <div className="grid grid-cols-[repeat(auto-fit,minmax(260px,1fr))] gap-x-6 gap-y-4 px-4 pb-4">
          {nodes.map((node) => {
            const jobs = [...new Set(node.gpus.flatMap((gpu) => gpu.heldBy.map((job) => job.name)))]
            return (
              <div key={node.id} className="max-w-[720px]">
                <p className="mb-1 truncate text-12">
                  <span className="font-semibold">{node.name}</span>{' '}
                  <span className="text-ink-3">{jobs.length > 0 ? jobs.join(', ') : 'free'}</span>
                </p>
                <HeatRows
                  label={node.name}
                  rows={node.gpus.map((gpu) => ({
                    label: String(gpu.index),
                    cells: cells.get(gpu.id) ?? [],
                    note:
                      node.state === 'alive'
                        ? node.scheduling === 'open'
                          ? undefined
                          : node.scheduling
                        : node.state,
                  }))}
                />
                <p className="mt-1 flex justify-between pr-12 pl-4 text-11 text-ink-3">
                  <Time at={utilisation.from} />
                  <Time at={utilisation.to} />
                </p>
              </div>
            )
          })}
        </div>
      )}
    </section>
  )
}

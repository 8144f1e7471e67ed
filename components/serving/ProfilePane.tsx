'use client'

import type { z } from 'zod'
import type { getDeploymentOutput } from '@/server/routers/deployment/get'
import { DataTable } from '../ui/DataTable'
import { Empty } from '../ui/Empty'
import { formatCount } from '../ui/format/number'
import { PaneHead } from '../ui/Pane'
import { Time } from '../ui/Time'

type Deployed = z.infer<typeof getDeploymentOutput>

const ms = (value: number | null): string =>
  value === null ? '–' : value < 100 ? `${value.toFixed(1)} ms` : `${formatCount(Math.round(value))} ms`

/** What was measured of its models, and who runs them. */
export function ProfilePane({ profile, switchMs, resumeMs, executors, deployment }: Deployed) {
  const { probe } = deployment
  return (
    <section aria-label="How long does each part take?" className="bg-surface pb-4">
      <PaneHead
        title="How long does each part take?"
        sub={
          probe?.state === 'running'
            ? 'the probe is measuring'
            : 'first measured by the probe, then by every real step'
        }
      />
      {profile.length === 0 ? (
        <Empty>
          {probe?.state === 'failed'
            ? `The probe failed: ${probe.message ?? 'no reason was given'}.`
            : 'Nothing was measured yet. The probe runs as soon as the models are loaded.'}
        </Empty>
      ) : (
        <>
          <DataTable
            label="Profile"
            columns={[
              { head: 'What' },
              { head: 'Batch', align: 'right' },
              { head: 'SP degree', align: 'right' },
              { head: 'Step', align: 'right' },
              { head: 'Encode', align: 'right' },
              { head: 'Decode', align: 'right' },
              { head: 'Steps measured', align: 'right' },
            ]}
            rows={profile.map((row) => ({
              key: `${row.kind} ${row.width} ${row.height} ${row.frames} ${row.batch} ${row.sp}`,
              cells: [
                `${row.width}×${row.height} ${row.kind}${row.kind === 'video' ? `, ${row.frames} frames` : ''}`,
                row.batch,
                row.sp,
                ms(row.stepMs),
                ms(row.encodeMs),
                ms(row.decodeMs),
                formatCount(row.steps),
              ],
            }))}
          />
          <p className="px-4 pt-2 text-11 text-ink-3">
            Going on at another SP degree costs {ms(switchMs)}, after a pause {ms(resumeMs)}.
          </p>
        </>
      )}
      <PaneHead title="Executors" sub="processes that hold its models" />
      {executors.length === 0 ? (
        <Empty>None was started yet.</Empty>
      ) : (
        <DataTable
          label="Executors"
          columns={[
            { head: 'Node' },
            { head: 'State' },
            { head: 'GPUs' },
            { head: 'Message' },
            { head: 'Started', align: 'right' },
          ]}
          rows={executors.map((one) => ({
            key: one.id,
            cells: [
              one.nodeId,
              one.state,
              one.gpuIds.join(', '),
              one.message ?? '–',
              <Time key="at" at={one.startedAt} seconds />,
            ],
          }))}
        />
      )}
    </section>
  )
}

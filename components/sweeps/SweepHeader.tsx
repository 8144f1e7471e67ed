'use client'

import { Copy, Download, FileText, MoreHorizontal, Pencil } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { RouterOutputs } from '@/server/routers/app-router'
import { Header } from '../frame/Header'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPCClient } from '../trpc/trpc'
import { Button, ButtonLink, buttonClass, IconButton } from '../ui/Button'
import { plural } from '../ui/format/number'
import { runLabel } from '../ui/format/parameter'
import { Menu } from '../ui/Menu'
import { State } from '../ui/State'
import { say } from '../ui/toasts'
import { saveText } from './curves-csv'
import { RenameDialog } from './RenameDialog'
import { jobLook } from './run-state'
import { shortName } from './short-name'

type Sweep = RouterOutputs['sweep']['get']['sweep']

export function SweepHeader({ sweep }: { sweep: Sweep }) {
  const client = useTRPCClient()
  const router = useRouter()
  const [renaming, setRenaming] = useState(false)
  const look = jobLook[sweep.state]
  const alive = sweep.state === 'running' || sweep.state === 'waiting'
  const cancel = () => {
    client.sweep.cancel.mutate({ id: sweep.id }).then(
      () => say(`${sweep.name} is cancelled. Its runs are parked and can be revived.`),
      (error: unknown) => say(errorSentence(error), { urgent: true }),
    )
  }
  return (
    <>
      <Header
        parent={{ href: '/sweeps', label: 'Sweeps' }}
        title={sweep.name}
        state={
          <State value={look.state} tag>
            {look.word}
          </State>
        }
        facts={`${shortName(sweep.model)} on ${shortName(sweep.dataset)}, ${plural(sweep.runs.total, 'configuration')} by ${sweep.method}, ${sweep.policy}`}
        actions={
          <>
            <ButtonLink
              href={`/sweeps/new?from=${sweep.id}`}
              icon={<Copy size={13} />}
              className="max-tablet:hidden"
            >
              Clone
            </ButtonLink>
            {sweep.best ? (
              <a
                href={`/api/v1/runs/${sweep.best.runId}/adapter`}
                download
                className={buttonClass({}, 'max-tablet:hidden')}
                title={`Adapter of ${runLabel(sweep.best.number)}, as a PEFT folder`}
              >
                <Download size={13} /> Best adapter
              </a>
            ) : null}
            {alive ? (
              <Button onClick={cancel} className="max-tablet:hidden">
                Cancel sweep
              </Button>
            ) : null}
            <Menu
              trigger={
                <IconButton label="More about this sweep">
                  <MoreHorizontal size={15} />
                </IconButton>
              }
              entries={[
                { label: 'Rename', icon: <Pencil size={13} />, onSelect: () => setRenaming(true) },
                {
                  label: 'Clone and change',
                  icon: <Copy size={13} />,
                  onSelect: () => router.push(`/sweeps/new?from=${sweep.id}`),
                },
                {
                  label: 'Download YAML',
                  icon: <FileText size={13} />,
                  onSelect: () => void saveSpec(sweep),
                },
                ...(sweep.best
                  ? [
                      {
                        label: 'Download the best adapter',
                        icon: <Download size={13} />,
                        onSelect: () => window.location.assign(`/api/v1/runs/${sweep.best?.runId}/adapter`),
                      },
                    ]
                  : []),
                ...(alive
                  ? ([
                      'line',
                      { label: 'Cancel sweep', effect: 'parks every run', onSelect: cancel },
                    ] as const)
                  : []),
              ]}
            />
          </>
        }
      />
      {renaming ? <RenameDialog id={sweep.id} name={sweep.name} onClose={() => setRenaming(false)} /> : null}
    </>
  )
}

/** The writer of YAML comes with the first click: most people never ask for the file. */
async function saveSpec({ name, spec }: Sweep): Promise<void> {
  const { stringify } = await import('yaml')
  saveText(`${name}.yaml`, stringify(spec), 'application/yaml')
}

'use client'

import { Dialog as Base } from '@base-ui/react/dialog'
import { useState } from 'react'
import type { RunRow } from '@/server/views/run-row'
import { CloneDialog } from '../sweeps/CloneDialog'
import { variedParameters } from '../sweeps/varied-parameters'
import { scrimClass } from '../ui/scrimClass'
import { PaletteInside } from './PaletteInside'

/** ⌘K: what is here, then what can be done with it, then everything that has such a name. */
export function Palette({
  open,
  onOpenChange,
  takeTyped,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** What was typed before this was loaded. */
  takeTyped: () => string
}) {
  const [cloning, setCloning] = useState<{ run: RunRow; runs: readonly RunRow[] } | null>(null)
  return (
    <>
      <Base.Root open={open} onOpenChange={onOpenChange}>
        <Base.Portal>
          <Base.Backdrop className={scrimClass} />
          <Base.Popup
            aria-label="Search or run"
            className="fixed top-[13vh] left-1/2 z-50 flex max-h-[60vh] w-[min(640px,calc(100vw-24px))] -translate-x-1/2 flex-col overflow-hidden rounded-12 bg-raised shadow-float outline-none"
          >
            <PaletteInside
              close={() => onOpenChange(false)}
              takeTyped={takeTyped}
              onClone={(run, runs) => setCloning({ run, runs })}
            />
          </Base.Popup>
        </Base.Portal>
      </Base.Root>
      {cloning ? (
        <CloneDialog
          run={cloning.run}
          varied={variedParameters(cloning.runs)}
          onClose={() => setCloning(null)}
        />
      ) : null}
    </>
  )
}

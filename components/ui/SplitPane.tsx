'use client'

import type { ReactNode } from 'react'
import { Group, Panel, Separator } from 'react-resizable-panels'

interface SplitPaneProps {
  /** Above and below. */
  first: ReactNode
  second: ReactNode
  /** Share of the first in percent. */
  share: number
  label: string
}

/** Two panes with a divider that can be dragged or moved by arrow keys. */
export function SplitPane({ first, second, share, label }: SplitPaneProps) {
  return (
    <Group orientation="vertical" className="h-full">
      <Panel defaultSize={`${share}%`} minSize="20%" className="min-h-0">
        {first}
      </Panel>
      <Separator
        aria-label={label}
        className="relative h-px bg-line outline-offset-[-1px] after:absolute after:inset-x-0 after:-top-1 after:h-2 data-[separator=active]:bg-focus"
      />
      <Panel minSize="15%" className="min-h-0">
        {second}
      </Panel>
    </Group>
  )
}

'use client'

import { FlexRender, type Row } from '@tanstack/react-table'
import clsx from 'clsx'
import { type KeyboardEvent, memo } from 'react'
import { type HoverStore, useIsHovered } from '../charts/hover-store'
import { runLabel } from '../ui/format/parameter'
import { columnLook, type RunTableRow, type runFeatures } from './run-columns'

interface RunTableLineProps {
  row: Row<typeof runFeatures, RunTableRow>
  /** Which columns are shown, in order: a line is drawn again when they change. */
  columns: string
  hover: HoverStore
  selected: boolean
  colour: string | null
  onSelect: (id: string, add: boolean) => void
  onOpen: (id: string) => void
}

/** Drawn again only where its run, its columns or its selection changed; scrolling and other runs leave it alone. */
const isSame = (a: RunTableLineProps, b: RunTableLineProps) =>
  a.row.original === b.row.original &&
  a.columns === b.columns &&
  a.selected === b.selected &&
  a.colour === b.colour &&
  a.onSelect === b.onSelect &&
  a.onOpen === b.onOpen

/** One run in the table. Space selects, Enter opens, arrows walk, Shift with arrows extends the selection. */
export const RunTableLine = memo(function RunTableLine(props: RunTableLineProps) {
  const { row, hover, selected, colour, onSelect, onOpen } = props
  const { id } = row
  const hovered = useIsHovered(hover, id)
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'Enter') onOpen(id)
    else if (event.key === ' ') {
      event.preventDefault()
      onSelect(id, event.shiftKey)
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const { nextElementSibling, previousElementSibling } = event.currentTarget
      const next = event.key === 'ArrowDown' ? nextElementSibling : previousElementSibling
      if (!(next instanceof HTMLElement)) return
      next.focus()
      const nextId = next.dataset.id
      if (event.shiftKey && nextId) {
        if (!selected) onSelect(id, true)
        if (next.getAttribute('aria-selected') !== 'true') onSelect(nextId, true)
      }
    }
  }
  return (
    <tr
      data-run={runLabel(row.original.number)}
      data-id={id}
      aria-selected={selected}
      tabIndex={0}
      onPointerEnter={() => hover.set(id)}
      onPointerLeave={() => hover.set(null)}
      onClick={(event) => onSelect(id, event.shiftKey || event.metaKey || event.ctrlKey)}
      onDoubleClick={() => onOpen(id)}
      onKeyDown={onKeyDown}
      className={clsx(
        'h-[27px] outline-offset-[-2px]',
        selected ? 'bg-selected' : hovered ? 'bg-hover' : 'bg-surface',
      )}
    >
      <td className="border-b border-line pl-4">
        <span
          aria-hidden="true"
          className="block h-0.5 w-3.5 rounded-1"
          style={{ background: selected ? 'var(--ink)' : (colour ?? 'var(--ctx-2)') }}
        />
      </td>
      {row.getVisibleCells().map((cell) => (
        <td
          key={cell.id}
          className={clsx(
            'truncate border-b border-line px-2 tabular-nums',
            columnLook(cell.column.id).align === 'right' && 'text-right',
          )}
        >
          <FlexRender cell={cell} />
        </td>
      ))}
    </tr>
  )
}, isSame)

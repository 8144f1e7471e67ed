'use client'

import { type SortingState, useTable } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import clsx from 'clsx'
import { ArrowDown, ArrowUp, Columns3, Copy } from 'lucide-react'
import { memo, type ReactNode, useMemo, useRef, useState } from 'react'
import type { HoverStore } from '../charts/hover-store'
import { useShortcut } from '../keys/keys'
import { Button } from '../ui/Button'
import { ContextMenu } from '../ui/ContextMenu'
import { copyText } from '../ui/copyText'
import { Menu } from '../ui/Menu'
import type { MenuEntry } from '../ui/MenuEntries'
import { ScrollRegion } from '../ui/ScrollRegion'
import { RunTableLine } from './RunTableLine'
import { columnLook, HIDDEN_AT_FIRST, type RunTableRow, runColumns, runFeatures } from './run-columns'
import { heldOrder } from './run-order'
import { runsTsv } from './runs-tsv'
import type { SweepView } from './useSweepView'

const ROW = 27
/** Above this many rows only those in sight are drawn. */
const VIRTUAL_ABOVE = 60

interface RunTableProps {
  rows: RunTableRow[]
  parameters: readonly string[]
  sweepView: SweepView
  /** CSS colour of a run's line, where it has one. */
  colourOf: (id: string) => string | null
  selected: readonly string[]
  onSelect: (id: string, add: boolean) => void
  onSelectAll: (ids: readonly string[]) => void
  onOpen: (id: string) => void
  /** What can be done with a run, for the menu of its row. */
  menuAt: (runId: string | null) => readonly MenuEntry[] | null
  hover: HoverStore
  /** Filters, drawn before the button for columns. */
  filters: ReactNode
}

/** All runs of a sweep: sorted, filtered, with the columns of the URL. Keeps its order while somebody reads. */
export const RunTable = memo(function RunTable(props: RunTableProps) {
  const { rows, parameters, sweepView, colourOf, selected, onSelect, onOpen, hover } = props
  const { view, setView } = sweepView
  const columns = useMemo(() => runColumns(parameters), [parameters])
  const sorting: SortingState = useMemo(() => [{ id: view.sort, desc: view.desc }], [view.sort, view.desc])
  const hidden = useMemo(() => toggled(view.hide), [view.hide])
  const visibility = useMemo(() => Object.fromEntries([...hidden].map((id) => [id, false])), [hidden])
  const table = useTable({
    features: runFeatures,
    columns,
    data: rows,
    state: { sorting, columnVisibility: visibility },
    getRowId: (row) => row.id,
  })
  const wanted = table.getRowModel().rows
  const [held, setHeld] = useState<readonly string[] | null>(null)
  const { order, moves } = heldOrder(
    held,
    wanted.map((row) => row.id),
  )
  const byId = new Map(wanted.map((row) => [row.id, row]))
  const drawn = order.map((id) => byId.get(id)).filter((row) => row !== undefined)

  const scroller = useRef<HTMLElement>(null)
  const virtual = useVirtualizer({
    count: drawn.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => drawn[index]?.id ?? index,
    overscan: 8,
    enabled: drawn.length > VIRTUAL_ABOVE,
  })
  const items = virtual.getVirtualItems()
  const inSight = drawn.length > VIRTUAL_ABOVE ? items.map((item) => drawn[item.index]!) : drawn
  const above = drawn.length > VIRTUAL_ABOVE ? (items[0]?.start ?? 0) : 0
  const below = drawn.length > VIRTUAL_ABOVE ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0
  const heads = table.getVisibleLeafColumns()
  const columnsKey = heads.map((column) => column.id).join(' ')

  const moveFocus = (by: 1 | -1) => () => {
    const rows = [...(scroller.current?.querySelectorAll<HTMLElement>('tr[data-run]') ?? [])]
    const at = rows.indexOf(document.activeElement as HTMLElement)
    rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.focus()
  }
  useShortcut('j', 'Next run', moveFocus(1))
  useShortcut('k', 'Previous run', moveFocus(-1))
  useShortcut('x', 'Select the row, or take it out', () => {
    const id = focusedRun() ?? hover.get()
    if (id) onSelect(id, true)
  })
  const chosenRows = () => {
    const chosen = drawn.filter((row) => selected.includes(row.id))
    return (chosen.length > 0 ? chosen : drawn).map((row) => row.original)
  }

  const sortBy = (id: string) => {
    setHeld(null)
    void setView(view.sort === id ? { desc: !view.desc } : { sort: id, desc: false })
  }
  return (
    <section aria-label="Runs" className="flex h-full min-h-0 flex-col bg-surface">
      <div className="flex min-h-9 items-center gap-x-2 px-4 py-1">
        <h2 className="text-13 font-semibold">Runs</h2>
        {props.filters}
        {moves > 0 && held !== null ? (
          <Button size="small" variant="ghost" onClick={() => setHeld(null)}>
            {moves} {moves === 1 ? 'row' : 'rows'} would move
          </Button>
        ) : null}
        <div className="ml-auto shrink-0">
          <Menu
            trigger={<Button size="small" icon={<Columns3 size={13} />} />}
            entries={[
              ...table.getAllLeafColumns().map((column) => ({
                label: columnLook(column.id).label,
                checked: column.getIsVisible(),
                onSelect: () => void setView({ hide: flip(view.hide, column.id) }),
              })),
              'line',
              {
                label: 'Copy as TSV',
                effect: selected.length > 0 ? `${selected.length} selected` : 'all rows',
                icon: <Copy size={13} />,
                onSelect: () => copyText(runsTsv(chosenRows(), parameters), 'Rows copied as TSV.'),
              },
            ]}
          >
            Columns
          </Menu>
        </div>
      </div>
      <ScrollRegion
        ref={scroller}
        label="Table of runs"
        className="min-h-0 flex-1"
        onPointerEnter={() => setHeld(wanted.map((row) => row.id))}
        onPointerLeave={() => setHeld(null)}
        onKeyDown={(event) => {
          if (event.key !== 'a' || !(event.metaKey || event.ctrlKey)) return
          event.preventDefault()
          props.onSelectAll(order)
        }}
      >
        <ContextMenu entriesAt={(event) => props.menuAt(rowOf(event.target)?.dataset.id ?? null)}>
          <table
            className="w-full min-w-max table-fixed border-separate border-spacing-0 text-12"
            data-testid="run-table"
          >
            <colgroup>
              <col style={{ width: 36 }} />
              {heads.map((column) => (
                <col
                  key={column.id}
                  style={column.id === 'state' ? undefined : { width: columnLook(column.id).width }}
                />
              ))}
            </colgroup>
            <thead className="sticky top-0 z-[1] bg-surface">
              <tr>
                <th scope="col" className="border-b border-line">
                  <span className="sr-only">Colour</span>
                </th>
                {heads.map((column) => {
                  const look = columnLook(column.id)
                  const sorted = view.sort === column.id
                  return (
                    <th
                      key={column.id}
                      scope="col"
                      aria-sort={sorted ? (view.desc ? 'descending' : 'ascending') : undefined}
                      className={clsx(
                        'border-b border-line px-2 font-normal',
                        look.align === 'right' ? 'text-right' : 'text-left',
                      )}
                    >
                      <button
                        type="button"
                        onClick={() => sortBy(column.id)}
                        className="inline-flex h-6 items-center gap-1 rounded-4 text-11 whitespace-nowrap text-ink-3 hover:text-ink"
                      >
                        {look.label}
                        {sorted ? (
                          view.desc ? (
                            <ArrowDown size={11} aria-hidden="true" />
                          ) : (
                            <ArrowUp size={11} aria-hidden="true" />
                          )
                        ) : null}
                      </button>
                    </th>
                  )
                })}
              </tr>
            </thead>
            <tbody>
              {above > 0 ? (
                <tr>
                  <td style={{ height: above }} />
                </tr>
              ) : null}
              {inSight.map((row) => (
                <RunTableLine
                  key={row.id}
                  row={row}
                  columns={columnsKey}
                  hover={hover}
                  selected={selected.includes(row.id)}
                  colour={colourOf(row.id)}
                  onSelect={onSelect}
                  onOpen={onOpen}
                />
              ))}
              {below > 0 ? (
                <tr>
                  <td style={{ height: below }} />
                </tr>
              ) : null}
            </tbody>
          </table>
        </ContextMenu>
      </ScrollRegion>
    </section>
  )
})

const rowOf = (target: EventTarget | null) =>
  target instanceof Element ? target.closest<HTMLElement>('tr[data-id]') : null

const focusedRun = () =>
  typeof document === 'undefined' ? null : (rowOf(document.activeElement)?.dataset.id ?? null)

/** `hide` holds what differs from the first view: hidden ones that are shown, shown ones that are hidden. */
function toggled(hide: readonly string[]): Set<string> {
  const hidden = new Set(HIDDEN_AT_FIRST)
  for (const id of hide)
    if (hidden.has(id)) hidden.delete(id)
    else hidden.add(id)
  return hidden
}

const flip = (hide: readonly string[], id: string) =>
  hide.includes(id) ? hide.filter((one) => one !== id) : [...hide, id]

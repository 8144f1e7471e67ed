import clsx from 'clsx'
import type { ReactNode } from 'react'
import { ScrollRegion } from './ScrollRegion'

export interface DataColumn {
  head: string
  /** The head is read but not seen, where the cells say it themselves. */
  silent?: boolean
  align?: 'right'
}

interface DataTableProps {
  label: string
  columns: readonly DataColumn[]
  rows: readonly { key: string; cells: readonly ReactNode[] }[]
}

/** A small plain table inside a pane; scrolls sideways by itself where narrow. */
export function DataTable({ label, columns, rows }: DataTableProps) {
  return (
    <ScrollRegion label={label} className="overflow-y-hidden">
      <table aria-label={label} className="w-full border-separate border-spacing-0 text-12 tabular-nums">
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th
                key={column.head}
                scope="col"
                className={clsx(
                  'border-b border-line px-2 py-1.5 text-11 font-normal whitespace-nowrap text-ink-3',
                  column.align === 'right' ? 'text-right' : 'text-left',
                  index === 0 && 'pl-4',
                  index === columns.length - 1 && 'pr-4',
                )}
              >
                {column.silent ? <span className="sr-only">{column.head}</span> : column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} className="hover:bg-hover">
              {row.cells.map((cell, index) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column
                  key={index}
                  className={clsx(
                    'h-7 border-b border-line px-2 py-1',
                    columns[index]?.align === 'right' && 'text-right',
                    index === 0 && 'pl-4 whitespace-nowrap',
                    index === row.cells.length - 1 && 'pr-4',
                  )}
                >
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

'use client'

import { Tabs as Base } from '@base-ui/react/tabs'
import clsx from 'clsx'
import type { ReactNode } from 'react'

interface TabsProps<V extends string> {
  label: string
  value: V
  onChange: (value: V) => void
  tabs: readonly { value: V; label: ReactNode }[]
  wide?: boolean
  /** The panels: `<TabPanel value>` anywhere below. */
  children: ReactNode
  className?: string
  listClassName?: string
}

const listClass = 'rounded-6 border border-line-2 bg-surface'
const tabClass =
  'flex items-center justify-center border-r border-line-2 px-2.5 text-12 text-ink-2 select-none first:rounded-l-5 last:rounded-r-5 last:border-r-0 data-active:bg-selected data-active:font-550 data-active:text-ink hover:bg-hover'

/** Tabs that look like a segmented control, with the list above its panels. */
export function Tabs<V extends string>(props: TabsProps<V>) {
  const { label, value, onChange, tabs, wide, children, className, listClassName } = props
  return (
    <Base.Root value={value} onValueChange={(next) => onChange(next as V)} className={className}>
      <div className={listClassName}>
        <Base.List aria-label={label} className={clsx(listClass, wide ? 'flex w-full' : 'inline-flex')}>
          {tabs.map((tab) => (
            <Base.Tab
              key={tab.value}
              value={tab.value}
              className={clsx(
                tabClass,
                wide ? 'h-[30px] flex-1 pointer-coarse:h-11' : 'h-[22px] pointer-coarse:h-9',
              )}
            >
              {tab.label}
            </Base.Tab>
          ))}
        </Base.List>
      </div>
      {children}
    </Base.Root>
  )
}

export function TabPanel({
  value,
  children,
  className,
}: {
  value: string
  children: ReactNode
  className?: string
}) {
  return (
    <Base.Panel value={value} className={clsx('outline-none', className)}>
      {children}
    </Base.Panel>
  )
}

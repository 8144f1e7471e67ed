'use client'

import { Switch } from '@base-ui/react/switch'
import { useSyncExternalStore } from 'react'
import { setSingleKeys, singleKeysOn } from '../keys/keys'
import { useTRPCClient } from '../trpc/trpc'

const CHANGED = 'alto-single-keys'
const subscribe = (listener: () => void) => {
  window.addEventListener(CHANGED, listener)
  return () => window.removeEventListener(CHANGED, listener)
}

/** Single keys such as N or J can be in the way of other tools; combinations with ⌘ or Ctrl always work. */
export function SingleKeys() {
  const client = useTRPCClient()
  const on = useSyncExternalStore(subscribe, singleKeysOn, () => true)
  return (
    <div className="flex items-center gap-3 text-12">
      <Switch.Root
        aria-labelledby="single-keys"
        checked={on}
        onCheckedChange={(next) => {
          setSingleKeys(next)
          window.dispatchEvent(new Event(CHANGED))
          void client.me.saveSettings.mutate({ singleKeys: next })
        }}
        className="flex h-5 w-9 items-center rounded-12 border border-line-3 bg-surface px-0.5 data-checked:border-ink data-checked:bg-ink"
      >
        <Switch.Thumb className="size-3.5 rounded-8 bg-line-3 transition-transform data-checked:translate-x-4 data-checked:bg-ink-inv" />
      </Switch.Root>
      <span id="single-keys">Single keys, such as N for a new sweep</span>
    </div>
  )
}

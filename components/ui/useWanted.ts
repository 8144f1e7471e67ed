'use client'

import { useState } from 'react'

/**
 * State of something that floats and whose code comes with its first opening: `mounted` is true from then on, so that
 * it can also close in its own way.
 */
export function useWanted(): { open: boolean; mounted: boolean; setOpen: (open: boolean) => void } {
  const [state, setState] = useState({ open: false, mounted: false })
  return { ...state, setOpen: (open) => setState((before) => ({ open, mounted: before.mounted || open })) }
}

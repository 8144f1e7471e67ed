'use client'

import { lazy, Suspense, useState } from 'react'
import type { SheetProps } from './OpenSheet'

const OpenSheet = lazy(() => import('./OpenSheet').then((module) => ({ default: module.OpenSheet })))

/** A sheet from below, for phones; its code comes with its first opening. */
export function Sheet(props: SheetProps) {
  const [mounted, setMounted] = useState(false)
  if (props.open && !mounted) setMounted(true)
  return mounted ? (
    <Suspense fallback={null}>
      <OpenSheet {...props} />
    </Suspense>
  ) : null
}

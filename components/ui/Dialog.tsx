'use client'

import { lazy, Suspense, useState } from 'react'
import type { DialogProps } from './OpenDialog'

const OpenDialog = lazy(() => import('./OpenDialog').then((module) => ({ default: module.OpenDialog })))

/** A modal window; its code comes with its first opening. */
export function Dialog(props: DialogProps) {
  const [mounted, setMounted] = useState(false)
  if (props.open && !mounted) setMounted(true)
  return mounted ? (
    <Suspense fallback={null}>
      <OpenDialog {...props} />
    </Suspense>
  ) : null
}

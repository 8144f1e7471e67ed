'use client'

import { lazy, Suspense, useState, useSyncExternalStore } from 'react'
import { hasSaid, onSaid } from './toasts'

const ToastList = lazy(() => import('./ToastList').then((module) => ({ default: module.ToastList })))

/** Toasts of the page; what shows them comes with the first one. */
export function Toaster() {
  const said = useSyncExternalStore(onSaid, hasSaid, () => false)
  const [mounted, setMounted] = useState(false)
  if (said && !mounted) setMounted(true)
  return mounted ? (
    <Suspense fallback={null}>
      <ToastList />
    </Suspense>
  ) : null
}

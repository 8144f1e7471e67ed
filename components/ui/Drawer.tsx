'use client'

import { lazy, Suspense, useState } from 'react'
import type { DrawerProps } from './OpenDrawer'

const OpenDrawer = lazy(() => import('./OpenDrawer').then((module) => ({ default: module.OpenDrawer })))

/** A drawer from the right; its code comes with its first opening. */
export function Drawer(props: DrawerProps) {
  const [mounted, setMounted] = useState(false)
  if (props.open && !mounted) setMounted(true)
  return mounted ? (
    <Suspense fallback={null}>
      <OpenDrawer {...props} />
    </Suspense>
  ) : null
}

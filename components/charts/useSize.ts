'use client'

import { type RefObject, useLayoutEffect, useRef, useState } from 'react'

export interface Size {
  width: number
  height: number
}

/** Size of an element in pixels, without layout reads in handlers. `null` before the first measure. */
export function useSize<E extends HTMLElement>(): [RefObject<E | null>, Size | null] {
  const ref = useRef<E>(null)
  const [size, setSize] = useState<Size | null>(null)
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return
    // Known before the first paint, so that a chart is drawn with the rest of its page.
    const { clientWidth, clientHeight } = element
    setSize({ width: clientWidth, height: clientHeight })
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return
      const { width, height } = entry.contentRect
      setSize((before) =>
        before && Math.abs(before.width - width) < 1 && Math.abs(before.height - height) < 1
          ? before
          : { width, height },
      )
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, size]
}

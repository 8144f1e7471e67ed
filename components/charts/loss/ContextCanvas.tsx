'use client'

import { useEffect, useRef } from 'react'
import type { LossPicture } from './prepareLoss'

/** Above this many runs the grey lines are pixels instead of paths. */
export const CANVAS_ABOVE = 300

interface ContextCanvasProps {
  context: LossPicture['context']
  plot: LossPicture['plot']
  width: number
  height: number
}

/** The grey lines of a very large sweep, below the drawing. The same prepared paths, without an element for each. */
export function ContextCanvas({ context, plot, width, height }: ContextCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const element = canvas.current
    const pen = element?.getContext('2d')
    if (!element || !pen) return
    const ratio = window.devicePixelRatio || 1
    element.width = Math.round(width * ratio)
    element.height = Math.round(height * ratio)
    pen.scale(ratio, ratio)
    pen.lineJoin = 'round'
    pen.beginPath()
    pen.rect(plot.left, 0, plot.right - plot.left, plot.bottom + 4)
    pen.clip()
    const paint = () => {
      const style = getComputedStyle(element)
      pen.clearRect(0, 0, width, height)
      for (const [path, token] of [
        [context.stopped, '--ctx-2'],
        [context.training, '--ctx'],
      ] as const) {
        pen.strokeStyle = style.getPropertyValue(token)
        pen.stroke(new Path2D(path))
      }
    }
    paint()
    const watcher = new MutationObserver(paint)
    watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    const dark = window.matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', paint)
    return () => {
      watcher.disconnect()
      dark.removeEventListener('change', paint)
    }
  }, [context, plot, width, height])
  return <canvas ref={canvas} className="absolute inset-0" style={{ width, height }} />
}

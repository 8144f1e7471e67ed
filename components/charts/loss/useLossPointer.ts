'use client'

import { quadtree } from 'd3-quadtree'
import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react'
import type { HoverStore } from '../hover-store'
import type { Domain } from '../scale/domain'
import { scalesOf } from './LossLayers'
import { runsInside } from './lasso'
import type { DrawnPoint, LossPicture } from './prepareLoss'

/** A line is meant when the pointer is this near, in pixels. */
const NEAR = 16
/** A press that moves less than this is a click. */
const CLICK = 5

export interface Cursor {
  x: number
  y: number
  point: DrawnPoint | null
  /** Moved by keys: the crosshair stands on the point itself. */
  byKey: boolean
}

interface Handlers {
  lasso?: boolean
  onLasso?: (ids: readonly string[]) => void
  onSelect: (id: string | null, add: boolean) => void
  onZoom: (zoom: Domain | null) => void
}

/** Pointer and keys of the loss overlay: one handler, no layout reads while it moves. */
export function useLossPointer(
  picture: LossPicture | null,
  hover: HoverStore,
  { onSelect, onZoom, lasso = false, onLasso }: Handlers,
) {
  const [cursor, setCursor] = useState<Cursor | null>(null)
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)
  const [outline, setOutline] = useState<readonly (readonly [number, number])[] | null>(null)
  const origin = useRef<DOMRect | null>(null)
  const tree = useMemo(
    () =>
      picture
        ? quadtree<DrawnPoint>()
            .x((point) => point.x)
            .y((point) => point.y)
            .addAll(picture.points)
        : null,
    [picture],
  )

  const at = (event: PointerEvent<HTMLElement>) => {
    origin.current ??= event.currentTarget.getBoundingClientRect()
    return { x: event.clientX - origin.current.left, y: event.clientY - origin.current.top }
  }
  const show = (next: Cursor | null) => {
    setCursor(next)
    hover.set(next?.point?.id ?? null)
  }
  const insideX = (x: number) => (picture ? Math.max(picture.plot.left, Math.min(picture.plot.right, x)) : x)

  const walk = (event: KeyboardEvent<HTMLElement>) => {
    if (!picture || picture.points.length === 0) return
    const current = cursor?.point ?? picture.points.at(-1)!
    const own = picture.points.filter((point) => point.id === current.id)
    const index = own.findIndex((point) => point.x === current.x && point.y === current.y)
    const ids = [...new Set(picture.points.map((point) => point.id))]
    const move = (point: DrawnPoint | undefined) => {
      if (point) show({ x: point.x, y: point.y, point, byKey: true })
    }
    if (event.key === 'ArrowRight') move(own[Math.min(own.length - 1, index + 1)])
    else if (event.key === 'ArrowLeft') move(own[Math.max(0, index - 1)])
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1
      const next = ids[(ids.indexOf(current.id) + step + ids.length) % ids.length]
      move(picture.points.findLast((point) => point.id === next))
    } else if (event.key === 'Enter') onSelect(current.id, event.shiftKey)
    else if (event.key === 'Escape' && cursor) show(null)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return {
    cursor,
    drag,
    outline,
    handlers: {
      onPointerEnter: () => {
        origin.current = null
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        if (!picture) return
        const { x, y } = at(event)
        if (outline) {
          setOutline([...outline, [x, y]])
          return
        }
        if (drag) {
          setDrag({ from: drag.from, to: insideX(x) })
          return
        }
        const inside =
          x >= picture.plot.left - NEAR && x <= picture.plot.right + NEAR && y <= picture.plot.bottom
        show(inside ? { x: insideX(x), y, point: tree?.find(x, y, NEAR) ?? null, byKey: false } : null)
      },
      onPointerLeave: () => {
        origin.current = null
        if (!drag) show(null)
      },
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        if (event.button !== 0 || !picture) return
        origin.current = event.currentTarget.getBoundingClientRect()
        const { x, y } = at(event)
        if (lasso) {
          event.currentTarget.setPointerCapture(event.pointerId)
          setOutline([[x, y]])
          return
        }
        if (event.pointerType === 'mouse') {
          event.currentTarget.setPointerCapture(event.pointerId)
          setDrag({ from: insideX(x), to: insideX(x) })
        }
      },
      onPointerUp: (event: PointerEvent<HTMLElement>) => {
        if (!picture) return
        const { x, y } = at(event)
        setDrag(null)
        setOutline(null)
        if (outline && outline.length > 2) {
          onLasso?.(runsInside(picture.points, outline))
          return
        }
        if (drag && Math.abs(drag.to - drag.from) >= CLICK) {
          const { x: scale } = scalesOf(picture)
          const ends = [scale.invert(drag.from), scale.invert(drag.to)].sort((a, b) => a - b) as [
            number,
            number,
          ]
          onZoom(ends)
          return
        }
        onSelect(tree?.find(x, y, NEAR)?.id ?? null, event.shiftKey)
      },
      onPointerCancel: () => {
        setDrag(null)
        setOutline(null)
      },
      onDoubleClick: () => onZoom(null),
      onKeyDown: walk,
      onBlur: () => show(null),
    },
  }
}

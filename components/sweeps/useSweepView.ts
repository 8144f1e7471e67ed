'use client'

import {
  parseAsArrayOf,
  parseAsBoolean,
  parseAsFloat,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from 'nuqs'
import { useMemo } from 'react'
import type { Emphasis } from '../charts/loss/emphasis'
import type { LossView } from '../charts/loss/LossChart'
import type { Domain } from '../charts/scale/domain'

/** Everything that a link to a sweep page carries. */
const PARSERS = {
  measure: parseAsStringLiteral(['validation', 'train']).withDefault('validation'),
  x: parseAsStringLiteral(['samples', 'steps', 'time']).withDefault('samples'),
  axes: parseAsStringLiteral(['log-log', 'log-y', 'log-x', 'linear']).withDefault('log-log'),
  smooth: parseAsFloat.withDefault(0),
  show: parseAsString.withDefault('best'),
  zoom: parseAsArrayOf(parseAsFloat),
  sort: parseAsString.withDefault('best'),
  desc: parseAsBoolean.withDefault(false),
  state: parseAsString.withDefault('all'),
  q: parseAsString.withDefault(''),
  hide: parseAsArrayOf(parseAsString).withDefault([]),
  run: parseAsArrayOf(parseAsInteger).withDefault([]),
  decision: parseAsInteger,
  kinds: parseAsString.withDefault('all'),
  tab: parseAsStringLiteral(['curves', 'runs', 'decisions']).withDefault('curves'),
}

export type AxesName = 'log-log' | 'log-y' | 'log-x' | 'linear'

/** The view of a sweep page, kept in the URL. Opening something pushes; changing a view replaces. */
export function useSweepView() {
  const [view, setView] = useQueryStates(PARSERS, { history: 'replace', scroll: false, shallow: true })
  const { measure, x, axes, smooth, show, zoom } = view
  const loss: LossView = useMemo(
    () => ({
      measure,
      x,
      logX: axes === 'log-log' || axes === 'log-x',
      logY: axes === 'log-log' || axes === 'log-y',
      smoothing: smooth,
      emphasis: show as Emphasis,
    }),
    [measure, x, axes, smooth, show],
  )
  const domain: Domain | null = useMemo(
    () => (zoom?.length === 2 && zoom[0]! < zoom[1]! ? [zoom[0]!, zoom[1]!] : null),
    [zoom],
  )
  return useMemo(() => ({ view, setView, loss, zoom: domain }), [view, setView, loss, domain])
}

export type SweepView = ReturnType<typeof useSweepView>

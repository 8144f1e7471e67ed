import type { ReactNode } from 'react'

export interface SayOptions {
  /** Second line. */
  detail?: string
  /** Glyph before the words. */
  icon?: ReactNode
  action?: { label: string; onClick: () => void }
  /** Says it at once to a screen reader: something was refused. */
  urgent?: boolean
}

export interface Said extends SayOptions {
  title: string
}

const waiting: Said[] = []
const listeners = new Set<() => void>()

/** Shows one sentence for 8 seconds, with at most one way back. Anything can say something. */
export function say(title: string, options: SayOptions = {}): void {
  waiting.push({ title, ...options })
  for (const listener of listeners) listener()
}

/** Everything that was said since the last time. */
export const takeSaid = (): Said[] => waiting.splice(0)
export const hasSaid = (): boolean => waiting.length > 0

export function onSaid(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

import { Toast } from '@base-ui/react/toast'
import type { ReactNode } from 'react'

export interface ToastData {
  /** Glyph before the words. */
  icon?: ReactNode
}

/** One manager for the whole page, so that anything can say something: `say('r25 stopped and parked.', …)`. */
export const toastManager = Toast.createToastManager<ToastData>()

interface SayOptions {
  /** Second line. */
  detail?: string
  icon?: ReactNode
  action?: { label: string; onClick: () => void }
  /** Says it at once to a screen reader: something was refused. */
  urgent?: boolean
}

/** Shows one sentence for 8 seconds, with at most one way back. */
export function say(title: string, { detail, icon, action, urgent }: SayOptions = {}): void {
  const id = toastManager.add({
    title,
    description: detail,
    timeout: 8000,
    priority: urgent ? 'high' : 'low',
    data: { icon },
    actionProps: action
      ? {
          children: action.label,
          onClick: () => {
            toastManager.close(id)
            action.onClick()
          },
        }
      : undefined,
  })
}

'use client'

import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { onSaid, type Said, takeSaid } from './toasts'

interface ToastData {
  icon: ReactNode
}

const manager = Toast.createToastManager<ToastData>()

function show({ title, detail, icon, action, urgent }: Said): void {
  const id = manager.add({
    title,
    description: detail,
    timeout: 8000,
    priority: urgent ? 'high' : 'low',
    data: { icon },
    actionProps: action
      ? {
          children: action.label,
          onClick: () => {
            manager.close(id)
            action.onClick()
          },
        }
      : undefined,
  })
}

/** Where toasts appear: below at the right, over the bottom bar on a phone. */
export function ToastList() {
  useEffect(() => {
    const showAll = () => {
      for (const said of takeSaid()) show(said)
    }
    showAll()
    return onSaid(showAll)
  }, [])
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-4 z-50 flex w-[min(380px,calc(100vw-24px))] flex-col gap-2 max-tablet:right-3 max-tablet:bottom-20">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function List() {
  const { toasts } = Toast.useToastManager<ToastData>()
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="rounded-8 bg-ink text-ink-inv shadow-menu transition-opacity duration-(--motion-menu) data-ending-style:opacity-0 data-limited:hidden data-starting-style:opacity-0"
    >
      <Toast.Content className="flex items-center gap-3 py-2.5 pr-2 pl-4">
        {toast.data?.icon}
        <div className="min-w-0 flex-1">
          <Toast.Title className="text-12 font-550" />
          <Toast.Description className="text-12 opacity-80" />
        </div>
        {toast.actionProps ? (
          <Toast.Action className="h-7 rounded-6 px-2.5 text-12 font-semibold hover:opacity-80 pointer-coarse:h-11" />
        ) : null}
        <Toast.Close
          aria-label="Close"
          className="flex size-7 items-center justify-center rounded-6 opacity-70 hover:opacity-100 pointer-coarse:size-11"
        >
          <X size={14} />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ))
}

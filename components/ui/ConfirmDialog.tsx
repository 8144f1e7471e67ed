'use client'

import type { ReactNode } from 'react'
import { Button } from './Button'
import { Dialog } from './Dialog'

interface ConfirmDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** A question that names what is lost and its size. */
  title: string
  description: ReactNode
  /** Repeats the verb: "Delete 25 states". */
  action: string
  onConfirm: () => void
}

/** Only for what loses data. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  description,
  action,
  onConfirm,
}: ConfirmDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title} description={description}>
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={() => onOpenChange(false)}>Keep</Button>
        <Button
          variant="danger"
          onClick={() => {
            onConfirm()
            onOpenChange(false)
          }}
        >
          {action}
        </Button>
      </div>
    </Dialog>
  )
}

'use client'

import { Check, Copy as CopyIcon } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton } from './Button'
import { say } from './toasts'

interface CopyProps {
  text: string
  label?: string
  /** Shows the word beside the icon. */
  withWord?: boolean
}

/** Puts text into the clipboard and shows that it did. */
export function Copy({ text, label = 'Copy', withWord = false }: CopyProps) {
  const [done, setDone] = useState(false)
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => {
        setDone(true)
        setTimeout(() => setDone(false), 1500)
      },
      () => say('The browser did not allow copying. Select the text and copy it by hand.', { urgent: true }),
    )
  }
  const icon = done ? <Check size={13} /> : <CopyIcon size={13} />
  return withWord ? (
    <Button variant="ghost" size="small" icon={icon} onClick={copy}>
      {done ? 'Copied' : label}
    </Button>
  ) : (
    <IconButton size="small" label={label} onClick={copy}>
      {icon}
    </IconButton>
  )
}

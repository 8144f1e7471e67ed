import clsx from 'clsx'
import { Copy } from './Copy'

/** A command or id in a well, with a button that copies it. */
export function Code({
  text,
  prompt = false,
  className,
}: {
  text: string
  prompt?: boolean
  className?: string
}) {
  return (
    <div
      className={clsx(
        'flex min-h-8 items-center gap-2 rounded-6 border border-line-3 bg-sunken px-2.5 font-mono text-12 text-ink-2',
        className,
      )}
    >
      {prompt ? (
        <span aria-hidden="true" className="text-ink-3 select-none">
          $
        </span>
      ) : null}
      <code className="min-w-0 flex-1 py-1.5 font-mono break-words whitespace-pre-wrap">{text}</code>
      <Copy text={text} label="Copy the command" />
    </div>
  )
}

import type { ReactNode } from 'react'

/** One step of the form: what it is at the left, with a line of help; its fields at the right. */
export function Section({ title, help, children }: { title: string; help: string; children: ReactNode }) {
  return (
    <section
      aria-label={title}
      className="flex gap-4 border-b border-line px-5 py-3.5 max-tablet:flex-col max-tablet:gap-2 max-tablet:px-4"
    >
      <div className="w-33 shrink-0 max-tablet:w-full">
        <h2 className="text-13 font-semibold">{title}</h2>
        <p className="mt-0.5 text-11 text-ink-3">{help}</p>
      </div>
      <div className="min-w-0 flex-1">{children}</div>
    </section>
  )
}

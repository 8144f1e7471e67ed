'use client'

import { useState } from 'react'
import { Copy } from '../ui/Copy'
import { FieldError } from '../ui/Field'
import { PaneHead } from '../ui/Pane'
import type { SweepFormState } from './useSweepForm'
import { formToYaml, lineOf, yamlToForm } from './yaml-view'

const LINE = 18

/** The sweep file of the form. Typing here changes the form; a refused value marks its line. */
export function YamlEditor({ state }: { state: SweepFormState }) {
  const [typed, setTyped] = useState<string | null>(null)
  const [broken, setBroken] = useState<string | null>(null)
  const text = typed ?? formToYaml(state.form).trimEnd()
  const lines = text.split('\n')
  const marks = Object.entries(state.problems)
    .map(([path, message]) => ({ line: lineOf(text, path), message }))
    .filter((mark): mark is { line: number; message: string } => mark.line !== null)
  const type = (next: string) => {
    setTyped(next)
    const answer = yamlToForm(next)
    if ('problem' in answer) setBroken(answer.problem)
    else {
      setBroken(null)
      state.replace(answer.form)
    }
  }
  return (
    <section aria-label="Sweep file">
      <PaneHead
        title="YAML"
        sub="typing here changes the form"
        actions={<Copy text={text} withWord />}
        level={3}
      />
      <div className="relative overflow-x-auto pb-2 font-mono text-12">
        <div className="relative" style={{ height: (lines.length + 1) * LINE }}>
          {marks.map((mark) => (
            <div
              key={mark.message}
              className="absolute inset-x-0 bg-bad-bg"
              style={{ top: mark.line * LINE, height: LINE }}
              title={mark.message}
            />
          ))}
          <div
            aria-hidden="true"
            className="absolute top-0 left-0 w-9 pr-2 text-right text-11 text-ink-3 select-none"
          >
            {lines.map((_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
              <div key={index} style={{ height: LINE, lineHeight: `${LINE}px` }}>
                {index + 1}
              </div>
            ))}
          </div>
          <textarea
            aria-label="Sweep file as YAML"
            aria-invalid={broken !== null || marks.length > 0 ? true : undefined}
            spellCheck={false}
            wrap="off"
            value={text}
            onChange={(event) => type(event.target.value)}
            onBlur={() => {
              if (broken === null) setTyped(null)
            }}
            className="absolute inset-0 resize-none overflow-x-auto overflow-y-hidden bg-transparent pl-11 font-mono text-12 whitespace-pre outline-offset-[-2px]"
            style={{ lineHeight: `${LINE}px` }}
          />
        </div>
      </div>
      {broken ? (
        <div className="px-4 pb-3">
          <FieldError>{broken}</FieldError>
        </div>
      ) : null}
    </section>
  )
}

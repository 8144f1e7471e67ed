import type { RunRow } from '@/server/views/run-row'
import { Copy } from '../ui/Copy'
import { formatParameter } from '../ui/format/parameter'
import { PaneHead } from '../ui/Pane'

/** The hyper-parameters of a run, complete. */
export function RunYaml({ run }: { run: RunRow }) {
  const text = Object.entries(run.params)
    .map(([name, value]) => `${name}: ${formatParameter(name, value)}`)
    .join('\n')
  return (
    <section aria-label="Hyper-parameters">
      <PaneHead title="Hyper-parameters" actions={<Copy text={text} withWord />} />
      <pre className="overflow-x-auto px-4 pb-4 font-mono text-12 text-ink-2">{text}</pre>
    </section>
  )
}

import type { CaseFigures } from './measure-case'
import type { SolveFigures } from './measure-solve'

export interface ServingReport {
  name: 'serving'
  cases: CaseFigures[]
  calm: CaseFigures[]
  solve: SolveFigures[]
  summary: {
    ratioToBound: { mean: number; worstCase: number }
    ratioToGenserve: number
    videoP99NoWorseThanGenserve: boolean
    /** Quotes with 95% that were kept. */
    quotesKept: number
    calmAttainment: number
  }
  machine: { cpu: string; cores: number; node: string }
}

export function summaryOf(
  cases: readonly CaseFigures[],
  calm: readonly CaseFigures[],
): ServingReport['summary'] {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const sum = (pick: (figures: CaseFigures) => number): number =>
    cases.reduce((total, figures) => total + pick(figures), 0)
  const of = (policy: string): number => mean(cases.map(({ policies }) => policies[policy]!.attainment.mean))
  const p99 = (figures: CaseFigures, policy: string): number =>
    figures.policies[policy]!.videoP99Ms ?? Number.POSITIVE_INFINITY
  return {
    ratioToBound: {
      mean: mean(cases.map(({ ratioToBound }) => ratioToBound.mean)),
      worstCase: Math.min(...cases.map(({ ratioToBound }) => ratioToBound.mean)),
    },
    ratioToGenserve: of('alto') / of('genserve'),
    videoP99NoWorseThanGenserve: cases.every((figures) => p99(figures, 'alto') <= p99(figures, 'genserve')),
    quotesKept: sum(({ quotes }) => quotes.kept) / sum(({ quotes }) => quotes.promised),
    calmAttainment: Math.min(...calm.map(({ policies }) => policies.alto!.attainment.mean)),
  }
}

/** The report that people read. */
export function asMarkdown(report: ServingReport): string {
  const { cases, calm, solve, summary, machine } = report
  const policies = Object.keys(cases[0]!.policies)
  const share = (value: number): string => value.toFixed(3)
  const seconds = (ms: number | null): string => (ms === null ? '∞' : (ms / 1000).toFixed(0))
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
    [row(heads), row(heads.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(row)].join('\n')
  const ranges = cases.map(({ name, bound, ratioToBound, ratioToGenserve, policies: figures }) => [
    name,
    share(bound.mean),
    share(figures.alto!.attainment.mean),
    `${share(ratioToBound.mean)} (${share(ratioToBound.low ?? ratioToBound.mean)}–${share(ratioToBound.high ?? ratioToBound.mean)})`,
    ratioToGenserve.toFixed(2),
    `${share(figures.alto!.image)} / ${share(figures.alto!.video)}`,
    `${seconds(figures.alto!.videoP99Ms)} / ${seconds(figures.genserve!.videoP99Ms)}`,
  ])
  const first = cases[0]!
  return `# Serving: on time, simulated

Simulated, not measured: ${first.gpus} GPUs, step times of the paper's tables (\`bench/serving/paper-profile.ts\`), ${first.requests} requests
a trace, ${first.seeds.length} traces a case (seeds ${first.seeds.join(', ')}; policies were tuned on other seeds). Every log was checked
(\`engine/sim/serving/check-log.ts\`). Load is the GPU time that all requests need in their cheapest mode over the GPU
time between first and last arrival. The bound is a clairvoyant linear relaxation
(\`bench/serving/clairvoyant_bound.py\`). Intervals are 95%, Student's t over traces.

\`alto\` reaches ${share(summary.ratioToBound.mean)} of the bound in the mean and ${share(summary.ratioToBound.worstCase)} in its worst case, and ${summary.ratioToGenserve.toFixed(2)} times \`genserve\`.
At loads of 0.75 and below it keeps ${share(summary.calmAttainment)} of its deadlines or more. Quotes "with 95%" at arrival were kept
${share(summary.quotesKept)} of the time.

${table(['case', 'bound', 'alto', 'alto / bound', 'alto / genserve', 'image / video', 'video P99 s, alto / genserve'], ranges)}

## Every policy: requests on time

${table(
  ['case', ...policies],
  [...cases, ...calm].map(({ name, policies: figures }) => [
    name,
    ...policies.map((policy) => share(figures[policy]!.attainment.mean)),
  ]),
)}

## Every policy: video P99, seconds

${table(
  ['case', ...policies],
  cases.map(({ name, policies: figures }) => [
    name,
    ...policies.map((policy) => seconds(figures[policy]!.videoP99Ms)),
  ]),
)}

## One round

${table(
  ['policy', 'GPUs', 'nodes', 'requests', 'mean ms', 'P99 ms', 'longest ms'],
  solve.map((figures) => [
    figures.policy,
    String(figures.gpus),
    String(figures.nodes),
    String(figures.requests),
    figures.meanMs.toFixed(2),
    figures.p99Ms.toFixed(2),
    figures.maxMs.toFixed(2),
  ]),
)}

Measured on ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}.
`
}

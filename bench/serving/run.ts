/**
 * `npm run bench:serving [-- --seeds 101,102 --only "balanced"]`: policies on simulated traces against a clairvoyant
 * bound. Progress goes to standard error, one JSON object to the last line of standard output, and the report to
 * `bench/results/serving.{json,md}` unless `--only` cuts the cases.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { stepTimesOf } from '../../engine/serving/profile'
import { CALM_CASES, CASES, type ServingCase } from './cases'
import { type CaseFigures, measureCase } from './measure-case'
import { measureSolve } from './measure-solve'
import { paperProfile } from './paper-profile'
import { asMarkdown, type ServingReport, summaryOf } from './report'

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url))

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '101,102,103,104,105,106' },
    only: { type: 'string', default: '' },
  },
})
const seeds = values.seeds.split(',').map(Number)
const times = stepTimesOf(paperProfile())

const measureAll = (cases: readonly ServingCase[]): CaseFigures[] =>
  cases
    .filter(({ name }) => name.includes(values.only))
    .map((servingCase) => {
      const figures = measureCase(servingCase, seeds, times)
      const { bound, ratioToBound, policies } = figures
      process.stderr.write(
        `${servingCase.name}: bound ${bound.mean.toFixed(3)}, alto ${policies.alto!.attainment.mean.toFixed(3)}, ratio ${ratioToBound.mean.toFixed(3)}\n`,
      )
      return figures
    })

const cases = measureAll(CASES)
const calm = measureAll(CALM_CASES)
const solve = (['alto', 'genserve'] as const).flatMap((policy) => [
  measureSolve(policy, { gpus: 8, nodes: 1, requests: 64 }, 2000, times),
  measureSolve(policy, { gpus: 256, nodes: 32, requests: 2000 }, 200, times),
])
const [cpu] = cpus()
const report: ServingReport = {
  name: 'serving',
  cases,
  calm,
  solve,
  summary: summaryOf(cases, calm),
  machine: { cpu: cpu?.model ?? 'unknown', cores: cpus().length, node: process.versions.node },
}
if (values.only === '') {
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(`${RESULTS}serving.json`, `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(`${RESULTS}serving.md`, asMarkdown(report))
}
process.stdout.write(`${JSON.stringify(report)}\n`)

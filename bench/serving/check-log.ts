/**
 * `npx tsx bench/serving/check-log.ts --profile P --trace T --gpus N [--nodes M] --events FILE`: verifies an event log
 * of `alto simulate serving`. Prints one sentence per problem; exit 1 where there is one.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { stepTimesOf } from '../../engine/serving/profile'
import { checkLog } from '../../engine/sim/serving/check-log'
import type { ServingLogEvent } from '../../engine/sim/serving/log'
import { parseProfile } from '../../engine/sim/serving/parse-profile'
import { parseTrace } from '../../engine/sim/serving/parse-trace'

const { values } = parseArgs({
  options: {
    profile: { type: 'string' },
    trace: { type: 'string' },
    events: { type: 'string' },
    gpus: { type: 'string' },
    nodes: { type: 'string', default: '1' },
  },
})
const { profile, trace: traceFile, events, gpus: gpusText } = values
if (!profile || !traceFile || !events || !gpusText)
  throw new Error('Needs --profile, --trace, --events and --gpus.')
const gpus = Number(gpusText)
const times = stepTimesOf(parseProfile(readFileSync(profile, 'utf8'), profile))
const trace = parseTrace(readFileSync(traceFile, 'utf8'), traceFile, times)
const log = readFileSync(events, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as ServingLogEvent)
const nodeOfGpu = Array.from({ length: gpus }, (_, gpu) => Math.floor((gpu * Number(values.nodes)) / gpus))
const problems = checkLog({ log, trace, times, nodeOfGpu })
for (const problem of problems) process.stdout.write(`${problem}\n`)
process.stdout.write(`${log.length} events, ${problems.length} problems\n`)
process.exitCode = problems.length === 0 ? 0 : 1

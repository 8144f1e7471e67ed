import type { Case, Duel, Report } from './report'

const percent = (share: number, digits = 1) => `${(100 * share).toFixed(digits)}%`

/** The report as a page of tables. */
export function describeReport(report: Report): string {
  const adaptive = report.cases.filter(({ policy, slots }) => policy === 'adaptive' && slots === undefined)
  return `${[
    '# Early exit over recorded sweeps',
    '',
    'Made by `npm run bench:early-exit` from `bench/curves/`. All sweeps were really trained, every run to its end; the policies are replayed over them and see a run only up to the point that they let it train to. *Saved* is the share of samples that were not trained. *Excess* is the best validation loss found over the best of the full sweep, minus 1.',
    '',
    'How to read it: these are small sweeps of a small model. Where the second best run lies several percent behind the best, missing the one winner costs that much; differences below about 0.3% are noise.',
    '',
    '## Sweeps',
    '',
    '| sweep | runs | rows × epochs | evaluations | schedule | second best behind |',
    '|---|---|---|---|---|---|',
    ...report.sweeps.map(
      (sweep) =>
        `| ${sweep.task} | ${sweep.runs} | ${sweep.trainSamples} × ${sweep.epochs} | ${sweep.evaluationsPerRun} | ${sweep.schedule ?? ''} | ${percent(sweep.secondBehind)} |`,
    ),
    '',
    '## Policies',
    '',
    '| policy | saved, mean | saved, least | excess, mean | excess, worst | winners lost |',
    '|---|---|---|---|---|---|',
    ...report.cases.map(caseRow),
    '',
    '## Excess by sweep',
    '',
    `| policy | ${report.sweeps.map(({ task }) => task).join(' | ')} |`,
    `|---|${report.sweeps.map(() => '---|').join('')}`,
    ...[...report.cases.filter(({ policy }) => policy !== 'adaptive' && policy !== 'none'), ...adaptive].map(
      (one) => `| ${nameOf(one)} | ${one.sweeps.map(({ excess }) => percent(excess, 2)).join(' | ')} |`,
    ),
    '',
    '## At equal samples',
    '',
    'In each row `adaptive` had, sweep by sweep, the share of samples that the other policy used as its budget.',
    '',
    '| against | samples used | its excess | excess of adaptive | samples used by adaptive | better, equal, worse |',
    '|---|---|---|---|---|---|',
    ...report.duels.map(duelRow),
    '',
    `One replay of \`adaptive\` over all ${report.sweeps.length} sweeps took ${report.labMs.toFixed(0)} ms of processor time on the machine that made this report.`,
  ].join('\n')}\n`
}

function nameOf({ policy, set, slots }: Case): string {
  const settings = Object.entries(set).map(([key, value]) => `${key} ${value}`)
  if (slots !== undefined) settings.push(`${slots} slot${slots === 1 ? '' : 's'}`)
  return [policy, ...settings].join(', ')
}

function caseRow(one: Case): string {
  return `| ${nameOf(one)} | ${percent(one.saved)} | ${percent(one.worstSaved)} | ${percent(one.meanExcess, 2)} | ${percent(one.worstExcess, 2)} | ${one.winnersLost} |`
}

function duelRow(one: Duel): string {
  const tally = [0, 0, 0]
  for (const { excess, adaptiveExcess } of one.sweeps) tally[Math.sign(adaptiveExcess - excess) + 1]!++
  return `| ${one.against} | ${percent(one.meanUsed)} | ${percent(one.excess, 2)} | ${percent(one.adaptiveExcess, 2)} | ${percent(one.adaptiveUsed)} | ${tally.join(', ')} |`
}

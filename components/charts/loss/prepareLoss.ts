import { scaleLinear, scaleLog } from 'd3-scale'
import { formatLoss } from '@/components/ui/format/loss'
import { plural } from '@/components/ui/format/number'
import { formatParameter, parameterLabel } from '@/components/ui/format/parameter'
import type { StopReason } from '@/engine/model/reasons'
import { type Domain, grown, grownEnd, roundDown, roundUp } from '../scale/domain'
import { countTicks, logTickValues, lossTicks, secondTicks, spaced, type Tick } from '../scale/ticks'
import { type CurveRun, curvePoints, type LossMeasure, type Rung, type XMeasure } from './curve'
import { type Emphasis, groupedBy, groupRuns, seriesColour, seriesDash } from './emphasis'
import { type LabelBox, placeLabels } from './placeLabels'
import { reducePoints } from './reducePoints'
import { smooth } from './smooth'

export interface LossRequest {
  runs: readonly CurveRun[]
  rungs: readonly Rung[]
  /** Size of the whole drawing, pixels. */
  width: number
  height: number
  measure: LossMeasure
  x: XMeasure
  logX: boolean
  logY: boolean
  /** Weight of the moving average, 0 is off. */
  smoothing: number
  emphasis: Emphasis
  /** Series number of each emphasised run. */
  series: ReadonlyMap<string, number>
  /** Drawn in ink above all. */
  selected: readonly string[]
  zoom: Domain | null
  /** Domains of the drawing before: they only grow while the page is open. */
  before: { x: Domain; y: Domain } | null
  /** Only best and pinned are labelled on a phone. */
  compact: boolean
}

export interface LossLine {
  id: string
  label: string
  /** CSS colour. */
  colour: string
  dash: string | undefined
  width: number
  path: string
}

export interface LossMark {
  id: string
  reason: StopReason
  x: number
  y: number
}

/** A drawn point: where it stands, in pixels, and what it says. */
export interface DrawnPoint {
  id: string
  x: number
  y: number
  /** On the axis: samples, steps or seconds. */
  at: number
  loss: number
}

export interface LossPicture {
  plot: { left: number; top: number; right: number; bottom: number }
  xDomain: Domain
  yDomain: Domain
  xTicks: Tick[]
  yTicks: Tick[]
  logX: boolean
  logY: boolean
  xTitle: string
  /** Where every line without a colour goes, as two paths. */
  context: { training: string; stopped: string }
  lines: LossLine[]
  groups: { label: string; colour: string; path: string; count: number }[]
  marks: LossMark[]
  /** Where a run that trains stands now. */
  ends: { id: string; x: number; y: number; colour: string }[]
  labels: { id: string; text: string; value: string; x: number; y: number }[]
  rungs: { number: number; x: number; label: string | null }[]
  /** Said once where rungs have no room for a label each. */
  rungNote: string | null
  /** Every drawn point in pixels, for the pointer. */
  points: DrawnPoint[]
  counts: { reason: StopReason; count: number }[]
  reduced: { from: number; to: number } | null
  sentence: string
}

const X_TITLES: Record<XMeasure, string> = {
  samples: 'samples seen',
  steps: 'steps',
  time: 'time since the start',
}
const round = (value: number) => Math.round(value * 10) / 10
const pathOf = (points: readonly (readonly [number, number])[]) =>
  points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('')

/** The needed domain of y: everything, but for the highest 2% of points, which stand at the upper edge. */
function lossDomain(values: number[], log: boolean, zoomed: boolean): Domain {
  if (values.length === 0) return log ? [0.1, 10] : [0, 1]
  values.sort((a, b) => a - b)
  const low = values[0]!
  const high = values[Math.min(values.length - 1, Math.ceil(values.length * 0.98))]!
  const top = roundUp(Math.max(high * 1.02, low * 1.2))
  if (log) return [roundDown(Math.max(low * 0.96, 1e-6)), top]
  // Whoever zooms wants to see differences, so the axis need not begin at 0.
  return zoomed
    ? [low - (high - low || high) * 0.05, high + (high - low || high) * 0.05]
    : [Math.min(0, low), top]
}

/** Everything about the loss overlay that is not drawing: domains, ticks, emphasis, places of labels, the sentence. */
export function prepareLoss(request: LossRequest): LossPicture {
  const { runs, width, height, measure, x, logX, logY, zoom, compact } = request
  const plot = {
    left: 44,
    top: compact ? 20 : 26,
    right: Math.max(120, width - (compact ? 62 : 66)),
    bottom: height - 34,
  }

  const curves = runs.map((run) => ({ run, points: smooth(curvePoints(run[measure], x), request.smoothing) }))
  const allX = curves.flatMap(({ points }) => points.map((point) => point[0]))
  const inside = (value: number) => zoom === null || (value >= zoom[0] && value <= zoom[1])
  const shown = curves.flatMap(({ points }) =>
    points.filter((point) => inside(point[0])).map((point) => point[1]),
  )

  const positive = allX.filter((value) => value > 0)
  const firstX = logX ? (positive.length > 0 ? Math.min(...positive.slice(0, 5000)) : 1) : 0
  const lastX = Math.max(
    allX.reduce((most, value) => Math.max(most, value), 0),
    firstX * 2,
    1,
  )
  const freeX: Domain = [
    request.before ? Math.min(request.before.x[0], firstX) : firstX,
    grownEnd(request.before?.x[1] ?? null, lastX),
  ]
  const xDomain = zoom ?? freeX
  const neededY = lossDomain(shown, logY, zoom !== null)
  const yDomain = zoom ? neededY : grown(request.before?.y ?? null, neededY)

  const scaleX = (logX ? scaleLog() : scaleLinear()).domain(xDomain).range([plot.left, plot.right])
  const scaleY = (logY ? scaleLog() : scaleLinear()).domain(yDomain).range([plot.bottom, plot.top])
  const clampY = (value: number) =>
    Math.max(plot.top, Math.min(plot.bottom, scaleY(logY ? Math.max(value, 1e-9) : value)))

  let from = 0
  let to = 0
  const drawn = curves.map(({ run, points }) => {
    const placeable = logX ? points.filter(([px]) => px > 0) : points
    const ready = withNeighbours(placeable, inside)
    const few = reducePoints(ready, (value) => scaleX(value))
    from += zoom === null ? Math.max(ready.length, run[measure].from) : ready.length
    to += few.length
    const pixels = few.map(([px, py]) => [scaleX(px), clampY(py)] as const)
    const last = few.at(-1)
    /** Its line goes on beyond what is shown. */
    const leaves = last !== undefined && !inside(last[0])
    return { run, few, pixels, leaves }
  })

  const isSelected = new Set(request.selected)
  const grouped = groupedBy(request.emphasis)
  const colourOf = (run: CurveRun): string | null => {
    if (isSelected.has(run.id)) return 'var(--ink)'
    if (grouped !== null || request.emphasis === 'selected') return null
    const number = request.series.get(run.id)
    return number === undefined ? null : seriesColour(number)
  }
  const emphasised = drawn.filter(({ run }) => colourOf(run) !== null)
  const context = drawn.filter(({ run }) => colourOf(run) === null)

  const lines: LossLine[] = emphasised
    .map(({ run, pixels }) => ({
      id: run.id,
      label: run.label,
      colour: colourOf(run) ?? 'var(--ctx)',
      dash: isSelected.has(run.id) ? undefined : seriesDash(request.series.get(run.id) ?? 0),
      width: isSelected.has(run.id) ? 2 : 1.75,
      path: pathOf(pixels),
    }))
    .sort((a, b) => Number(isSelected.has(a.id)) - Number(isSelected.has(b.id)))

  const groups =
    grouped === null
      ? []
      : groupRuns(
          runs.filter((run) => !isSelected.has(run.id)),
          grouped,
        ).map((group) => {
          const ids = new Set(group.runs.map((run) => run.id))
          return {
            label: `${parameterLabel(grouped)} ${formatParameter(grouped, group.value)}`,
            colour: group.colour,
            count: group.runs.length,
            path: drawn
              .filter(({ run }) => ids.has(run.id))
              .map(({ pixels }) => pathOf(pixels))
              .join(''),
          }
        })

  const bestId = bestOf(runs)?.id
  const marks: LossMark[] = []
  const ends: LossPicture['ends'] = []
  const boxes: (LabelBox & { text: string; value: string })[] = []
  for (const { run, pixels, leaves } of drawn) {
    const end = pixels.at(-1)
    if (!end || end[0] < plot.left) continue
    const last = leaves ? edgePoint(pixels, plot.right) : end
    const colour = colourOf(run)
    if (leaves) {
      // It neither ended nor stands here.
    } else if (run.stopReason && run.state !== 'training' && run.state !== 'waiting')
      marks.push({ id: run.id, reason: run.stopReason, x: round(last[0]), y: round(last[1]) })
    else if (colour !== null) ends.push({ id: run.id, x: round(last[0]), y: round(last[1]), colour })
    if (colour === null) continue
    const leads = isSelected.has(run.id) || run.id === bestId
    if (compact && !leads && !run.pinned) continue
    const value = leads && !leaves ? formatLoss(lastFinite(run, measure), 3) : ''
    const textWidth = 9 + run.label.length * 7 + (value === '' ? 0 : value.length * 6.5)
    boxes.push({ id: run.id, text: run.label, value, x: last[0] + 8, y: last[1], width: textWidth })
  }
  for (const box of boxes) box.x = Math.min(box.x, width - box.width + 4)
  const places = placeLabels(boxes, { top: plot.top + 6, bottom: plot.bottom - 4, height: 14 })

  const yTicks = lossTicks(
    logY ? logTickValues(yDomain[0], yDomain[1], 6) : scaleLinear().domain(yDomain).ticks(5),
  )
  const rawX = logX
    ? logTickValues(xDomain[0], xDomain[1], compact ? 4 : 7)
    : scaleLinear()
        .domain(xDomain)
        .ticks(compact ? 4 : 7)
  const xTicks = spaced(x === 'time' ? secondTicks(rawX) : countTicks(rawX), (value) => scaleX(value), 44)

  const counts = new Map<StopReason, number>()
  for (const run of runs)
    if (run.stopReason && run.state === 'parked')
      counts.set(run.stopReason, (counts.get(run.stopReason) ?? 0) + 1)

  return {
    plot,
    xDomain,
    yDomain,
    xTicks,
    yTicks,
    logX,
    logY,
    xTitle: `${X_TITLES[x]}${logX ? ', log' : ''}`,
    context: {
      training: grouped
        ? ''
        : context
            .filter(({ run }) => run.state === 'training')
            .map(({ pixels }) => pathOf(pixels))
            .join(''),
      stopped: grouped
        ? ''
        : context
            .filter(({ run }) => run.state !== 'training')
            .map(({ pixels }) => pathOf(pixels))
            .join(''),
    },
    lines,
    groups,
    marks,
    ends,
    labels: boxes.map((box) => ({
      id: box.id,
      text: box.text,
      value: box.value,
      x: round(box.x),
      y: round(places.get(box.id) ?? box.y),
    })),
    ...prepareRungs(request.rungs, x, (value) => scaleX(value), plot, compact),
    points: drawn.flatMap(({ run, few, pixels }) =>
      few.flatMap(([at, loss], index) =>
        inside(at)
          ? [{ id: run.id, x: round(pixels[index]![0]), y: round(pixels[index]![1]), at, loss }]
          : [],
      ),
    ),
    counts: [...counts.entries()]
      .map(([reason, count]) => ({ reason, count }))
      .sort((a, b) => b.count - a.count),
    reduced: to < from ? { from, to } : null,
    sentence: lossSentence(runs, measure),
  }
}

type Pixel = readonly [number, number]

/** Points inside and one more on each side, so that a line comes in and goes out at the edge of what is shown. */
function withNeighbours<P extends readonly [number, number]>(
  points: readonly P[],
  inside: (x: number) => boolean,
): readonly P[] {
  const first = points.findIndex(([x]) => inside(x))
  if (first < 0) return []
  const last = points.findLastIndex(([x]) => inside(x))
  return points.slice(Math.max(0, first - 1), last + 2)
}

/** Where a line crosses the right edge. */
function edgePoint(pixels: readonly Pixel[], right: number): Pixel {
  const [bx, by] = pixels.at(-1)!
  const [ax, ay] = pixels.at(-2) ?? [bx, by]
  return bx === ax ? [right, by] : [right, ay + ((by - ay) * (right - ax)) / (bx - ax)]
}

function bestOf(runs: readonly CurveRun[]): CurveRun | null {
  let best: CurveRun | null = null
  for (const run of runs) if (run.best !== null && (best === null || run.best < best.best!)) best = run
  return best
}

function lastFinite(run: CurveRun, measure: LossMeasure): number | undefined {
  const { values } = run[measure]
  for (let i = values.length - 1; i >= 0; i -= 1) {
    const value = values[i]
    if (value !== null && value !== undefined && Number.isFinite(value)) return value
  }
  return undefined
}

/** Dotted verticals. Labelled one by one where they have room, else in one note. Only samples have rungs. */
function prepareRungs(
  rungs: readonly Rung[],
  x: XMeasure,
  place: (value: number) => number,
  plot: LossPicture['plot'],
  compact: boolean,
): Pick<LossPicture, 'rungs' | 'rungNote'> {
  if (x !== 'samples' || rungs.length === 0) return { rungs: [], rungNote: null }
  const at = rungs
    .map((rung) => ({ rung, x: place(rung.samples) }))
    .filter((one) => one.x >= plot.left && one.x <= plot.right)
  const crowded = compact || at.some((one, index) => index > 0 && one.x - at[index - 1]!.x < 56)
  const half = (text: string) => (text.length * 5.6) / 2 + 4
  let last = Number.NEGATIVE_INFINITY
  return {
    rungs: at.map(({ rung, x: px }, index) => {
      const short = `rung ${rung.number}`
      const long = rung.kept > 0 ? `${short}: kept ${rung.kept} of ${rung.of}` : short
      const next = at[index + 1]
      const room = next ? next.x - half(`rung ${next.rung.number}`) : plot.right + 60
      const fits = (text: string) => px - half(text) >= last && px + half(text) <= room
      const label = fits(long) ? long : fits(short) ? short : null
      if (label !== null) last = px + half(label)
      return { number: rung.number, x: round(px), label: crowded ? null : label }
    }),
    rungNote: crowded && at.length > 0 ? rungRange(at.map((one) => one.rung.number)) : null,
  }
}

const rungRange = (numbers: readonly number[]) =>
  numbers.length === 1 ? `rung ${numbers[0]} dotted` : `rungs ${numbers[0]}–${numbers.at(-1)} dotted`

/** What a screen reader says of the chart: "36 runs, 11 train, best r12 with 0.4908". */
export function lossSentence(runs: readonly CurveRun[], measure: LossMeasure): string {
  if (runs.length === 0) return 'No run has a loss yet.'
  const training = runs.filter((run) => run.state === 'training').length
  const best = bestOf(runs)
  const name = measure === 'validation' ? 'Validation' : 'Training'
  return `${name} loss of ${plural(runs.length, 'run')}, ${training} train${
    best ? `, best ${best.label} with ${formatLoss(best.best)}` : ', none has an evaluation yet'
  }.`
}

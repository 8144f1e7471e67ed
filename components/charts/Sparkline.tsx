export interface SparkCurve {
  /** In order; samples and loss. */
  points: readonly (readonly [number, number])[]
  best: boolean
}

const WIDTH = 92
const HEIGHT = 28

/** A whole sweep in the height of a row: every curve in grey, the best in ink with a dot where it stands. */
export function Sparkline({ curves, label }: { curves: readonly SparkCurve[]; label: string }) {
  const all = curves.flatMap((curve) => curve.points)
  const values = all
    .map((point) => point[1])
    .filter((value) => value > 0)
    .sort((a, b) => a - b)
  if (values.length < 2)
    return <div className="flex h-7 w-[92px] items-center text-11 text-ink-3">no loss yet</div>
  const low = Math.log(values[0]!)
  const high = Math.log(values[Math.floor((values.length - 1) * 0.97)]!)
  const end = Math.max(...all.map((point) => point[0]))
  const place = ([x, y]: readonly [number, number]) => {
    const px = 2 + (x / end) * (WIDTH - 6)
    const py =
      3 + (1 - Math.min(1, (Math.log(Math.max(y, 1e-9)) - low) / Math.max(high - low, 1e-6))) * (HEIGHT - 6)
    return [Math.round(px * 10) / 10, Math.round(py * 10) / 10] as const
  }
  const path = (points: SparkCurve['points']) =>
    points.map((point, index) => `${index === 0 ? 'M' : 'L'}${place(point).join(' ')}`).join('')
  const best = curves.find((curve) => curve.best)
  const last = best?.points.at(-1)
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={label} className="block">
      <path
        d={curves
          .filter((curve) => !curve.best)
          .map((curve) => path(curve.points))
          .join('')}
        fill="none"
        stroke="var(--ctx)"
      />
      {best && last ? (
        <>
          <path d={path(best.points)} fill="none" stroke="var(--ink)" strokeWidth="1.5" />
          <circle cx={place(last)[0]} cy={place(last)[1]} r="2.2" fill="var(--ink)" />
        </>
      ) : null}
    </svg>
  )
}

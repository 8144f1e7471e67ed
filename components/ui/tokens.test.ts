import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

type Theme = Record<string, string>

const css = readFileSync('app/tokens.css', 'utf8')

function themeOf(selector: string): Theme {
  const start = css.indexOf(selector)
  const block = css.slice(start, css.indexOf('}', start))
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1] ?? '', m[2] ?? ''] as const),
  )
}

const light = themeOf('[data-theme="light"]')
const themes: [string, Theme][] = [
  ['light', light],
  ['dark', { ...light, ...themeOf('[data-theme="dark"]') }],
]

const channels = (hex: string): [number, number, number] => [
  Number.parseInt(hex.slice(1, 3), 16) / 255,
  Number.parseInt(hex.slice(3, 5), 16) / 255,
  Number.parseInt(hex.slice(5, 7), 16) / 255,
]
const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
const linearRgb = (hex: string) => channels(hex).map(linear) as [number, number, number]

/** WCAG 2.2 relative luminance contrast, 1 to 21. */
function contrast(a: string, b: string): number {
  const [la, lb] = [a, b].map((hex) => {
    const [r, g, bl] = linearRgb(hex)
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl
  }) as [number, number]
  return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05)
}

type Vector = [number, number, number]
const times = (m: readonly Vector[], v: Vector) =>
  m.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as Vector

/** Full dichromacy in linear RGB, Machado, Oliveira and Fernandes 2009. */
const DICHROMACY: Record<string, readonly Vector[]> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

function oklab(rgb: Vector): Vector {
  const lms = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  ).map((x) => Math.cbrt(Math.max(0, x))) as Vector
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    lms,
  )
}
const distance = (a: Vector, b: Vector) => 100 * Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])

describe.each(themes)('%s tokens', (name, theme) => {
  const surfaces = ['bg', 'surface', 'sunken', 'raised', 'hover', 'selected']
  const texts = ['ink', 'ink-2', 'ink-3', 'run', 'ok', 'warn', 'bad', 'idle']

  it.each(texts)('%s is readable on every surface', (text) => {
    for (const surface of surfaces)
      expect(contrast(theme[text]!, theme[surface]!), `${text} on ${surface}`).toBeGreaterThanOrEqual(4.5)
  })

  it.each(['run', 'ok', 'warn', 'bad', 'idle'])('%s is readable on its own tint', (state) =>
    expect(contrast(theme[state]!, theme[`${state}-bg`]!)).toBeGreaterThanOrEqual(4.5),
  )

  it('the primary button is readable', () =>
    expect(contrast(theme['ink-inv']!, theme.ink!)).toBeGreaterThanOrEqual(4.5))

  it.each(['focus', 'line-3', 'amber', ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `series-${n}`)])(
    '%s is visible on a surface',
    (token) => expect(contrast(theme[token]!, theme.surface!)).toBeGreaterThanOrEqual(3),
  )

  it.each(Object.keys(DICHROMACY))('the first five series differ with %s', (vision) => {
    const seen = [1, 2, 3, 4, 5].map((n) =>
      oklab(
        times(DICHROMACY[vision]!, linearRgb(theme[`series-${n}`]!)).map((c) =>
          Math.min(1, Math.max(0, c)),
        ) as Vector,
      ),
    )
    const least = name === 'light' ? 6 : 4
    for (const [i, a] of seen.entries())
      for (const [j, b] of seen.entries())
        if (i < j) expect(distance(a, b), `series ${i + 1} and ${j + 1}`).toBeGreaterThanOrEqual(least)
  })
})

describe('use of tokens', () => {
  const sources = ['components', 'app'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.tsx'))
      .map((file) => join(folder, file)),
  )

  it.each(sources)('%s names tokens, never raw colours', (file) => {
    const text = readFileSync(file, 'utf8')
    expect(text.match(/['"`\s([]#[0-9a-fA-F]{3,8}\b(?=['"`\s)\]])/g) ?? []).toEqual([])
    expect(
      text.match(
        /\b(?:text|bg|border|fill|stroke)-(?:gray|red|blue|green|zinc|slate|neutral|black|white)\b/g,
      ) ?? [],
    ).toEqual([])
  })
})

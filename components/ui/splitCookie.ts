/** Name of the cookie that keeps where a divider stands. */
export const splitCookie = (name: string): string => `alto-split-${name}`

/** Bounds of the first pane, percent: both stay readable. */
export const LEAST_SHARE = 20
export const MOST_SHARE = 85

/** Share of the first pane in percent, from a cookie's text; `otherwise` where it says nothing sensible. */
export function readSplit(text: string | undefined, otherwise: number): number {
  const share = Number(text)
  return text !== undefined && Number.isFinite(share) && share >= LEAST_SHARE && share <= MOST_SHARE
    ? share
    : otherwise
}
